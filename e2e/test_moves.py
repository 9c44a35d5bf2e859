"""Payments, refunds, lines, messages, events and parcels that move to another parent: the values of both, by hand."""

import json
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import query
from conftest import house

DAYS = ("2025-09-01", "2025-09-02", "2025-09-03")
NOON = datetime(2025, 9, 1, 12)
FACTS = ("+fct_order_line", "+fct_ticket", "+fct_web_session", "+fct_purchase_order_line", "+fct_shipment")
STAGED = (
    *("stg_shop__order_items", "stg_shop__payments", "stg_shop__refunds"),
    *("stg_support__messages", "stg_web__events", "stg_erp__purchase_order_lines", "stg_wms__shipments"),
)

# O1: lines of 10 and 5, 15 paid at a fee of 0.45, 4 given back. O2: a line of 20, 20 paid at a fee of 0.20. O3: none.
# Lines bear what is given back and the fees by their value.
BEFORE = {
    "orders": {"O1": (2, 15, 15, 4), "O2": (1, 20, 20, 0), "O3": (0, 0, 0, 0)},
    "lines": {
        "L1": ("O1", Decimal("2.67"), Decimal("0.30")),
        "L2": ("O1", Decimal("1.33"), Decimal("0.15")),
        "L3": ("O2", 0, Decimal("0.20")),
    },
    "tickets": {"T1": (2, 1, 60), "T2": (1, 1, None)},
    "sessions": {"S1": 2, "S2": 1},
    "purchases": {"B1": ("A1", 30)},
    "parcels": {"H1": 1, "H2": 0},
}
# L2, Y1 and R1 leave O1; G2, the only answer of T1, and E3, the only event of S2, leave as well.
MOVED = {
    "orders": {"O1": (1, 10, 0, 0), "O2": (2, 25, 35, 0), "O3": (0, 0, 0, 4)},
    "lines": {"L1": ("O1", 0, 0), "L2": ("O2", 0, Decimal("0.13")), "L3": ("O2", 0, Decimal("0.52"))},
    "tickets": {"T1": (1, 1, None), "T2": (2, 1, 60)},
    "sessions": {"S1": 3},
    "purchases": {"B1": ("A2", 30)},
    "parcels": {"H1": 0, "H2": 1},
}


def change(lsn: int, **values) -> dict:
    """A row of a change log, the later the greater its position."""
    return {"_op": "u", "_lsn": lsn, "_committed_at": NOON, "_ingested_at": NOON} | values


def order(order_id: str) -> dict:
    return change(
        1, order_id=order_id, customer_id="C1", sales_channel="web", order_status="paid", currency_code="EUR",
        shipping_country_code="DE",
        shipping_amount=Decimal("0.00"), total_amount=Decimal("20.00"), ordered_at=NOON,
    )  # fmt: skip


def line(line_id: str, order_id: str, price: int, lsn: int = 1) -> dict:
    return change(
        lsn, order_item_id=line_id, order_id=order_id, product_id="P1", quantity=1, unit_price=Decimal(f"{price}.00")
    )


def payment(payment_id: str, order_id: str, amount: int, lsn: int = 1, **values) -> dict:
    return change(
        lsn, payment_id=payment_id, order_id=order_id, payment_status="captured", amount=Decimal(f"{amount}.00"),
        fee_amount=Decimal("0.45" if payment_id == "Y1" else "0.20"), currency_code="EUR", paid_at=NOON, **values,
    )  # fmt: skip


def refund(order_id: str, lsn: int = 1) -> dict:
    return change(lsn, refund_id="R1", order_id=order_id, amount=Decimal("4.00"), currency_code="EUR", refunded_at=NOON)


def purchase_order(order_id: str) -> dict:
    return change(
        1, purchase_order_id=order_id, supplier_id="V1", warehouse_id="W1", purchase_order_status="open",
        currency_code="EUR", ordered_at=NOON,
    )  # fmt: skip


def purchase_line(order_id: str, lsn: int = 1) -> dict:
    return change(
        lsn, purchase_order_line_id="B1", purchase_order_id=order_id, product_id="P1", ordered_quantity=10,
        unit_cost=Decimal("3.00"),
    )  # fmt: skip


def cost(amount: int, hour: int, lsn: int) -> dict:
    """What product P1 costs from an hour on."""
    return change(
        lsn, product_id="P1", standard_cost=Decimal(f"{amount}.00"), currency_code="EUR", product_status="active"
    ) | {"_committed_at": NOON.replace(hour=hour)}


def parcel(shipment_id: str, tracking_number: str | None, hour: int = 12) -> dict:
    return {
        "shipment_id": shipment_id, "order_id": "O1", "warehouse_id": "W1", "tracking_number": tracking_number,
        "shipped_at": NOON, "_ingested_at": NOON.replace(hour=hour),
    }  # fmt: skip


def ticket(ticket_id: str) -> dict:
    return {"ticket_id": ticket_id, "ticket_status": "open", "opened_at": NOON, "_ingested_at": NOON}


def message(message_id: str, ticket_id: str, author: str, hour: int = 12) -> dict:
    """A message, sent a minute after the tickets were opened."""
    return {
        "message_id": message_id, "ticket_id": ticket_id, "author_type": author, "body": "Hello",
        "sent_at": NOON.replace(minute=1), "_ingested_at": NOON.replace(hour=hour),
    }  # fmt: skip


def event(event_id: str, session_id: str, hour: int = 12) -> dict:
    return {
        "event_id": event_id, "session_id": session_id, "event_type": "page_view", "occurred_at": NOON,
        "_ingested_at": NOON.replace(hour=hour),
    }  # fmt: skip


FIRST = {
    "shop/orders": [order("O1"), order("O2"), order("O3")],
    "shop/order_items": [line("L1", "O1", 10), line("L2", "O1", 5), line("L3", "O2", 20)],
    "shop/payments": [payment("Y1", "O1", 15), payment("Y2", "O2", 20)],
    "shop/refunds": [refund("O1")],
    "erp/products": [cost(5, hour=10, lsn=1), cost(6, hour=11, lsn=2)],
    "erp/purchase_orders": [purchase_order("A1"), purchase_order("A2")],
    "erp/purchase_order_lines": [purchase_line("A1")],
    "wms/shipments": [parcel("H1", "N1"), parcel("H2", None)],
    "support/tickets": [ticket("T1"), ticket("T2")],
    "support/messages": [
        message("G1", "T1", "customer"),
        message("G2", "T1", "agent"),
        message("G3", "T2", "customer"),
    ],
    "web/events": [event("E1", "S1"), event("E2", "S1"), event("E3", "S2")],
}
MOVES = {
    "shop/order_items": [line("L2", "O2", 5, lsn=2)],
    "shop/payments": [payment("Y1", "O2", 15, lsn=2)],
    "shop/refunds": [refund("O3", lsn=2)],
    "erp/purchase_order_lines": [purchase_line("A2", lsn=2)],
    "wms/shipments": [parcel("H1", None, hour=13), parcel("H2", "N1", hour=13)],
    "support/messages": [message("G2", "T2", "agent", hour=13)],
    "web/events": [event("E3", "S1", hour=13)],
}
BACK = {
    "shop/order_items": [line("L2", "O1", 5, lsn=3)],
    "shop/payments": [payment("Y1", "O1", 15, lsn=3)],
    "shop/refunds": [refund("O1", lsn=3)],
    "erp/purchase_order_lines": [purchase_line("A1", lsn=3)],
    "wms/shipments": [parcel("H1", "N1", hour=14), parcel("H2", None, hour=14)],
    "support/messages": [message("G2", "T1", "agent", hour=14)],
    "web/events": [event("E3", "S2", hour=14)],
}


def land(house, day: str, tables: dict[str, list[dict]]) -> None:
    """Land a file of each table."""
    for table, rows in tables.items():
        folder = house.landing / table / f"ingested_on={day}"
        folder.mkdir(parents=True, exist_ok=True)
        if table in ("support/tickets", "support/messages", "web/events"):
            (folder / "a.jsonl").write_text("".join(json.dumps(row, default=datetime.isoformat) + "\n" for row in rows))
        else:
            schema = pa.Table.from_pylist(FIRST[table][:1]).schema
            pq.write_table(pa.Table.from_pylist(rows, schema=schema), folder / "a.parquet")


def facts(house) -> dict:
    """What the facts say, in the form of BEFORE and MOVED."""

    def by_key(sql: str) -> dict:
        return {key: values[0] if len(values) == 1 else tuple(values) for key, *values in query(house.warehouse, sql)}

    return {
        "orders": by_key(
            "select order_id, line_count, gross_amount, captured_amount, refunded_amount from core.fct_order"
        ),
        "lines": by_key("select order_item_id, order_id, refunded_amount, payment_fee_amount from core.fct_order_line"),
        "tickets": by_key(
            "select ticket_id, message_count, customer_message_count, first_response_seconds from core.fct_ticket"
        ),
        "sessions": by_key("select session_id, event_count from core.fct_web_session"),
        "purchases": by_key(
            "select purchase_order_line_id, purchase_order_id, ordered_amount from core.fct_purchase_order_line"
        ),
        "parcels": by_key("select shipment_id, tracking_event_count from core.fct_shipment"),
    }


@pytest.fixture(scope="module")
def first_day(tmp_path_factory, dbt_files):
    """A warehouse of the first day."""
    made = house(tmp_path_factory.mktemp("moves"), dbt_files)
    made.landing.mkdir()
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "moves", "simulated": True}))
    land(made, DAYS[0], FIRST)
    folder = made.landing / "carriers" / "tracking_events" / f"ingested_on={DAYS[0]}"
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text(
        "tracking_number\tcarrier_code\tevent_type\tlocation\tsigned_by\toccurred_at\t_ingested_at\n"
        "N1\tdhl\tpicked_up\tBerlin\t\t01/09/2025 13:00\t2025-09-01T14:00:00\n"
    )
    made.dbt("run", "-s", *FACTS)
    assert facts(made) == BEFORE
    return made


@pytest.fixture
def growing(first_day, tmp_path):
    """The same, to be grown; at the end a full build says what it says."""
    here = first_day.copy(tmp_path)
    yield here
    told = facts(here)
    here.dbt("run", "-s", *FACTS, "--full-refresh")
    assert facts(here) == told


def test_both_parents_are_right(growing):
    land(growing, DAYS[1], MOVES)
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing) == MOVED
    remembered = query(growing.warehouse, "select model_name, parent_column, parent_key from base.former_parents")
    assert {
        ("stg_shop__order_items", "order_id", "O1"),
        ("stg_shop__payments", "order_id", "O1"),
        ("stg_shop__refunds", "order_id", "O1"),
        ("fct_payment", "order_id", "O1"),
        ("fct_refund", "order_id", "O1"),
        ("stg_support__messages", "ticket_id", "T1"),
        # Not the visit that E3 has left: a visit's scope may be a device, and is forgotten as soon as visits are made.
    } == set(remembered)


def test_there_and_back(growing):
    land(growing, DAYS[1], MOVES)
    growing.dbt("run", "-s", *FACTS)
    land(growing, DAYS[2], BACK)
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing) == BEFORE


def test_facts_that_were_left_out_of_the_run_in_which_their_rows_moved(growing):
    land(growing, DAYS[1], MOVES)
    # The orders are worked out beside lines, payments and refunds that have not moved yet.
    growing.dbt(
        "run", "-s", *FACTS, "--exclude", "fct_order_line", "fct_payment", "fct_refund", "fct_web_session", "fct_ticket"
    )
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing) == MOVED


def test_staging_that_was_built_anew_has_forgotten_what_its_rows_named(growing):
    land(growing, DAYS[1], MOVES)
    growing.dbt("run", "-s", *(f"1+{model}" for model in STAGED), "--exclude", *STAGED)
    growing.dbt("run", "-s", *STAGED, "--full-refresh")
    growing.dbt("run", "-s", *STAGED)
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing) == MOVED


def test_a_row_that_is_deleted_and_comes_again_under_another_parent(growing):
    land(growing, DAYS[1], {"shop/payments": [payment("Y1", "O1", 15, lsn=2, _op="d")]})
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing)["orders"] == BEFORE["orders"] | {"O1": (2, 15, 0, 4)}
    assert facts(growing)["lines"]["L1"] == ("O1", Decimal("2.67"), 0)
    # Both at once: the delete is of the order that it came to in between.
    rows = [
        payment("Y1", "O3", 15, lsn=3, _op="c"),
        payment("Y1", "O3", 15, lsn=4, _op="d"),
        payment("Y1", "O2", 15, lsn=5, _op="c"),
    ]
    land(growing, DAYS[2], {"shop/payments": rows})
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing)["orders"] == BEFORE["orders"] | {"O1": (2, 15, 0, 4), "O2": (1, 20, 35, 0)}


def test_a_late_state_that_loses_moves_nothing(growing):
    land(growing, DAYS[1], {"shop/payments": [payment("Y1", "O2", 15, lsn=0)]})
    growing.dbt("run", "-s", *FACTS)
    assert facts(growing) == BEFORE
    assert query(growing.warehouse, "select count(*) from base.former_parents") == [(0,)]


def test_a_cost_that_is_taken_back_is_taken_back_from_the_lines_that_had_it(growing):
    costs = "select order_id, cost_amount_reporting from core.fct_order where order_id < 'O3' order by 1"
    assert query(growing.warehouse, costs) == [("O1", 12), ("O2", 6)]
    # Of the hour of the second cost the log says now that it was the first one's: no cost begins there any more.
    land(growing, DAYS[1], {"erp/products": [cost(5, hour=11, lsn=3)]})
    growing.dbt("run", "-s", *FACTS)
    assert query(growing.warehouse, costs) == [("O1", 10), ("O2", 5)]
