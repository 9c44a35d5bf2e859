"""A company that lacks most systems and has one odd day: its tables are there, and what is unknown is null."""

import json
from datetime import datetime
from decimal import Decimal

import pytest
from comparing import query
from conftest import TESTED_BUILD, House, house
from small_zone import land

PEPPER = {"TECHCO_PEPPER": "a pepper of enough characters"}
DAY = "2025-09-01"
EARLIER = datetime(2025, 8, 1)
SALE = {
    "customer_id": "A",
    "sales_channel": "web",
    "order_status": "returned",
    "shipping_country_code": "DE",
    "currency_code": "EUR",
    "shipping_amount": Decimal(0),
    "total_amount": Decimal(100),
    "ordered_at": datetime(2025, 9, 1, 12),
}
LINE = {"product_id": "P", "quantity": 1, "unit_price": Decimal(100), "tax_amount": Decimal(20)}
REFUND = {"currency_code": "EUR", "refunded_at": datetime(2025, 9, 1, 20)}


@pytest.fixture(scope="module")
def refunded(tmp_path_factory, dbt_files) -> House:
    """A shop and an ERP, and nothing else: one product that is sold below its cost, on one day, and all given back."""
    made = house(tmp_path_factory.mktemp("odd"), dbt_files)
    product = {"product_id": "P", "product_name": "One", "category_code": "phones", "currency_code": "EUR"}
    cost = {"standard_cost": Decimal(120), "list_price": Decimal(100), "_committed_at": EARLIER}
    land(made.landing, "erp.products", DAY, [product | cost])
    land(made.landing, "shop.orders", DAY, [SALE | {"order_id": "O1"}, SALE | {"order_id": "O2"}])
    lines = [LINE | {"order_item_id": f"L{number}", "order_id": f"O{number}"} for number in (1, 2)]
    land(made.landing, "shop.order_items", DAY, lines)
    # Of the whole order, and of more than it.
    refunds = [("R1", "O1", Decimal(100)), ("R2", "O2", Decimal(150))]
    rows = [REFUND | {"refund_id": name, "order_id": of, "amount": amount} for name, of, amount in refunds]
    land(made.landing, "shop.refunds", DAY, rows)
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "odd", "simulated": False}))
    made.dbt(*TESTED_BUILD, **PEPPER)
    return made


def test_tables_of_processes_that_the_company_does_not_have_are_empty(refunded):
    for table in ("daily_web", "daily_fulfilment", "daily_inventory", "daily_service", "daily_marketing"):
        assert query(refunded.warehouse, f"select * from kpi.{table}") == [], table


def test_what_nobody_counts_is_null_and_the_rest_is_known(refunded):
    shown = """
        select
            country_code, sales_channel, customer_type, order_count, placed_order_count, unit_count,
            gross_sales_amount, tax_amount, refund_amount, refund_tax_amount, net_revenue_amount, cost_amount,
            gross_margin_amount, shipping_amount, purchase_amount
        from kpi.daily_sales
    """
    # Tax is a fifth of the goods: 250 / 5 = 50 of it in the refunds. 200 - 40 - (250 - 50) = -40.
    assert query(refunded.warehouse, shown) == [
        ("DE", "web", "new", 2, 2, 2, 200, 40, 250, 50, -40, 240, -280, 0, 200),
    ]
    unknown = "returned_unit_count, shipping_cost_amount, payment_fee_amount, contribution_margin_amount"
    assert query(refunded.warehouse, f"select {unknown} from kpi.daily_sales") == [(None, None, None, None)]


def test_a_product_takes_the_refunds_of_its_orders(refunded):
    shown = """
        select
            cast(month_start as varchar), product_id, unit_count, gross_sales_amount, net_revenue_amount,
            gross_margin_amount, contribution_margin_amount, returned_unit_count, return_rate
        from kpi.monthly_product_sales
        inner join core.dim_product using (product_key)
    """
    assert query(refunded.warehouse, shown) == [("2025-09-01", "P", 2, 200, -40, -280, None, None, None)]


def test_orders_of_a_company_without_visits_are_unattributed(refunded):
    shown = "select channel_group, touch_number, count(*), sum(net_revenue_amount) from marketing.order_attribution"
    # Of each order and model.
    assert query(refunded.warehouse, f"{shown} group by all") == [("unattributed", 0, 8, -160)]


def test_kpis_of_processes_that_nobody_counts_are_null(refunded):
    shown = """
        select kpi_name, period_kind, value, is_complete
        from kpi.kpi_by_period
        where country_code = 'all' and period_kind in ('day', 'month')
    """
    values = {(name, kind): (value, is_complete) for name, kind, value, is_complete in query(refunded.warehouse, shown)}
    known = {
        "gross_revenue": 200,
        "net_revenue": -40,
        "orders": 2,
        "units": 2,
        "average_order_value": 100,
        "units_per_order": 1,
        "discount_rate": 0,
        # 250 given back of 200.
        "refund_rate": Decimal("1.25"),
        "cancellation_rate": 0,
        "new_customer_revenue_share": 1,
        "new_customers": 1,
        "active_customers": 1,
        # The one customer bought twice on the day.
        "repeat_rate": 1,
    }
    names = {name for name, _ in values}
    assert len(names) == 32
    for name in names:
        # The day is over, the month runs.
        assert values[name, "day"] == (known.get(name), True), name
        assert values[name, "month"] == (known.get(name), False), name
    without_country = "select count(distinct kpi_name) from kpi.kpi_by_period where country_code = 'DE'"
    assert query(refunded.warehouse, without_country) == [(20,)]
