"""What a change reaches, of two small manifests, and how two warehouses of it differ."""

import duckdb
import pytest

from tools.review.comment import MARK, comment
from tools.review.differences import Difference, differences
from tools.review.reach import Reach, keys, reach


def model(name: str, folder: str, **columns: str) -> dict:
    return {
        "name": name,
        "alias": name,
        "schema": folder.split("/")[-1],
        "resource_type": "model",
        "original_file_path": f"models/{folder}/{name}.sql",
        "columns": {column: {"data_type": data_type} for column, data_type in columns.items()},
    }


def manifest(**sales: str) -> dict:
    """stg_orders -> daily_sales -> a metric and a dashboard; `aside` reads nothing of it."""
    return {
        "nodes": {
            "model.techco.stg_orders": model("stg_orders", "staging/shop"),
            "model.techco.daily_sales": model("daily_sales", "marts/kpi", **sales),
            "model.techco.aside": model("aside", "marts/core", day="date"),
            "test.techco.key": {
                "resource_type": "test",
                "attached_node": "model.techco.daily_sales",
                "test_metadata": {"name": "integrity", "kwargs": {"key": ["day"]}},
            },
        },
        "sources": {"source.techco.shop.orders": {"source_name": "shop", "name": "orders"}},
        "metrics": {"metric.techco.revenue": {"name": "revenue", "label": "Revenue"}},
        "exposures": {"exposure.techco.today": {"name": "today", "label": "Today"}},
        "child_map": {
            "source.techco.shop.orders": ["model.techco.stg_orders"],
            "model.techco.stg_orders": ["model.techco.daily_sales"],
            "model.techco.daily_sales": ["metric.techco.revenue", "exposure.techco.today", "test.techco.key"],
            "model.techco.aside": [],
            "metric.techco.revenue": [],
            "exposure.techco.today": [],
            "test.techco.key": [],
        },
    }


BEFORE = manifest(day="date", amount="bigint", old="varchar")
AFTER = manifest(day="date", amount="double", new="varchar")


def test_what_stands_behind_a_change_is_found():
    before = {**BEFORE, "nodes": BEFORE["nodes"] | {"model.techco.gone": model("gone", "marts/core")}}
    assert reach(before, AFTER, ["model.techco.stg_orders", "test.techco.key"]) == Reach(
        changed=["stg_orders"],
        removed=["gone"],
        models=["daily_sales", "stg_orders"],
        marts=["kpi.daily_sales"],
        columns=[
            "`kpi.daily_sales.amount` is double, was bigint",
            "`kpi.daily_sales.new` is new",
            "`kpi.daily_sales.old` is gone",
        ],
        metrics=["Revenue"],
        exposures=["Today"],
    )
    assert reach(BEFORE, AFTER, ["source.techco.shop.orders"]).changed == ["shop.orders"]
    assert keys(AFTER) == {"kpi.daily_sales": ["day"]}


@pytest.fixture
def warehouses(tmp_path):
    """Of four days before and four after, one is gone, one new, one changed, and two are the same."""
    made = {"before": "(1, 10, 'a'), (2, 20, 'a'), (3, 30, 'a'), (4, 40, 'a')"}
    made["after"] = "(1, 10, 'a'), (2, 21, 'a'), (3, 30, 'a'), (5, 50, 'a')"
    for side, rows in made.items():
        with duckdb.connect(str(tmp_path / f"{side}.duckdb")) as connection:
            connection.execute("create schema kpi")
            connection.execute(
                f"create table kpi.daily_sales as select *, '{side}' as _run "
                f"from (values {rows}) as t (day, amount, kind)"
            )
            connection.execute("create table kpi.same as select 1 as day")
            connection.execute(f"create table kpi.only_{side} as select 1 as day")
    return tmp_path / "before.duckdb", tmp_path / "after.duckdb"


def test_rows_are_told_by_their_key(warehouses):
    marts = ["kpi.daily_sales", "kpi.same", "kpi.only_before", "kpi.only_after"]
    assert differences(*warehouses, marts, {"kpi.daily_sales": ["day"]}) == [
        Difference("kpi.daily_sales", 4, 4, added=1, removed=1, changed=1, columns=("amount",)),
        Difference("kpi.only_before", 1, None, added=0, removed=1, changed=0, columns=()),
        Difference("kpi.only_after", None, 1, added=1, removed=0, changed=0, columns=()),
    ]
    # Without a key a row that changed is one that is gone and one that is new.
    (found,) = differences(*warehouses, ["kpi.daily_sales"], {})
    assert (found.added, found.removed, found.changed) == (2, 2, 0)


def test_the_comment_says_it(warehouses):
    found = reach(BEFORE, AFTER, ["model.techco.stg_orders"])
    text = comment(found, differences(*warehouses, ["kpi.daily_sales"], keys(AFTER)), "a zone")
    assert text.startswith(MARK)
    assert "- **Models behind it** (2): `daily_sales`, `stg_orders`" in text
    assert "- **Metrics** (1): `Revenue`" in text
    assert "- **Dashboards and other exposures** (1): `Today`" in text
    assert "- `kpi.daily_sales.new` is new" in text
    assert "| `kpi.daily_sales` | 4 | 4 | 1 | 1 | 1 | `amount` |" in text
    assert "as before" in comment(found, [], "a zone")
    nothing = reach(BEFORE, BEFORE, [])
    assert "No model, seed, snapshot or source is changed." in comment(nothing, [], "a zone")
