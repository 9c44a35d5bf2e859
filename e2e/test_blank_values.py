"""Blank texts are no values, in every format: what becomes of guests, keys, codes, days and parts of arrays."""

import json
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import query
from conftest import house

DAY = "ingested_on=2025-09-01"
AT = "2025-09-01T12:00:00"
# A space, a tab with a line end, a blank that does not break, a blank of no width.
BLANKS = ["", " ", "\t\n", "\u00a0", "\u200b"]
MODELS = ("+fct_order", "+fct_cart", "+data_quality_ledger", "path:models/staging", "path:models/pii")


def land(landing, table: str, name: str, text: str):
    """Write a landed file; its path."""
    folder = landing / table / DAY
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def lines(rows: list[dict]) -> str:
    """JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def order(number: int, **changes) -> dict:
    """An order of a guest."""
    row = {"order_id": f"O{number}", "guest_email": f"g{number}@example.org", "sales_channel": "web"}
    row |= {"order_status": "paid", "shipping_country_code": "DE", "currency_code": "EUR", "total_amount": "10.00"}
    return row | {"ordered_at": AT, "_op": "c", "_lsn": number, "_committed_at": AT, "_ingested_at": AT} | changes


def put_orders(landing, name: str, rows: list[dict]) -> None:
    """Orders as Parquet."""
    stamps = {"ordered_at", "_committed_at", "_ingested_at"}
    types = {name: pa.timestamp("us") for name in stamps} | {"total_amount": pa.decimal128(18, 2), "_lsn": pa.int64()}
    read = {name: datetime.fromisoformat for name in stamps} | {"total_amount": Decimal}
    columns = {
        name: pa.array([read.get(name, lambda value: value)(row[name]) for row in rows], types.get(name, pa.string()))
        for name in rows[0]
    }
    pq.write_table(pa.table(columns), land(landing, "shop/orders", name, ""))


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory, dbt_files):
    """A warehouse of orders in three formats, carts, tickets and answers."""
    made = house(tmp_path_factory.mktemp("blank"), dbt_files)
    zone = made.landing
    zone.mkdir()
    (zone / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "blank", "simulated": True}))
    guests = [{"customer_id": blank, "session_id": blank} for blank in BLANKS]
    put_orders(zone, "a.parquet", [order(n, **guest) for n, guest in enumerate(guests)])
    land(zone, "shop/orders", "b.jsonl", lines([order(10 + n, **guest) for n, guest in enumerate(guests)]))
    rows = [order(20 + n, **guest) for n, guest in enumerate(guests)]
    fields = [",".join('"' + str(value) + '"' for value in row.values()) for row in rows]
    land(zone, "shop/orders", "c.csv", "\n".join([",".join(rows[0]), *fields]) + "\n")
    # A key, a status and a day that are required; a customer whose id has blanks around it is another than C1.
    bad = [
        order(30, order_id=" "),
        order(31, order_status="\u00a0"),
        order(32, ordered_at=""),
        order(33, customer_id=" C1 "),
    ]
    land(zone, "shop/orders", "d.jsonl", lines(bad))
    cart = {"currency_code": "EUR", "cart_status": "open", "created_at": AT, "_written_at": AT}
    items = [[{"product_id": "\u00a0", "quantity": 1}], [{"product_id": "P1", "quantity": 1, "added_at": ""}]]
    land(zone, "carts/carts", "a.jsonl", lines([cart | {"cart_id": f"K{n}", "items": i} for n, i in enumerate(items)]))
    # A day that is optional is null when it is blank; a number that is empty text cannot be read.
    ticket = {
        "ticket_status": "open",
        "opened_at": AT,
        "requester": {"customer_id": "", "email": " "},
        "solved_at": " ",
    }
    land(zone, "support/tickets", "a.jsonl", lines([ticket | {"ticket_id": "T1"}, ticket | {"ticket_id": ""}]))
    made.dbt("run", "-s", *MODELS)
    return made.warehouse


def test_orders_of_nobody_are_of_guests(warehouse):
    found = query(
        warehouse, "select count(*), count_if(is_guest), count_if(customer_key = 'unknown') from core.fct_order"
    )
    # 15 guests, and the order of ` C1 `.
    assert found == [(16, 15, 15)]
    assert query(warehouse, "select count(*), count(session_id) from staging.stg_shop__orders") == [(16, 0)]
    # Nobody has a key; but ' C1 ' is an id as any other.
    assert query(warehouse, "select person_id from pii.person_keys") == [(" C1 ",)]
    assert query(warehouse, "select count(requester_email) from pii.pii_support__tickets") == [(0,)]


def test_what_is_required_is_refused_with_the_row_as_it_came(warehouse):
    found = query(warehouse, "select reasons, raw_row from quarantine.quarantine_shop order by reasons")
    assert [reasons for reasons, _ in found] == ["missing:order_id", "missing:order_status", "missing:ordered_at"]
    assert json.loads(found[0][1])["order_id"] == " "
    assert query(warehouse, "select reasons from quarantine.quarantine_carts") == [("missing:items.product_id",)]
    assert query(warehouse, "select reasons from quarantine.quarantine_support") == [("missing:ticket_id",)]


def test_what_is_optional_is_null(warehouse):
    assert query(warehouse, "select product_id, added_at from staging.stg_carts__cart_items") == [("P1", None)]
    assert query(warehouse, "select ticket_id, customer_key, solved_at from staging.stg_support__tickets") == [
        ("T1", None, None)
    ]
