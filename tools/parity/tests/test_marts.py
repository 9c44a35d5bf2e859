"""Two warehouses whose marts are known by hand: equal, one cell, a row twice, columns and tables of one side."""

from hashlib import md5

import duckdb
import pytest

from tools.parity.marts import compared, mart_schemas

ROWS = "(1, 'a', 7), (2, null, 7)"


def warehouse(path, *statements):
    """A file with a mart of two rows, changed by statements."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema kpi")
        connection.execute(f"create table kpi.orders as select * from (values {ROWS}) as t (id, name, _load_id)")
        for statement in statements:
            connection.execute(statement)
    return path


def lines(tmp_path, *statements, **expected):
    """The lines of a comparison with a warehouse that the statements changed, by table."""
    one, other = warehouse(tmp_path / "one.duckdb"), warehouse(tmp_path / "other.duckdb", *statements)
    found = compared(one, other, ["kpi"], {f"kpi.{table}": why for table, why in expected.items()})
    return {line.pop("table"): line for line in found}


def test_the_hash_is_that_of_the_rows_as_lists_in_the_order_of_their_hashes(tmp_path):
    by_hand = "".join(sorted(md5(row.encode()).hexdigest() for row in ('["1","a"]', '["2",null]')))
    digest = md5(by_hand.encode()).hexdigest()
    of_both = {"before_rows": 2, "before_hash": digest, "after_rows": 2, "after_hash": digest}
    assert lines(tmp_path) == {"kpi.orders": {"result": "equal", **of_both}}


@pytest.mark.parametrize(
    "statement",
    [
        "update kpi.orders set _load_id = 8",
        "create or replace table kpi.orders as select * from kpi.orders order by id desc",
        "create schema staging; create table staging.orders as select 1 as id",
    ],
)
def test_neither_load_ids_nor_order_nor_other_schemas_count(tmp_path, statement):
    (line,) = lines(tmp_path, statement).values()
    assert line["result"] == "equal"


@pytest.mark.parametrize(
    ("statement", "rows", "before_only", "after_only"),
    [
        ("update kpi.orders set name = 'b' where id = 1", 2, 1, 1),
        ("update kpi.orders set name = 'null' where id = 2", 2, 1, 1),
        ("insert into kpi.orders values (1, 'a', 7)", 3, 0, 1),
        ("delete from kpi.orders where id = 2", 1, 1, 0),
    ],
)
def test_a_cell_or_a_row_that_differs_is_found_and_counted(tmp_path, statement, rows, before_only, after_only):
    (line,) = lines(tmp_path, statement).values()
    assert line["result"] == "differs"
    assert (line["before_rows"], line["after_rows"]) == (2, rows)
    assert (line["rows_before_only"], line["rows_after_only"]) == (before_only, after_only)


def test_what_was_meant_to_differ_is_listed_with_the_reason(tmp_path):
    (line,) = lines(tmp_path, "update kpi.orders set name = 'b' where id = 1", orders="names are new").values()
    assert (line["result"], line["expected"], line["rows_after_only"]) == ("differs as expected", "names are new", 1)


def test_columns_and_tables_of_one_side_are_listed_and_the_rest_compared(tmp_path):
    renamed, added = "alter table kpi.orders rename name to title", "create table kpi.months as select 1 as month"
    found = lines(tmp_path, renamed, added)
    assert found["kpi.months"]["result"] == "after only"
    assert found["kpi.months"]["after_rows"] == 1
    assert found["kpi.orders"]["result"] == "equal in shared columns"
    assert found["kpi.orders"]["columns_before_only"] == ["name"]
    assert found["kpi.orders"]["columns_after_only"] == ["title"]


def test_schemas_are_those_of_the_folders_of_marts():
    assert {"core", "kpi", "governance"} <= set(mart_schemas())
    assert "intermediate" not in mart_schemas()
