"""The main job on a tiny landing zone."""

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
