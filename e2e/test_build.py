"""The main job on a tiny landing zone."""

import shutil

from comparing import differences, query
from conftest import house

SCHEMAS = {
    "raw", "base", "pii", "quarantine", "staging", "intermediate", "snapshots", "reference",
    "core", "kpi", "customers", "inventory", "governance",
}  # fmt: skip


def test_the_build_has_no_warning_and_no_deprecation(built):
    assert " WARN=0 ERROR=0 SKIP=0 " in built.output
    assert "eprecat" not in built.output


def test_schema_names_are_those_of_the_design(built):
    views = "select schema_name from duckdb_views() where not internal"
    named = {row[0] for row in query(built.warehouse, f"select schema_name from duckdb_tables() union {views}")}
    assert named == SCHEMAS


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


def test_every_mart_builds_without_a_source_and_without_a_table(built, tmp_path, dbt_files):
    part = house(tmp_path, dbt_files)
    shutil.copytree(built.landing, part.landing)
    shutil.rmtree(part.landing / "web")
    shutil.rmtree(part.landing / "wms" / "shipments")
    part.dbt("build", "--exclude-resource-type", "test", "unit_test", "snapshot")
    orders = "select order_id, total_amount, gross_amount_reporting from core.fct_order order by all"
    assert query(part.warehouse, orders) == query(built.warehouse, orders)
    assert query(part.warehouse, "select count(*) from core.fct_web_session") == [(0,)]
    assert query(part.warehouse, "select count(*) from core.fct_shipment") == [(0,)]
