"""Where columns come from: what is masked, what is not, and through how many hops."""

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
        for name, kind in (("customer_id", "person_id"), ("email", "email"), ("city", None))
    ),
)
RESTRICTED = ("raw", "base", "pii", "quarantine", "audit")


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
    return Project(named, macros or {}, "duckdb", {("shop", "customers"): CUSTOMERS}, RESTRICTED)


def staged(expression: str, **more) -> list[str]:
    """What is found of a staging model that shows an expression of the customers."""
    sql = f'select {expression} as shown from "techco"."base"."base_shop__customers" as people'
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
        "/*<masked*/left(email, 1)/*masked>*/ || email",
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
        "/*<masked*/left(sha256(customer_id), 32)/*masked>*/",
        "upper(/*<masked*/split_part(/*<masked*/email/*masked>*/, '@', 2)/*masked>*/)",
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
        'select p.* exclude (email, customer_id, _raw) from "techco"."pii"."pii_shop__customers" as p',
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
    found = staged("email", raw_code="select {{ masked('email') }} as shown")
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


def test_a_ledger_holds_no_person():
    sql = "with runs as (select * from base.runs) select started_by, r.* from runs as r"
    assert findings(project(node("run_audit", "governance", sql, []))) == []


def test_sql_that_cannot_be_followed_is_an_error():
    with pytest.raises(LineageError, match="no input has a column nothing"):
        columns_of(
            'select nothing from "techco"."base"."base_shop__customers"',
            Relations({"base.base_shop__customers": {}}),
            "duckdb",
        )
    with pytest.raises(LineageError, match="is not compiled"):
        findings(project(node("dim_customer", "core", "", ["base_shop__customers"])))
