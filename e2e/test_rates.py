"""Rates on working days only, as central banks publish them, and companies that land few tables, worked out by hand."""

import re
from decimal import Decimal as D
from pathlib import Path

import pytest
import small_zone
from comparing import differences, query
from conftest import House, house

BUILD = ("build", "--exclude-resource-type", "unit_test")
CARRIED = ("--vars", "{fx_fill: previous_business_day}")
# 4 September 2025 was a Thursday.
THURSDAY, FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY = (f"2025-09-{day:02}" for day in (4, 5, 6, 8, 9, 10))
ORDER = {"order_status": "paid", "sales_channel": "web", "shipping_country_code": "US", "currency_code": "USD"}


def begin(landing: Path) -> None:
    """A landing zone that names itself."""
    landing.mkdir(parents=True)
    landing.joinpath("_landing_zone.json").write_text('{"landing_zone_id": "rates", "simulated": true}\n')


def land_order(landing: Path, day: str) -> None:
    """An order of 10 dollars on a day, paid the same day."""
    order, at = f"O{day}", f"{day}T10:00:00"
    small_zone.land(landing, "shop.orders", day, [{"order_id": order, "total_amount": 10, "ordered_at": at, **ORDER}])
    line = {"order_item_id": f"I{day}", "order_id": order, "product_id": "P", "quantity": 4, "unit_price": "2.5"}
    small_zone.land(landing, "shop.order_items", day, [line])
    paid = {"payment_id": f"Y{day}", "order_id": order, "amount": 10, "currency_code": "USD"}
    small_zone.land(landing, "shop.payments", day, [paid | {"payment_status": "captured", "paid_at": at}])


def land_rate(landing: Path, rate_day: str, rate: float, day: str) -> None:
    """Dollars for one euro of a day, landed on that or a later day."""
    pair = {"rate_date": rate_day, "base_currency_code": "EUR", "quote_currency_code": "USD", "rate": rate}
    small_zone.land(landing, "fx.daily_rates", day, [pair], name=f"of_{rate_day}")


def amounts(warehouse: Path) -> list[list]:
    """In euros, by day: net of lines, of orders, captured payments, net revenue."""
    return [
        [net for (net,) in query(warehouse, asked)]
        for asked in (
            "select net_amount_reporting from core.fct_order_line order by order_date",
            "select net_amount_reporting from core.fct_order order by order_date",
            "select amount_reporting from core.fct_payment order by payment_date",
            "select sum(net_revenue_amount) from kpi.daily_sales "
            "group by date_day having sum(order_count) > 0 order by date_day",
        )
    ]


@pytest.fixture(scope="module")
def growing(tmp_path_factory, dbt_files) -> House:
    """Thursday's rate carried until Monday; then Friday's comes late, and Tuesday has none of its own."""
    made = house(tmp_path_factory.mktemp("growing"), dbt_files)
    begin(made.landing)
    land_rate(made.landing, THURSDAY, 1.25, THURSDAY)
    for day in (THURSDAY, FRIDAY, SATURDAY, MONDAY):
        land_order(made.landing, day)
    made.first = made.dbt(*BUILD, *CARRIED)
    made.amounts = amounts(made.warehouse)
    land_rate(made.landing, FRIDAY, 1.6, TUESDAY)
    land_order(made.landing, TUESDAY)
    made.second = made.dbt(*BUILD, *CARRIED)
    return made


def test_the_last_known_rate_is_carried_over_the_weekend(growing):
    assert growing.amounts == [[D(8), D(8), D(8), D(8)]] * 4
    assert "WARN=0" in growing.first


def test_a_late_true_rate_replaces_carried_ones_and_revalues_what_used_them(growing):
    euros = [D(8), D("6.25"), D("6.25"), D("6.25"), D("6.25")]
    assert amounts(growing.warehouse) == [euros] * 4
    rates = (
        "select cast(rate_date as varchar), is_carried_forward, cast(rate_source_date as varchar) "
        "from intermediate.int_currency__daily_rates where currency_code = 'USD' order by 1"
    )
    assert query(growing.warehouse, rates)[:6] == [
        (THURSDAY, False, THURSDAY),
        (FRIDAY, False, FRIDAY),
        *((f"2025-09-{day:02}", True, FRIDAY) for day in (6, 7, 8, 9)),
    ]


@pytest.mark.long
def test_incremental_is_at_once(growing, tmp_path):
    whole = growing.copy(tmp_path)
    whole.warehouse.unlink()
    whole.dbt(*BUILD, "--exclude-resource-type", "test", *CARRIED)
    assert differences(growing.warehouse, whole.warehouse) == []


def test_a_fifth_day_without_a_rate_is_unknown_and_fails(growing, tmp_path):
    later = growing.copy(tmp_path)
    land_order(later.landing, WEDNESDAY)
    printed = later.dbt(*BUILD, *CARRIED, succeeds=False)
    assert re.search(r"FAIL \d+ assert_no_missing_exchange_rate", printed)
    nets = "select net_amount_reporting from core.fct_order order by order_date desc"
    assert [net for (net,) in query(later.warehouse, nets)][:2] == [None, D("6.25")]


def test_an_order_of_today_may_come_before_the_rate_of_today(tmp_path, dbt_files):
    made = house(tmp_path, dbt_files)
    begin(made.landing)
    land_rate(made.landing, THURSDAY, 1.25, THURSDAY)
    for day in (THURSDAY, FRIDAY):
        land_order(made.landing, day)
    made.dbt(*BUILD)
    assert amounts(made.warehouse)[:3] == [[D(8), None]] * 3
    # Rates come at least every five days; from the fifth on the day is missing.
    land_order(made.landing, TUESDAY)
    printed = made.dbt("build", "-s", "+assert_no_missing_exchange_rate", succeeds=False)
    assert re.search(r"FAIL \d+ assert_no_missing_exchange_rate", printed)


def test_another_word_for_the_fill_is_refused(growing):
    printed = growing.dbt("compile", "-s", "int_currency__daily_rates", "--vars", "{fx_fill: weekly}", succeeds=False)
    assert "expected null" in printed and "previous_business_day" in printed


ALONE = {
    "orders without lines or payments": ["shop.orders"],
    "orders and lines without payments, refunds all the same": ["shop.orders", "shop.order_items", "shop.refunds"],
    "bookings and visits without orders, counts of stock without movements": [
        "shop.payments",
        "shop.refunds",
        "web.events",
        "wms.stock_counts",
    ],
}


@pytest.mark.long
@pytest.mark.parametrize("tables", ALONE.values(), ids=ALONE)
def test_nothing_warns_of_a_table_that_the_company_does_not_have(tables, tmp_path, dbt_files):
    made = house(tmp_path, dbt_files)
    begin(made.landing)
    at = f"{THURSDAY}T10:00:00"
    euros = {"currency_code": "EUR"}
    rows = {
        "shop.orders": ORDER | euros | {"order_id": "O", "total_amount": 10, "ordered_at": at},
        "shop.order_items": {
            "order_item_id": "I",
            "order_id": "O",
            "product_id": "P",
            "quantity": 4,
            "unit_price": "2.5",
        },
        "shop.payments": {"payment_id": "Y", "order_id": "O", "amount": 10, "payment_status": "captured", "paid_at": at}
        | euros,
        "shop.refunds": {"refund_id": "F", "order_id": "O", "amount": 4, "refunded_at": at} | euros,
        "web.events": {
            "event_id": "E",
            "event_type": "purchase",
            "session_id": "S",
            "order_id": "O",
            "occurred_at": f"{THURSDAY}T10:00:00Z",
        },
        "wms.stock_counts": {
            "stock_count_id": "C",
            "warehouse_id": "W",
            "product_id": "P",
            "counted_quantity": 5,
            "counted_at": at,
        },
    }
    for table in tables:
        small_zone.land(made.landing, table, THURSDAY, [rows[table]])
    # The newest day is another one: what of the newest day waits for the next is no excuse here.
    small_zone.land(
        made.landing,
        "fx.daily_rates",
        FRIDAY,
        [{"rate_date": FRIDAY, "base_currency_code": "EUR", "quote_currency_code": "USD", "rate": 1.25}],
    )
    small_zone.land_nothing(made.landing, FRIDAY)
    printed = made.dbt(*BUILD)
    assert "WARN=0" in printed, [line for line in printed.splitlines() if "WARN" in line]
