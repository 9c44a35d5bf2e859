"""A domain of an e-mail address is shown where enough persons share it; a person's own names them."""

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import differences

FORMS = """
select {{ mask('value', 'email', 'generalised') }} as generalised, {{ mask('value', 'email', 'partial') }} as partial,
    {{ mask('value', 'phone', 'partial') }} as phone, {{ mask('value', 'ip_address', 'generalised') }} as network
from given
"""
# An address, and what is shown of it; many share shared.example.
ADDRESSES = [
    ("anna.schmidt@shared.example", "shared.example", "a***@shared.example"),
    ("Anna.Schmidt@Shared.Example", "shared.example", "A***@shared.example"),
    ("a@annaschmidt-berlin.example", "other", "a***@other"),
    ("a@b;anna.schmidt@shared.example", "other", "***"),
    ("anna.schmidt@shared.example, b@shared.example", "other", "***"),
    ("@anna.schmidt", "other", "***"),
    ("anna.schmidt", "other", "***"),
    ("anna@schmidt", "other", "***"),
    ("anna@shared.example@anna.schmidt", "other", "***"),
    ("anna schmidt@shared.example", "other", "***"),
    ("", "other", "***"),
    (None, None, None),
]
NUMBERS = [
    ("030 23125001", "***5001", None),
    ("Anna", "***", None),
    ("1234", "***", None),
    ("0171 3920012 Anna", "***0012", None),
    ("192.0.2.17", None, "192.0.0.0/16"),
    ("2001:db8::1", None, "2001:db8::/32"),
    ("anna.schmidt", None, None),
    ("anna:schmidt", None, None),
]


@pytest.fixture(scope="module")
def shown(built) -> dict:
    query = built.dbt("--quiet", "compile", "--inline", FORMS)
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_email_domain__shared as select 'shared.example' as email_domain"
        )
        values = [(value,) for value, *_ in ADDRESSES + NUMBERS]
        connection.execute("create table given (value varchar)")
        connection.executemany("insert into given values (?)", values)
        rows = connection.execute(query[query.index("select ") :]).fetchall()
    return dict(zip([value for (value,) in values], rows, strict=True))


def test_a_domain_of_few_is_other(shown):
    assert [(value, *shown[value][:2]) for value, *_ in ADDRESSES] == ADDRESSES


def test_other_partial_forms_show_no_name(shown):
    for value, phone, network in NUMBERS:
        assert phone is None or shown[value][2] == phone
        assert phone is not None or shown[value][3] == network


def test_the_tenth_person_makes_a_domain_known(built, tmp_path):
    house = built.copy(tmp_path)
    files = sorted(house.landing.glob("shop/customers/*/*.parquet"))
    rows = {}
    for row in sorted((row for file in files for row in pq.read_table(file).to_pylist()), key=lambda row: row["_lsn"]):
        rows[row["customer_id"]] = row
    customers = [row for row in rows.values() if row["_op"] != "d"][:10]
    assert len(customers) == 10

    def land(changed: list[dict], name: str) -> None:
        folder = files[-1].parent
        assert date.fromisoformat(folder.name.removeprefix("ingested_on="))
        pq.write_table(pa.Table.from_pylist(changed, pq.read_schema(files[-1])), folder / f"{name}.parquet")

    def known() -> list[tuple]:
        with duckdb.connect(str(house.warehouse), read_only=True) as connection:
            # dim_customer shows less, as it asks that others share all that it shows of somebody.
            domains = "intermediate.int_customer__email_domains"
            counted = f"select count(*) from {domains} where email_domain = 'ten.example'"
            table = "select count(*) from intermediate.int_email_domain__shared where email_domain = 'ten.example'"
            return [connection.execute(query).fetchone()[0] for query in (counted, table)]

    last = max(row["_lsn"] for row in rows.values())
    changed = [
        row | {"email": f"p{place}@ten.example", "_op": "u", "_lsn": last + 1 + place}
        for place, row in enumerate(customers)
    ]
    # The ninth writes two addresses one after the other, and counts once.
    land([*changed[:9], changed[8] | {"email": "q@ten.example", "_lsn": last + 20}], "nine")
    selected = ["base_shop__customers+1", "int_email_domain__shared", "dim_customer"]
    house.dbt("run", "--select", *selected)
    assert known() == [0, 0]
    land([changed[9] | {"_lsn": last + 30}], "ten")
    house.dbt("run", "--select", *selected)
    # The nine whose rows came before show it, too.
    assert known() == [10, 1]
    refreshed = house.copy(tmp_path / "refreshed")
    refreshed.dbt("run", "--full-refresh", "--select", *selected)
    assert [line for line in differences(refreshed.warehouse, house.warehouse) if "dim_customer" in line] == []
