"""What becomes of a few rows, by hand: the ledger's terms, and a quarantined row whose correction lands."""

import json
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
from comparing import query

LEDGER = (
    "select cast(ingested_on as varchar), landed_rows, current_rows, superseded_rows, duplicate_rows, quarantined_rows "
    "from governance.data_quality_ledger where source_name = ? and table_name = ? order by 1"
)
MODELS = ("+data_quality_ledger", "+fct_order", "stg_support__tickets")
LAST, NEXT, AFTER_NEXT = "2025-09-10", "2025-09-11", "2025-09-12"


def ledger(house, source: str, table: str) -> dict:
    """The terms of each landing day."""
    return {day: terms for day, *terms in query(house.warehouse, LEDGER, source, table)}


def land_orders(house, day: str, name: str, rows: list[dict]) -> None:
    """Land changes of orders in the form of those that are there."""
    folder = house.landing / "shop" / "orders" / f"ingested_on={day}"
    folder.mkdir(exist_ok=True)
    schema = pq.read_schema(next((house.landing / "shop" / "orders").rglob("*.parquet")))
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / f"{name}.parquet")


def land_tickets(house, day: str, name: str, rows: list[dict]) -> None:
    """Land pages of tickets."""
    folder = house.landing / "support" / "tickets" / f"ingested_on={day}"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_the_ledger_says_what_became_of_each_row(built, tmp_path):
    house = built.copy(tmp_path)
    before_orders, before_tickets = ledger(house, "shop", "orders"), ledger(house, "support", "tickets")
    start = datetime(2025, 9, 11, 8)
    template = pq.read_table(next((house.landing / "shop" / "orders").rglob("*.parquet"))).to_pylist()[0]

    def change(order: str, operation: str, position: int, **values) -> dict:
        at = start + timedelta(minutes=position)
        own = {"order_id": order, "_op": operation, "_lsn": 10**9 + position, "_committed_at": at, "_ingested_at": at}
        return template | {"customer_id": None} | own | values

    ticket = {"ticket_id": "T9", "requester": {"email": "a@b.example"}, "topic": "delivery", "channel": "email"}
    ticket |= {"priority": "normal", "ticket_status": "open", "language_code": "en", "subject": "?", "order_id": None}
    ticket |= {"opened_at": "2025-09-11T08:00:00", "solved_at": None, "product_id": None}

    created, paid = change("L1", "c", 0, order_status="pending"), change("L1", "u", 1, order_status="paid")
    wrong = change("L2", "c", 2, currency_code="XXX")
    land_orders(house, NEXT, "one", [created, paid, wrong])
    land_orders(house, NEXT, "two", [created])
    # Read on two pages, and then again after it was solved.
    pages = [ticket | {"_ingested_at": f"2025-09-11T08:00:0{second}"} for second in (5, 7)]
    solved = ticket | {
        "ticket_status": "solved",
        "solved_at": "2025-09-11T09:00:00",
        "_ingested_at": "2025-09-11T09:05:00",
    }
    land_tickets(house, NEXT, "one", [*pages, solved])
    house.dbt("run", "-s", *MODELS)
    orders = ledger(house, "shop", "orders")
    assert orders == before_orders | {NEXT: [4, 1, 1, 1, 1]}
    assert ledger(house, "support", "tickets") == before_tickets | {NEXT: [3, 1, 1, 1, 0]}

    # The correction, a newer state, what was sent already, and the first change once more in a file that comes late.
    land_orders(
        house,
        AFTER_NEXT,
        "one",
        [change("L1", "u", 3, order_status="shipped"), wrong | {"currency_code": "EUR"}, created],
    )
    land_orders(house, LAST, "late", [created])
    # It says again what it said at first: that is what is current, and was told by the first page.
    land_tickets(house, AFTER_NEXT, "one", [ticket | {"_ingested_at": "2025-09-12T08:00:00"}])
    house.dbt("run", "-s", *MODELS)
    landed, current, superseded, duplicate, quarantined = before_orders[LAST]
    assert ledger(house, "shop", "orders") == before_orders | {
        LAST: [landed + 1, current, superseded + 1, duplicate, quarantined],
        NEXT: [4, 0, 1, 2, 1],
        AFTER_NEXT: [3, 2, 0, 1, 0],
    }
    assert ledger(house, "support", "tickets") == before_tickets | {NEXT: [3, 1, 1, 1, 0], AFTER_NEXT: [1, 0, 0, 1, 0]}
    assert query(
        house.warehouse,
        "select reasons, cast(ingested_on as varchar), cast(resolved_on as varchar) from quarantine.quarantine_shop",
    ) == [("domain:currency_code", NEXT, AFTER_NEXT)]
    assert query(
        house.warehouse, "select order_id, currency_code from core.fct_order where order_id in ('L1', 'L2') order by 1"
    ) == [("L1", template["currency_code"]), ("L2", "EUR")]
    house.dbt("test", "-s", "assert_data_quality_ledger_closes")
