"""A company that lacks most systems and has one odd day: its tables are there, and what is unknown is null."""

import json
from datetime import datetime
from decimal import Decimal

import pytest
from comparing import query
from conftest import TESTED_BUILD, House, house
from small_zone import land, land_nothing

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


def test_nobody_speaks_and_nothing_is_read(refunded):
    """Of no reviews, tickets, surveys and mentions service marts are empty, and no model of sentiment was learnt."""
    tables = query(refunded.warehouse, "select table_name from duckdb_tables() where schema_name = 'service'")
    assert len(tables) == 7
    for (table,) in tables:
        assert query(refunded.warehouse, f"select * from service.{table}") == [], table
    shown = "select count(*) from governance.model_performance where target_name = 'review_sentiment'"
    assert query(refunded.warehouse, shown) == [(0,)]


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


def test_sales_of_a_company_without_ads_and_visits_are_of_no_campaign(refunded):
    shown = """
        select
            traffic_kind, campaign_key, spend_amount, visit_count, linear_order_count, linear_new_customer_count,
            linear_net_revenue_amount, linear_gross_margin_amount, linear_cost_per_new_customer,
            linear_return_on_ad_spend
        from marketing.campaign_performance
    """
    assert query(refunded.warehouse, shown) == [("no_campaign", "unknown", None, None, 2, 1, -40, -280, None, None)]


def test_who_never_said_yes_is_offered_nothing(refunded):
    rules = "has_consent, has_no_objection, accepts_contact, is_past_quiet_period, may_be_contacted"
    # Nobody has consented where no consents are landed; all else is no reason against.
    assert query(refunded.warehouse, f"select {rules} from marketing.contact_permissions") == [
        (False, True, True, True, False)
    ]
    shown = "select offer_kind, is_allowed, denied_by, purchase_probability from marketing.offer_candidates"
    # A second purchase of two on one day: one short of silver. It was sold below its cost, and given back.
    assert query(refunded.warehouse, shown) == [("next_tier", False, "has_consent, has_positive_margin", None)]
    for table in ("cart_recovery", "product_affinity"):
        assert query(refunded.warehouse, f"select * from marketing.{table}") == [], table


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


def test_a_company_without_a_warehouse_system_has_classes_and_no_stock(refunded):
    shown = "product_id, abc_class, demand_pattern, on_hand_quantity, is_dead_stock, dead_stock_value"
    assert query(refunded.warehouse, f"select {shown} from inventory.product_classes") == [
        ("P", "C", "none", None, None, None),
    ]
    assert query(refunded.warehouse, "select * from inventory.supplier_performance") == []


@pytest.fixture(scope="module")
def stocked(tmp_path_factory, dbt_files) -> House:
    """One warehouse and no purchase orders: products that sold once, a million times, never, or below nothing."""
    made = house(tmp_path_factory.mktemp("stocked"), dbt_files)
    product = {
        "category_code": "phones",
        "currency_code": "EUR",
        "standard_cost": Decimal(60),
        "list_price": Decimal(99),
    }
    status = {"ended": "discontinued"}
    names = ("once", "million", "never", "negative", "ended")
    rows = [
        product | {"product_id": name, "product_status": status.get(name, "active"), "_committed_at": EARLIER}
        for name in names
    ]
    land(made.landing, "erp.products", DAY, rows)
    orders = {"O1": ("once", 1), "O2": ("million", 1_000_000), "O3": ("negative", 2)}
    shipped = SALE | {"order_status": "shipped", "_committed_at": datetime(2025, 9, 2, 12)}
    land(made.landing, "shop.orders", "2025-09-02", [shipped | {"order_id": order_id} for order_id in orders])
    lines = [
        LINE | {"order_item_id": f"L{order_id}", "order_id": order_id, "product_id": name, "quantity": quantity}
        for order_id, (name, quantity) in orders.items()
    ]
    land(made.landing, "shop.order_items", "2025-09-02", lines)
    opened = {"once": 3, "million": 1_000_000, "ended": 5}
    moved = {"warehouse_id": "W", "movement_type": "opening", "moved_at": datetime(2025, 9, 1, 8)}
    movements = [
        moved | {"movement_id": f"M{name}", "product_id": name, "quantity": quantity}
        for name, quantity in opened.items()
    ]
    land(made.landing, "wms.inventory_movements", DAY, movements)
    sold = {
        "warehouse_id": "W",
        "movement_type": "sale",
        "reference_type": "order",
        "moved_at": datetime(2025, 9, 2, 12),
    }
    sales = [
        sold | {"movement_id": f"S{order_id}", "reference_id": order_id, "product_id": name, "quantity": -quantity}
        for order_id, (name, quantity) in orders.items()
    ]
    land(made.landing, "wms.inventory_movements", "2025-09-02", sales)
    # A piece is missing, and nobody has booked it.
    count = {"stock_count_id": "C1", "warehouse_id": "W", "product_id": "once", "counted_quantity": 1}
    land(made.landing, "wms.stock_counts", "2025-09-02", [count | {"counted_at": datetime(2025, 9, 2, 18)}])
    for day in ("2025-09-02", "2025-09-03"):
        land_nothing(made.landing, day)
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "stocked", "simulated": False}))
    made.dbt(*TESTED_BUILD, **PEPPER)
    return made


def test_stock_of_every_odd_product_closes(stocked):
    shown = """
        select
            product_id, cast(date_day as varchar), closing_quantity, reserved_quantity, available_quantity,
            days_without_stock, unbooked_count_quantity, purchases_in_transit_quantity
        from inventory.daily_inventory_position
        inner join core.dim_product using (product_key)
        where date_day >= date '2025-09-02'
        order by product_id, date_day
    """
    assert query(stocked.warehouse, shown) == [
        ("ended", "2025-09-02", 5, 0, 5, 0, None, None),
        ("ended", "2025-09-03", 5, 0, 5, 0, None, None),
        ("million", "2025-09-02", 0, 0, 0, 1, None, None),
        ("million", "2025-09-03", 0, 0, 0, 2, None, None),
        ("negative", "2025-09-02", -2, 0, -2, 1, None, None),
        ("negative", "2025-09-03", -2, 0, -2, 2, None, None),
        ("once", "2025-09-02", 2, 0, 2, 0, -1, None),
        ("once", "2025-09-03", 2, 0, 2, 0, None, None),
    ]


def test_what_is_lost_is_a_number_and_nothing_of_what_is_discontinued(stocked):
    lost = """
        select product_id, bool_and(lost_quantity between 0 and 1e7), sum(lost_quantity) > 0
        from inventory.daily_inventory_position
        inner join core.dim_product using (product_key)
        group by product_id
        order by product_id
    """
    assert query(stocked.warehouse, lost) == [
        ("ended", True, False),
        ("million", True, True),
        ("negative", True, True),
        ("once", True, False),
    ]


def test_every_odd_product_has_a_class_or_none(stocked):
    shown = """
        select product_id, abc_class, xyz_class, demand_pattern, lifecycle_stage, on_hand_quantity, stock_value
        from inventory.product_classes
        order by product_id
    """
    # No week with a sale is over. A line of a million pieces is in the quarantine; its movement is not.
    assert query(stocked.warehouse, shown) == [
        ("ended", "C", None, "none", "discontinued", 5, 300),
        ("million", "C", None, "none", "new", 0, 0),
        ("negative", "A", None, "none", "new", -2, -120),
        ("never", "C", None, "none", "running", 0, 0),
        ("once", "A", None, "none", "new", 2, 120),
    ]


def test_nothing_discontinued_is_ordered(stocked):
    shown = "select product_id, action, quantity, cost_amount, reason from inventory.reorder_plan order by product_id"
    # Nobody knows who supplies anything, so nothing can be ordered.
    assert query(stocked.warehouse, shown) == [
        ("ended", "run_down", 5, None, "Sell the 5 pieces that are left: the product is discontinued."),
    ]


def test_all_about_the_one_customer(refunded):
    shown = """
        select
            segment_name, cluster_number, order_count, unit_count, average_days_between_orders, favourite_category,
            net_revenue_amount, average_order_value, discount_affinity
        from customers.customer_360
    """
    # Alone among buyers, so in the lowest fifth of all; both orders on one day, and none of them with a discount.
    assert query(refunded.warehouse, shown) == [("hibernating", 0, 2, 2, 0, "phones", -40, 100, 0)]
    unknown = """
        select
            contribution_margin_amount, returned_order_count, session_count, last_session_date, cart_count,
            ticket_count, review_count, average_stars, nps_score, consents_to_email_marketing,
            consents_to_personalisation, consents_to_analytics, consents_to_third_party_sharing
        from customers.customer_360
    """
    assert query(refunded.warehouse, unknown) == [(None,) * 13]


def test_a_cohort_of_one_that_gave_back_more_than_it_bought(refunded):
    shown = """
        select
            cast(cohort_month as varchar), months_since, is_complete, customer_count, active_customer_count,
            order_count, net_revenue_amount, contribution_margin_amount, retention_rate, cumulative_revenue_per_customer
        from customers.cohorts
    """
    assert query(refunded.warehouse, shown) == [("2025-09-01", 0, False, 1, 1, 2, -40, None, 1, -40)]


def test_whom_the_first_build_finds_came_in_its_month(refunded):
    shown = "select from_segment, to_segment, movement, is_complete, customer_count from customers.segment_movements"
    assert query(refunded.warehouse, shown) == [("none", "hibernating", "came", False, 1)]
