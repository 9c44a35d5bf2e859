"""Where columns come from: what is masked and how, what is not, and through how many hops."""

import re

import pytest
from techco.contract.raw_contract import Column, Table
from techco.privacy.lineage import LineageError, Project, Relations, columns_of, findings

CUSTOMERS = Table(
    source="shop",
    name="customers",
    feed="cdc",
    format="parquet",
    key=("customer_id",),
    columns=tuple(
        Column(name=name, data_type="varchar", classification=kind)
        for name, kind in (
            ("customer_id", "person_id"),
            ("email", "email"),
            ("postal_code", "postal_code"),
            ("note", "free_text"),
            ("city", None),
        )
    ),
)
RESTRICTED = ("raw", "base", "pii", "quarantine", "audit")
CUSTOMERS_SQL = 'from "techco"."base"."base_shop__customers" as people'
DOMAIN = "/*<masked email generalised email*/split_part(email, '@', 2)/*masked>*/"
AREA = "/*<masked postal_code generalised people.postal_code*/left(people.postal_code, 2)/*masked>*/"
KEY = "/*<masked person_id keyed_hash customer_id*/left(sha256(customer_id), 32)/*masked>*/"


def node(name: str, schema: str, sql: str, reads: list[str], **more) -> dict:
    """A model as the manifest tells it."""
    return {
        "unique_id": f"model.techco.{name}",
        "name": name,
        "alias": name,
        "schema": schema,
        "resource_type": "model",
        "original_file_path": f"models/{name}.sql",
        "config": {"schema": schema},
        "columns": {},
        "depends_on": {"nodes": [f"model.techco.{read}" for read in reads]},
        "compiled_code": sql,
        "raw_code": "",
    } | more


def project(*nodes: dict, macros: dict | None = None) -> Project:
    """A project with the base model of customers and these."""
    named = {one["unique_id"]: one for one in (node("base_shop__customers", "base", "", []), *nodes)}
    mart_forms = {"email": "generalised", "postal_code": "generalised"}
    return Project(named, macros or {}, "duckdb", {("shop", "customers"): CUSTOMERS}, RESTRICTED, mart_forms)


def staged(expression: str, **more) -> list[str]:
    """What is found of a staging model that shows an expression of the customers."""
    sql = f"select {expression} as shown {CUSTOMERS_SQL}"
    return findings(project(node("stg_shop__customers", "staging", sql, ["base_shop__customers"], **more)))


@pytest.mark.parametrize(
    "expression",
    [
        "email",
        "people.email",
        "lower(trim(email))",
        "coalesce(city, email)",
        "case when city = 'Kiel' then email end",
        "'of ' || email",
        "max(email) over (partition by city)",
        "first_value(email) over (order by city)",
        "list(email)",
        "string_agg(email, ',' order by city)",
        "struct_pack(contact := email)",
        "(select max(email))",
        '(select email from "techco"."base"."base_shop__customers" limit 1)',
        "_raw",
        "cast(email as varchar(20))",
        "/*<masked email partial email*/left(email, 1)/*masked>*/ || email",
        # A mask hides what it is made for, and nothing else.
        "/*<masked email partial postal_code*/left(postal_code, 1)/*masked>*/",
        "/*<masked email partial email || note*/left(email, 1) || note/*masked>*/",
        "regexp_replace(note, 'x', '')",
        "substr(customer_id, 2)",
    ],
)
def test_what_shows_a_clear_value_is_found(expression):
    found = staged(expression)
    assert found and "stg_shop__customers.shown ← base.base_shop__customers." in found[0]
    assert "models/stg_shop__customers.sql" in found[0]


@pytest.mark.parametrize(
    "expression",
    [
        "city",
        "_file",
        KEY,
        "upper(/*<masked email partial email*/left(/*<masked email keyed_hash email*/email/*masked>*/, 1)/*masked>*/)",
        "'as text: /*<masked email partial ''x''*/ email /*masked>*/'",
        "regexp_replace(city, email, '')",
        "count(email)",
        "count(distinct customer_id) over (partition by city)",
        "length(email)",
        "email is null",
        "email like '%@%'",
        "case when email is null then city else 'known' end",
        "row_number() over (partition by customer_id order by email)",
        "count(*) filter (where email like '%@%')",
        'city in (select email from "techco"."base"."base_shop__customers")',
    ],
)
def test_what_lets_nothing_through_is_not(expression):
    assert staged(expression) == []


def test_a_classified_column_may_show_it():
    assert staged("email", columns={"shown": {"meta": {"classification": "email"}}}) == []


def test_an_address_through_two_hops_is_told_once_with_its_path():
    clear = node(
        "pii_shop__customers",
        "pii",
        'with latest as (select * from "techco"."base"."base_shop__customers") select *, email as mail from latest',
        ["base_shop__customers"],
    )
    middle = node(
        "int_customer__contacts",
        "intermediate",
        "select p.* exclude (email, customer_id, postal_code, note, _raw) "
        'from "techco"."pii"."pii_shop__customers" as p',
        ["pii_shop__customers"],
    )
    mart = node(
        "dim_customer",
        "core",
        'with a as (select mail, city from "techco"."intermediate"."int_customer__contacts"), '
        "b as (select city as town, lower(mail) as contact from a union all by name select 'x' as town) "
        "select * from b",
        ["int_customer__contacts"],
    )
    (found,) = findings(project(mart, middle, clear))
    assert found.startswith(
        "intermediate.int_customer__contacts.mail ← pii.pii_shop__customers.mail ← base.base_shop__customers.email "
        "← source.shop.customers.email\n"
    )
    assert re.search(r"class email: .* It goes on to core\.dim_customer\.contact$", found)


def found_of_mart(sql: str, *behind: dict, remembered: dict | None = None, **derived_from: str) -> list[str]:
    """What is found of a mart whose column `shown` declares this; it reads the customers and what stands behind it."""
    column = {"shown": {"meta": {"derived_from": derived_from} if derived_from else {}}}
    reads = ["base_shop__customers", *(one["name"] for one in behind)]
    more = {
        "original_file_path": "models/marts/dim_customer.sql",
        "patch_path": "techco://models/marts/dim_customer.yml",
    }
    return findings(project(*behind, node("dim_customer", "core", sql, reads, columns=column, **more)), remembered)


STAGED = node(
    "stg_shop__customers",
    "staging",
    f"select {DOMAIN} as email_domain, {AREA} as postal_area, {KEY} as key {CUSTOMERS_SQL}",
    ["base_shop__customers"],
)
FROM_STAGED = 'from "techco"."staging"."stg_shop__customers"'
SNAPSHOT = node(
    "snap_customers", "snapshots", f"select * {FROM_STAGED}", ["stg_shop__customers"], resource_type="snapshot"
)
SHOWS_A_DOMAIN = [
    f"select {DOMAIN} as shown {CUSTOMERS_SQL}",
    f"select max(email_domain) as shown {FROM_STAGED}",
    f"select any_value(coalesce(email_domain, 'other')) over (partition by key) as shown {FROM_STAGED}",
    f"select string_agg(email_domain, ',') as shown {FROM_STAGED}",
    f"select case when postal_area = '10' then email_domain end as shown {FROM_STAGED}",
    # A key of a person beside it is no second thing to declare.
    f"select key || email_domain as shown {FROM_STAGED}",
    f"select 'none' as shown union all select email_domain {FROM_STAGED}",
    f"with named as (select email_domain as domain {FROM_STAGED}) "
    "select b.domain as shown from named as a left join named as b on a.domain = b.domain",
    'select email_domain as shown from "techco"."snapshots"."snap_customers" where dbt_valid_to is null',
]
SHOWS_NOTHING = [
    f"select {KEY} as shown {CUSTOMERS_SQL}",
    f"select max(key) as shown {FROM_STAGED}",
    f"select count(distinct email_domain) as shown {FROM_STAGED}",
    f"select count(*) as shown {FROM_STAGED} group by email_domain, postal_area",
    f"select length(email_domain) as shown {FROM_STAGED}",
    f"select email_domain is null as shown {FROM_STAGED}",
    f"select case when email_domain is null then 'unknown' else 'known' end as shown {FROM_STAGED}",
    "select /*<masked free_text redacted note*/regexp_replace(note, '[0-9]', '')/*masked>*/ as shown " + CUSTOMERS_SQL,
    'select dbt_valid_from as shown from "techco"."snapshots"."snap_customers"',
]


@pytest.mark.parametrize("sql", SHOWS_A_DOMAIN)
def test_a_mart_declares_what_it_derives_from(sql):
    assert found_of_mart(sql, STAGED, SNAPSHOT, **{"class": "email"}) == []
    assert found_of_mart(sql, STAGED, SNAPSHOT, **{"class": "email", "form": "generalised"}) == []
    told, step = "".join(found_of_mart(sql, STAGED, SNAPSHOT)).split("\n")
    assert told.startswith("models/marts/dim_customer.yml, model dim_customer, column shown: `derived_from` is missing")
    assert "Write `config: {meta: {derived_from: {class: email}}}`" in told
    assert step.startswith("    email generalised: core.dim_customer.shown ← ")
    assert step.endswith(" ← base.base_shop__customers.email ← source.shop.customers.email")


@pytest.mark.parametrize("sql", SHOWS_NOTHING)
def test_a_mart_declares_nothing_else(sql):
    assert found_of_mart(sql, STAGED, SNAPSHOT) == []
    (told,) = found_of_mart(sql, STAGED, SNAPSHOT, **{"class": "email"})
    assert "models/marts/dim_customer.yml, model dim_customer, column shown: `derived_from` stands where" in told


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"class": "postal_code"}, "postal_code generalised"),
        ({"class": "email", "form": "keyed_hash"}, "email keyed_hash"),
        # Marts keep nothing of names, so that a form would have to be named.
        ({"class": "name"}, "name None"),
    ],
)
def test_another_class_or_form_is_told_with_what_to_write(declared, said):
    (told,) = found_of_mart(SHOWS_A_DOMAIN[0], **declared)
    assert f"`derived_from` says {said}. Write `config: {{meta: {{derived_from: {{class: email}}}}}}`" in told


def test_a_form_that_marts_do_not_use_to_keep_is_named():
    sql = f"select /*<masked email partial email*/left(email, 1)/*masked>*/ as shown {CUSTOMERS_SQL}"
    (told,) = found_of_mart(sql, **{"class": "email"})
    assert "says email generalised. Write `config: {meta: {derived_from: {class: email, form: partial}}}`" in told
    assert found_of_mart(sql, **{"class": "email", "form": "partial"}) == []


def test_two_masked_values_in_one_column_are_refused_whatever_is_declared():
    union = f"select email_domain as shown {FROM_STAGED} union all select postal_area {FROM_STAGED}"
    for declared in ({}, {"class": "email"}):
        told, *steps = "".join(found_of_mart(union, STAGED, **declared)).split("\n")
        assert "column shown: it derives from more than one" in told and "Make a column of each" in told
        assert steps == [
            "    email generalised: core.dim_customer.shown ← staging.stg_shop__customers.email_domain ← "
            "base.base_shop__customers.email ← source.shop.customers.email",
            "    postal_code generalised: core.dim_customer.shown ← staging.stg_shop__customers.postal_area ← "
            "base.base_shop__customers.postal_code ← source.shop.customers.postal_code",
        ]


def test_a_column_with_a_class_declares_no_form_that_it_has_not():
    shown = {"shown": {"meta": {"classification": "email"}}}
    more = {"original_file_path": "models/marts/contacts.sql", "columns": shown}
    contacts = node("contacts", "core", f"select email as shown {CUSTOMERS_SQL}", ["base_shop__customers"], **more)
    assert findings(project(contacts)) == []
    shown["shown"]["meta"]["derived_from"] = {"class": "email"}
    (told,) = findings(project(contacts))
    assert "models/marts/contacts.sql, model contacts, column shown: `derived_from` stands where" in told


def test_a_clear_value_is_told_once_whatever_is_declared():
    (told,) = found_of_mart(f"select email || {DOMAIN} as shown {CUSTOMERS_SQL}", **{"class": "email"})
    assert "core.dim_customer.shown (models/marts/dim_customer.sql) shows personal data of class email" in told


def test_other_models_declare_nothing():
    assert findings(project(STAGED)) == []


def test_a_python_model_may_show_whatever_it_reads():
    features = node(
        "features",
        "staging",
        'select email as feature from "techco"."base"."base_shop__customers"',
        ["base_shop__customers"],
        columns={"feature": {"meta": {"classification": "email"}}},
    )
    model = node("clusters", "customers", "", ["features"], language="python", columns={"cluster": {}})
    (found,) = findings(project(features, model))
    assert "customers.clusters.cluster ← staging.features.feature ← base.base_shop__customers.email" in found


def test_marks_are_written_by_the_macros_of_privacy_only():
    for written in (
        "select {{ masked('email', 'email', 'email', 'partial') }} as shown",
        "/*<masked email partial x*/",
    ):
        found = staged("email", raw_code=written)
        assert "models/stg_shop__customers.sql marks a value as masked" in found[0]
    macro = {
        "package_name": "techco",
        "macro_sql": "{{ masked('email') }}",
        "original_file_path": "macros/core/mine.sql",
    }
    (found,) = findings(project(macros={"macro.techco.mine": macro}))
    assert found.startswith("macros/core/mine.sql")
    assert (
        findings(project(macros={"macro.techco.mine": macro | {"original_file_path": "macros/privacy/mine.sql"}})) == []
    )


def test_what_is_remembered_is_worked_out_anew_where_an_input_changed():
    def zone(sql: str) -> Project:
        clear = node("pii_shop__customers", "pii", sql, ["base_shop__customers"])
        mart_sql = 'select shown from "techco"."pii"."pii_shop__customers"'
        return project(clear, node("dim_customer", "core", mart_sql, ["pii_shop__customers"]))

    remembered: dict = {}
    assert findings(zone('select city as shown from "techco"."base"."base_shop__customers"'), remembered) == []
    assert findings(zone('select email as shown from "techco"."base"."base_shop__customers"'), remembered)


def test_sql_that_a_build_left_as_it_was_is_remembered():
    def zone(sql: str | None, mart_sql: str) -> Project:
        clear = node("pii_shop__customers", "pii", sql, ["base_shop__customers"])
        return project(clear, node("dim_customer", "core", mart_sql, ["pii_shop__customers"]))

    clear_sql = 'select city, email from "techco"."base"."base_shop__customers"'
    harmless = 'select city as shown from "techco"."pii"."pii_shop__customers"'
    remembered: dict = {}
    assert findings(zone(clear_sql, harmless), remembered) == []
    assert findings(zone(None, harmless), remembered) == []
    assert findings(zone(None, harmless.replace("city", "email")), remembered)
    with pytest.raises(LineageError, match="pii_shop__customers is not compiled"):
        findings(zone(None, harmless), {})


def test_a_model_that_reads_itself_keeps_where_its_rows_came_from():
    remembered: dict = {}
    itself = 'select shown from "techco"."core"."dim_customer"'
    for sql in (SHOWS_A_DOMAIN[0], f"{itself} union all {SHOWS_A_DOMAIN[0]}", itself):
        (told,) = found_of_mart(sql, remembered=remembered)
        way = "core.dim_customer.shown ← base.base_shop__customers.email ← source.shop.customers.email"
        assert told.endswith(f"    email generalised: {way}")


def test_a_ledger_holds_no_person():
    sql = "with runs as (select * from base.runs) select started_by, r.* from runs as r"
    assert findings(project(node("run_audit", "governance", sql, []))) == []


def test_what_a_table_function_makes_of_a_column_derives_from_it_on_both_engines():
    place = ("source.shop.customers", "note")
    notes = Relations({"base.notes": {"note": {"free_text full source.shop.customers.note": place}}})
    of_note = {"free_text full source.shop.customers.note": ("base.notes", "note")}
    snowflake = "select flat.value as part from base.notes, lateral flatten(input => try_parse_json(note)) as flat"
    assert columns_of(snowflake, notes, "snowflake") == {"part": of_note}
    duckdb = "select flat.part from base.notes, unnest(string_split(note, ' ')) as flat (part)"
    assert columns_of(duckdb, notes, "duckdb") == {"part": of_note}


def test_sql_that_cannot_be_followed_is_an_error():
    with pytest.raises(LineageError, match="no input has a column nothing"):
        columns_of(
            'select nothing from "techco"."base"."base_shop__customers"',
            Relations({"base.base_shop__customers": {}}),
            "duckdb",
        )
    with pytest.raises(LineageError, match="is not compiled"):
        findings(project(node("dim_customer", "core", "", ["base_shop__customers"])))
