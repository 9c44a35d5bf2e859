"""The main job on a tiny landing zone."""

import duckdb
import yaml
from comparing import declared_models, differences, query
from conftest import ROOT, house

SCHEMAS = {
    "raw", "base", "pii", "quarantine", "staging", "intermediate", "snapshots", "reference",
    "core", "kpi", "customers", "inventory", "marketing", "service", "governance", "audit",
}  # fmt: skip


def test_the_build_has_no_warning_and_no_deprecation(built):
    assert " WARN=0 ERROR=0 SKIP=0 " in built.output
    assert "eprecat" not in built.output


def test_schema_names_are_those_of_the_design(built):
    views = "select schema_name from duckdb_views() where not internal"
    named = {row[0] for row in query(built.warehouse, f"select schema_name from duckdb_tables() union {views}")}
    assert named == SCHEMAS


def test_marts_have_the_columns_and_types_that_they_declare(built):
    models = declared_models()
    stored: dict[str, dict[str, str]] = {}
    for table, column, data_type in query(
        built.warehouse,
        "select table_name, column_name, data_type from duckdb_columns() where list_contains(?, schema_name) "
        "order by table_name, column_index",
        ["core", "kpi", "customers", "inventory", "marketing", "service", "governance"],
    ):
        stored.setdefault(table, {})[column] = data_type.lower()
    declared = {table: {column["name"]: column["data_type"] for column in models[table]["columns"]} for table in stored}
    files = (ROOT / "models" / "marts").rglob("*.*")
    assert stored.keys() == {file.stem for file in files if file.suffix in (".sql", ".py")}
    assert stored == declared


def test_base_and_snapshots_say_what_the_contract_says_of_their_columns(built):
    comments = {
        (table, column): comment
        for table, column, comment in query(
            built.warehouse,
            "select table_name, column_name, comment from duckdb_columns() "
            "where table_name similar to '(base|snap)_.*' and database_name = 'techco'",
        )
    }
    assert all(comments.values())
    declared = {
        (f"base_{source['name']}__{table['name']}", column["name"]): column["description"].strip()
        for file in (ROOT / "models" / "staging").rglob("_*__sources.yml")
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        for column in table["columns"]
    }
    assert len({table for table, _ in declared}) > 30
    assert {place: comments[place].strip() for place in declared} == declared
    # A column under the contract's name, one that staging describes, and one of dbt's own.
    assert comments["snap_products", "sku"] == declared["base_erp__products", "sku"]
    staged = {column["name"]: column["description"] for column in declared_models()["stg_erp__products"]["columns"]}
    assert comments["snap_products", "is_deleted"] == staged["is_deleted"] != ""
    assert comments["snap_products", "dbt_valid_to"].endswith("null while it does.")


def test_a_row_of_a_later_load_is_tested_against_all_that_have_passed_before(built, tmp_path):
    house = built.copy(tmp_path)
    tested = ("test", "-s", "fct_refund,test_name:integrity", "fct_order_status,test_name:ranges_do_not_overlap")
    with duckdb.connect(str(house.warehouse)) as connection:
        (refund,) = connection.execute("select min(refund_id) from core.fct_refund").fetchone()
        connection.execute(
            "insert into core.fct_refund select * replace (_load_id + 1 as _load_id) "
            "from core.fct_refund where refund_id = ?",
            [refund],
        )
        connection.execute(
            "insert into core.fct_order_status select * replace (_load_id + 1 as _load_id) "
            "from core.fct_order_status where is_current limit 1"
        )
    # As often as it is asked: what failed has not been passed.
    assert " ERROR=2 " in house.dbt(*tested, succeeds=False)
    assert " ERROR=2 " in house.dbt(*tested, succeeds=False)
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("delete from core.fct_refund where _load_id > (select max(load_id) from base.loads)")
        connection.execute("delete from core.fct_order_status where _load_id > (select max(load_id) from base.loads)")
    assert " ERROR=0 " in house.dbt(*tested)


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
    of_three = [f"{model},test_name:integrity" for model in ("fct_refund", "fct_cart", "fct_survey_response")]
    # Changed by hand, they are of a load that these tests have passed: an audit looks at them again, and after it every
    # test until they are mended.
    assert " ERROR=0 " in broken.dbt("test", "-s", *of_three)
    assert " ERROR=3 " in broken.dbt("test", "-s", *of_three, succeeds=False, TECHCO_AUDIT="yes")
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
    processes = ("sales", "web", "fulfilment", "inventory", "service", "marketing")
    for table in (*(f"daily_{process}" for process in processes), "monthly_product_sales"):
        assert query(empty.warehouse, f"select count(*) from kpi.{table}") == [(0,)], table
