"""Nobody is found in a release by what others may know: k persons share every combination of such attributes."""

import json
from collections import Counter

import duckdb
import pytest
from conftest import ROOT, House
from proofs.readers import publish

K = 10
KNOWN_OF_PERSONS = (
    "country_code",
    "language_code",
    "registered_on",
    "birth_year",
    "region_code",
    "email_domain",
    "postal_area",
)
# Every table of persons, one row each, that has attributes of them beside what they did.
ATTRIBUTES = """
select {columns}, segments.country_code, segments.registered_on, min(versions.valid_from)
from core.dim_customer
left join customers.customer_segments as segments using (customer_key)
left join core.dim_customer_version as versions using (customer_key)
where customer_key <> 'unknown'
group by all
"""


@pytest.fixture(scope="module")
def released(built, tmp_path_factory) -> House:
    """The built warehouse of 300 customers, published."""
    house = built.copy(tmp_path_factory.mktemp("anonymous"))
    run = publish(house)
    assert run.returncode == 0, run.stderr
    return house


def read(house: House, role: str, sql: str) -> list[tuple]:
    """What a role reads in the current release."""
    serving = house.warehouse.parent / "releases" / "current" / role / "serving.duckdb"
    with duckdb.connect(str(serving), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_k_persons_share_what_an_analyst_sees_of_a_person(released):
    columns = ", ".join(f"dim_customer.{column}" for column in KNOWN_OF_PERSONS)
    keyed = ATTRIBUTES.format(columns=f"customer_key, {columns}")
    persons = read(released, "analyst", keyed)
    groups = Counter(row[1:] for row in persons)
    assert len(persons) > 150 and min(groups.values()) >= K, sorted(groups.values())[:5]
    # Something is left to look at: groups are many, and nearly every customer has a country.
    assert len(groups) > 5 and sum(row[1] is None for row in persons) <= 2 * K


def test_what_is_shown_is_true_but_coarse(released):
    true = """
        select
            count_if(shown.country_code <> known.country_code),
            count_if(shown.language_code <> known.language_code),
            count_if(shown.birth_year <> known.birth_year // 10 * 10),
            count_if(shown.registered_on <> date_trunc('month', known.registered_at at time zone 'UTC'
                at time zone 'Europe/Berlin')),
            count_if(shown.email_domain <> domains.email_domain),
            count(shown.country_code) > 0,
            count(shown.registered_on) > 0
        from core.dim_customer as shown
        inner join staging.stg_shop__customers as known using (customer_key)
        inner join intermediate.int_customer__email_domains as domains using (customer_key)
    """
    with duckdb.connect(str(released.warehouse), read_only=True) as connection:
        assert connection.execute(true).fetchall() == [(0, 0, 0, 0, 0, True, True)]


def test_no_table_of_an_analyst_has_another_attribute_of_persons(released):
    """Whoever adds one has to decide on it: here, and in vars: privacy: quasi_identifiers."""
    columns = (
        "select table_name, list(column_name order by column_name) from duckdb_columns() where list_contains("
        "['dim_customer', 'dim_customer_version', 'customer_360', 'customer_segments'], table_name) "
        "and column_name not in ('customer_key', 'customer_version_key') "
        "and data_type in ('VARCHAR', 'DATE', 'TIMESTAMP') group by 1 order by 1"
    )
    assert read(released, "analyst", columns) == [
        (
            "customer_360",
            [
                "acquisition_channel",
                "country_code",
                "currency_code",
                "favourite_category",
                "first_order_date",
                "language_code",
                "last_order_date",
                "last_session_date",
                "loyalty_tier",
                "registered_on",
                "segment_name",
            ],
        ),
        (
            "customer_segments",
            [
                "acquisition_channel",
                "country_code",
                "currency_code",
                "first_order_date",
                "last_order_date",
                "loyalty_tier",
                "registered_on",
                "segment_name",
            ],
        ),
        (
            "dim_customer",
            [
                "acquisition_channel",
                "country_code",
                "email_domain",
                "language_code",
                "lifecycle_stage",
                "loyalty_tier",
                "postal_area",
                "preferred_channel",
                "region_code",
                "registered_on",
            ],
        ),
        ("dim_customer_version", ["loyalty_tier", "valid_from", "valid_to"]),
    ]


# (value of a, value of b, persons): what goes in, and what comes of it, by hand with k = 10.
WORKED_OUT = [
    # 4 of BR are too few; 6 of the largest, DE, go with them.
    ([("DE", None, 25), ("US", None, 13), ("BR", None, 4)], [("DE", None, 19), ("US", None, 13), (None, None, 10)]),
    # Nobody lacks a value: nothing is taken from anybody.
    ([("DE", None, 12), ("US", None, 10)], [("DE", None, 12), ("US", None, 10)]),
    # DE would be left with 5: it goes as a whole.
    ([("DE", None, 12), ("BR", None, 3)], [(None, None, 15)]),
    # Two small ones are enough together.
    ([("DE", None, 30), ("US", None, 6), ("BR", None, 5)], [("DE", None, 30), (None, None, 11)]),
    # Fewer than k in all.
    ([("DE", "x", 9)], [(None, None, 9)]),
    # Within DE: 2 of y are too few, 8 of x go with them; who has no country is split by b as others are.
    (
        [("DE", "x", 40), ("DE", "y", 2), (None, "x", 10)],
        [("DE", "x", 32), ("DE", None, 10), (None, "x", 10)],
    ),
]


@pytest.mark.parametrize(("persons", "expected"), WORKED_OUT)
def test_groups_are_made_as_worked_out_by_hand(built, persons, expected):
    rows, number = [], 0
    for a, b, count in persons:
        for _ in range(count):
            number += 1
            values = ", ".join("cast(null as varchar)" if value is None else f"'{value}'" for value in (a, b))
            rows.append(f"('{number:04}', {values})")
    members = (
        "(select person as customer_key, a as country_code, b as language_code, cast(null as date) as registered_on, "
        "cast(null as bigint) as birth_year, cast(null as varchar) as region_code, "
        "cast(null as varchar) as email_domain, cast(null as varchar) as postal_area, false as is_deleted "
        f"from (values {', '.join(rows)}) as given (person, a, b))"
    )
    model = (ROOT / "models/intermediate/person/int_customer__shared_attributes.sql").read_text()
    model = model.replace("{{ ref('int_customer__members') }}", f"{members} as members")
    query = (
        f"select country_code as a, language_code as b, count(*) as persons from ({model}) as shared "
        "group by country_code, language_code"
    )
    printed = built.dbt("--quiet", "show", "--inline", query, "--output", "json", "--limit", "100")
    shown = json.loads(printed[printed.index("{") :])["show"]
    found = {(row["a"], row["b"]): row["persons"] for row in shown}
    assert found == {(a, b): count for a, b, count in expected}
