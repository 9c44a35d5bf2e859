"""What is in force follows from what was issued, and is told as Snowflake tells it."""

import json

import pytest

from tools.emulator.governance import InForce, plain_view

VIEW = (
    "create or replace secure view DB.S.PERSONS (customer_key, email with tag (DB.P.PII_CLASS = 'email')) "
    "with row access policy DB.P.ROWS on (customer_key) {}as select k, e from t"
)


def noted(*statements: str) -> InForce:
    made = InForce()
    for statement in statements:
        made.note(statement)
    return made


def test_a_grant_lasts_until_it_is_revoked():
    grant = 'grant select, insert on view DB.S.V to role R\n/* {"app": "dbt"} */;'
    assert noted(grant).grants == {("R", "SELECT", "VIEW", "DB.S.V"), ("R", "INSERT", "VIEW", "DB.S.V")}
    assert noted(grant, "revoke insert on view db.s.v from role r").grants == {("R", "SELECT", "VIEW", "DB.S.V")}
    assert noted(grant, "revoke all privileges on view DB.S.V from role R").grants == set()
    assert noted(grant, "revoke select on view DB.S.W from role R", grant).grants == noted(grant).grants


def test_grants_on_what_is_yet_to_be_made_are_kept_apart():
    held = noted("grant select on future tables in schema DB.S to role R")
    assert (held.grants, held.future) == (set(), {("R", "SELECT", "TABLE", "DB.S")})
    held.note("revoke select on future tables in schema DB.S from role R")
    assert held.future == set()


@pytest.mark.parametrize(("copied", "left"), [("copy grants ", {("R", "SELECT", "VIEW", "DB.S.PERSONS")}), ("", set())])
def test_a_view_that_is_replaced_keeps_its_grants_only_by_copy_grants(copied, left):
    held = noted(VIEW.format(""), "grant select on view DB.S.PERSONS to role R", VIEW.format(copied))
    assert held.grants == left


def test_tags_and_policies_stand_on_a_view_until_it_is_made_without_them():
    held = noted(VIEW.format("copy grants "))
    assert held.tagged["DB.S.PERSONS"] == {"EMAIL": ("DB.P.PII_CLASS", "email")}
    assert held.rows["DB.S.PERSONS"] == ("DB.P.ROWS", "CUSTOMER_KEY")
    held.note("create or replace view DB.S.PERSONS as select k, e from t")
    assert (held.tagged["DB.S.PERSONS"], held.rows) == ({}, {})


def test_a_policy_that_is_there_keeps_its_body_until_it_is_altered():
    made = "create masking policy if not exists DB.P.M as (v varchar) returns varchar -> {}"
    held = noted(made.format("null"), made.format("v"))
    assert held.policies["DB.P.M"] == ("MASKING", "null")
    held.note("alter masking policy DB.P.M set body -> left(v, 1)")
    assert held.policies["DB.P.M"] == ("MASKING", "left(v, 1)")


def test_duckdb_is_given_the_view_alone():
    assert (
        " ".join(plain_view(VIEW.format("copy grants ")).split())
        == "create or replace secure view DB.S.PERSONS (customer_key, email) as select k, e from t"
    )
    assert plain_view("create table v as select 1") == "create table v as select 1"


def test_a_client_is_answered(cursor):
    for statement in (
        "create tag if not exists TECHCO.T.PII_CLASS allowed_values 'email', 'name'",
        "create masking policy if not exists TECHCO.T.M as (v varchar) returns varchar -> null",
        "alter tag TECHCO.T.PII_CLASS set masking policy TECHCO.T.M force",
        "create row access policy if not exists TECHCO.T.ROWS as (k varchar) returns boolean -> false",
        "create table T.PEOPLE (k varchar, e varchar)",
        "insert into T.PEOPLE values ('a', 'b')",
        "create or replace secure view TECHCO.T.PERSONS (k, e with tag (TECHCO.T.PII_CLASS = 'email')) "
        "with row access policy TECHCO.T.ROWS on (k) copy grants as select k, e from TECHCO.T.PEOPLE",
        "grant select on view TECHCO.T.PERSONS to role ASKED",
    ):
        cursor.execute(statement)
    assert cursor.execute("select * from TECHCO.T.PERSONS").fetchall() == [("a", "b")]
    (grant,) = cursor.execute("show grants to role ASKED").fetchall()
    assert grant == ("SELECT", "VIEW", "TECHCO.T.PERSONS", "ASKED")
    ((_, allowed),) = cursor.execute("show tags like 'PII_CLASS' in schema TECHCO.T").fetchall()
    assert json.loads(allowed) == ["email", "name"]
    assert cursor.execute("describe masking policy TECHCO.T.M").fetchall() == [("M", "null")]
    references = (
        "select ref_entity_name, ref_entity_domain, ref_arg_column_names "
        "from table(TECHCO.information_schema.policy_references(policy_name => '{}'))"
    )
    assert cursor.execute(references.format("TECHCO.T.M")).fetchall() == [("PII_CLASS", "TAG", None)]
    assert cursor.execute(references.format("TECHCO.T.ROWS")).fetchall() == [("PERSONS", "VIEW", '[ "K" ]')]
    tags = "table(TECHCO.information_schema.tag_references_all_columns('TECHCO.T.PERSONS', 'table'))"
    assert cursor.execute(f"select column_name, tag_value from {tags}").fetchall() == [("E", "email")]
