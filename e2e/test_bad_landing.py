"""Bad files stop a build before anything is built on them; bad rows go to the quarantine and are counted."""

import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import query

NEXT_DAY = "ingested_on=2025-09-11"


def land_orders(house, rows: list[dict]) -> None:
    """Land changes of orders on the day after the last, in the form of those that are there."""
    schema = pq.read_schema(next((house.landing / "shop" / "orders").rglob("*.parquet")))
    folder = house.landing / "shop" / "orders" / NEXT_DAY
    folder.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "bad.parquet")


def test_a_truncated_file_stops_the_build_with_its_name(built, tmp_path):
    house = built.copy(tmp_path)
    broken = house.landing / "shop" / "orders" / NEXT_DAY / "part-0000.parquet"
    broken.parent.mkdir()
    whole = next((house.landing / "shop" / "orders").rglob("*.parquet")).read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    printed = house.dbt("run", succeeds=False)
    assert f"shop/orders/{NEXT_DAY}/part-0000.parquet" in printed
    assert "Traceback" not in printed
    assert query(house.warehouse, "select max(load_id) from base.loads") == [(1,)]


@pytest.mark.long
def test_bad_rows_are_quarantined_with_reasons_and_counted(built, tmp_path):
    house = built.copy(tmp_path)
    good = pq.read_table(sorted((house.landing / "shop" / "orders").rglob("*.parquet"))[-1]).to_pylist()[:4]
    changes = [
        {**good[0], "order_id": None},
        {**good[1], "currency_code": "XXX", "_lsn": 10**9},
        {**good[2], "order_status": "lost", "total_amount": None, "_lsn": 10**9 + 1},
        {
            name: value if name in ("order_id", "_op", "_lsn", "_committed_at") else None
            for name, value in good[3].items()
        }
        | {"_op": "d", "_lsn": 10**9 + 2},
    ]
    land_orders(house, changes)
    events = house.landing / "web" / "events" / NEXT_DAY
    events.mkdir(parents=True)
    lines = [
        "no json",
        "[1, 2]",
        json.dumps({"event_id": "e1", "event_type": "dance", "occurred_at": "2025-02-31T00:00:00", "session_id": "s"}),
    ]
    (events / "bad.jsonl").write_text("\n".join(lines) + "\n")
    house.dbt("run")
    # As after a full refresh that was killed half way: base is new, and what reads it is not.
    house.dbt("run", "--full-refresh", "--select", "base_shop__orders")
    house.dbt("run", "--select", "base_shop__orders+")
    found = query(
        house.warehouse,
        "select table_name, reasons, sum(quarantined_rows) "
        "from governance.quarantine_summary group by all order by all",
    )
    assert found == [
        ("events", "domain:event_type type:occurred_at", 1),
        ("events", "unreadable", 2),
        ("orders", "domain:currency_code", 1),
        ("orders", "domain:order_status missing:total_amount", 1),
        ("orders", "missing:order_id", 1),
    ]
    assert query(
        house.warehouse, "select raw_row from quarantine.quarantine_web where reasons = 'unreadable' order by 1"
    ) == [("[1, 2]",), ("no json",)]
    # A delete needs its key and place in the log only: the order is gone from the fact, and remembered in staging.
    gone = good[3]["order_id"]
    assert query(house.warehouse, "select count(*) from core.fct_order where order_id = ?", gone) == [(0,)]
    assert query(house.warehouse, "select is_deleted from staging.stg_shop__orders where order_id = ?", gone) == [
        (True,)
    ]


def test_a_file_in_the_wrong_place_stops_the_build(built, tmp_path):
    house = built.copy(tmp_path)
    some = next((house.landing / "shop" / "orders").rglob("*.parquet"))
    (house.landing / "shop" / "odrers" / NEXT_DAY).mkdir(parents=True)
    shutil.copy(some, house.landing / "shop" / "odrers" / NEXT_DAY / "part-0000.parquet")
    printed = house.dbt("run", succeeds=False)
    assert f"shop/odrers/{NEXT_DAY}/part-0000.parquet" in printed
    assert "Traceback" not in printed
