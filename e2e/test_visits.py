"""A stream without session ids, by hand: visits by pauses whatever lands when, a log-in, bots, and one order."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from comparing import query
from conftest import BUILD, House, house
from small_zone import land, land_nothing

DAYS = ("2025-09-01", "2025-09-02")
MODELS = ("+fct_web_session", "+order_attribution", "+identity_summary", "+daily_web")
VISITS = "select session_id, event_count, customer_key <> 'unknown' from core.fct_web_session order by 1"


def event(event_id: str, at: str, device_id: str | None = "d1", **more) -> dict:
    """A page view at a time of the first day; what a later day says of the same event counts."""
    return {
        "event_id": event_id,
        "event_type": "page_view",
        "occurred_at": f"{DAYS[0]}T{at}",
        "device": {"id": device_id},
        # A column that stops to be delivered would be refused.
        **dict.fromkeys(("customer_id", "product_id", "order_id")),
        "utm": {"source": None},
    } | more


def land_events(landing: Path, day: str, events: list[dict]) -> None:
    """Write a file of events."""
    folder = landing / "web" / "events" / f"ingested_on={day}"
    folder.mkdir(parents=True)
    lines = (json.dumps(row | {"_ingested_at": f"{day}T23:00:00"}) for row in events)
    (folder / "events.jsonl").write_text("\n".join(lines))


FIRST = [
    event("a2", "10:00:00", utm={"source": "newsletter"}),
    event("a3", "10:20:00", event_type="product_view", product_id="P"),
    # 40 minutes later; the customer logs in, and an hour later buys.
    event("b1", "11:00:00", customer_id="C"),
    event("b3", "11:59:59", customer_id="C", event_type="purchase", order_id="O"),
    event("c1", "10:00:00", "d2"),
    event("c2", "10:10:00", "d2"),
    # Of no device.
    event("e1", "10:00:00", None),
    event("e2", "10:00:00", None),
]
# A clock was set back: these landed later and happened before the first visit, and between the log-in and the purchase.
# Half of the visit of d2 was another device's. And 10,000 events, two in each second.
LATER = [
    event("a1", "09:40:00"),
    event("b2", "11:29:59"),
    event("c2", "10:10:00", "d3"),
    *(event(f"z{n:04}", str((datetime.min + timedelta(hours=13, seconds=n / 2)).time()), "d4") for n in range(10_000)),
]
BEFORE = [
    ("visit-a2", 2, False),
    ("visit-b1", 1, True),
    ("visit-b3", 1, True),
    ("visit-c1", 2, False),
    ("visit-e1", 1, False),
    ("visit-e2", 1, False),
]
AFTER = [
    ("visit-a1", 3, False),
    ("visit-b1", 3, True),
    ("visit-c1", 1, False),
    ("visit-c2", 1, False),
    ("visit-e1", 1, False),
    ("visit-e2", 1, False),
    ("visit-z0000", 10_000, False),
]


@pytest.fixture(scope="module")
def grown(tmp_path_factory, dbt_files) -> House:
    """The zone, built day by day. The order is of 10 euros, at noon."""
    made = house(tmp_path_factory.mktemp("visits"), dbt_files)
    order = {
        "order_id": "O",
        "customer_id": "C",
        "sales_channel": "web",
        "order_status": "paid",
        "shipping_country_code": "DE",
        "currency_code": "EUR",
        "shipping_amount": Decimal(0),
        "total_amount": Decimal(10),
        "ordered_at": datetime(2025, 9, 1, 12),
    }
    line = {"order_item_id": "L", "order_id": "O", "product_id": "P", "quantity": 1, "unit_price": Decimal(10)}
    land(made.landing, "shop.orders", DAYS[0], [order])
    land(made.landing, "shop.order_items", DAYS[0], [line])
    land_events(made.landing, DAYS[0], FIRST)
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "visits", "simulated": True}))
    made.dbt(*BUILD, "-s", *MODELS)
    assert query(made.warehouse, VISITS) == BEFORE
    land_events(made.landing, DAYS[1], LATER)
    land_nothing(made.landing, DAYS[1])
    made.dbt(*BUILD, "-s", *MODELS)
    return made


def test_late_events_move_join_and_part_visits_as_a_full_build_does(grown, tmp_path):
    assert query(grown.warehouse, VISITS) == AFTER
    again = grown.copy(tmp_path)
    again.dbt("run", "-s", "+fct_web_session", "--full-refresh")
    assert query(again.warehouse, VISITS) == AFTER


def test_devices_that_events_gave_up_are_not_remembered_beyond_the_visits(grown):
    remembered = "select count(*) from base.former_parents where parent_column = '_visit_scope'"
    assert query(grown.warehouse, remembered) == [(0,)]


def test_bots_are_counted_apart(grown):
    assert query(grown.warehouse, "select bot_rule from core.fct_web_session where is_bot") == [("too_fast",)]
    assert query(grown.warehouse, "select sum(visit_count), sum(bot_visit_count) from kpi.daily_web") == [(6, 1)]


def test_the_visit_before_the_log_in_is_the_customers(grown):
    columns = "device_kind, device_count, customer_count, visit_count, device_visit_count, anonymous_visit_count"
    assert query(grown.warehouse, f"select {columns} from governance.identity_summary order by 1") == [
        ("anonymous", 2, 0, 2, 0, 2),
        ("no_device", 0, 0, 2, 0, 2),
        ("one_customer", 1, 1, 2, 1, 0),
    ]


def test_the_order_is_credited_to_the_visits_before_it(grown):
    # The second visit, at 11:00, is direct; the first one began 80 minutes before: 2 ^ (-80 / 10080) of its weight.
    first = Decimal(str(round(10 * 2 ** (-80 / 10080) / (1 + 2 ** (-80 / 10080)), 2)))
    columns = "attribution_model, session_id, channel_group, net_revenue_amount"
    assert query(grown.warehouse, f"select {columns} from marketing.order_attribution order by 1, touch_number") == [
        ("first_touch", "visit-a1", "email", 10),
        ("last_non_direct_touch", "visit-a1", "email", 10),
        ("linear", "visit-a1", "email", 5),
        ("linear", "visit-b1", "direct", 5),
        ("time_decay", "visit-a1", "email", first),
        ("time_decay", "visit-b1", "direct", 10 - first),
    ]
