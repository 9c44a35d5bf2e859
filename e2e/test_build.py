"""The main job on a tiny landing zone."""

import duckdb
from comparing import differences, query
from conftest import house

SCHEMAS = {
    "raw", "base", "pii", "quarantine", "staging", "intermediate", "snapshots", "reference",
    "core", "kpi", "customers", "inventory", "governance", "audit",
}  # fmt: skip


def test_the_build_has_no_warning_and_no_deprecation(built):
    assert " WARN=0 ERROR=0 SKIP=0 " in built.output
    assert "eprecat" not in built.output


def test_schema_names_are_those_of_the_design(built):
    views = "select schema_name from duckdb_views() where not internal"
    named = {row[0] for row in query(built.warehouse, f"select schema_name from duckdb_tables() union {views}")}
    assert named == SCHEMAS


def test_a_broken_promise_is_named_with_what_broke_it(built, tmp_path):
    broken = built.copy(tmp_path)
    with duckdb.connect(str(broken.warehouse)) as connection:
        (refund,) = connection.execute("select min(refund_id) from core.fct_refund").fetchone()
        (cart,) = connection.execute("select min(cart_id) from core.fct_cart where cart_status = 'open'").fetchone()
        connection.execute("insert into core.fct_refund from core.fct_refund where refund_id = ?", [refund])
        connection.execute(
            "update core.fct_cart set cart_status = 'lost', customer_key = 'nobody' where cart_id = ?", [cart]
        )
        connection.execute("update core.fct_survey_response set response_date = null")
        (answers,) = connection.execute("select count(*) from core.fct_survey_response").fetchone()
    of_three = (f"{model},test_name:integrity" for model in ("fct_refund", "fct_cart", "fct_survey_response"))
    assert " ERROR=3 " in broken.dbt("test", "--store-failures", "-s", *of_three, succeeds=False)
    stored = query(broken.warehouse, "select table_name from duckdb_tables() where table_name like 'integrity_%'")
    rows = [row for (name,) in stored for row in query(broken.warehouse, f"from audit.{name}")]
    assert ("key", refund, 2, 0) in rows
    assert ("cart_status is none of its values", "lost", 1, 0) in rows
    assert ("customer_key is no dim_customer.customer_key", "nobody", 1, 0) in rows
    assert [row[2:] for row in rows].count((1, 1)) == answers > 1
    assert len(rows) == 3 + answers


def test_a_second_run_changes_nothing(built, tmp_path):
    again = built.copy(tmp_path)
    again.dbt("run")
    assert differences(built.warehouse, again.warehouse) == []


def test_every_mart_builds_where_nothing_has_landed(tmp_path, dbt_files):
    empty = house(tmp_path, dbt_files)
    empty.landing.mkdir()
    empty.dbt("build")
    assert query(empty.warehouse, "select count(*) from core.fct_order") == [(0,)]
    assert query(empty.warehouse, "select count(*) from kpi.daily_sales_kpis") == [(0,)]
