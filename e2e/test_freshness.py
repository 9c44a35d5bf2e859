"""Tables that stop being delivered, empty files, and folders dated in the future, in a zone made by hand.

Each of five days has one order of 100.00 EUR with a piece that costs 40.00; nothing is taxed. Refunds come for two days
and end, products for three.
"""

import json
import shutil
from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparing import differences, query
from conftest import BUILD, House, house

FIRST = date(2025, 9, 1)
MICROSECONDS = pa.timestamp("us")


def noon(day: int) -> datetime:
    """Noon of the day with that number, from 1; the same day in Berlin."""
    return datetime.combine(FIRST, datetime.min.time()) + timedelta(days=day - 1, hours=12)


def folder(made: House, table: str, day: int):
    """Where a table of a day lands."""
    path = made.landing / table / f"ingested_on={FIRST + timedelta(days=day - 1)}"
    path.mkdir(parents=True, exist_ok=True)
    return path


def land(made: House, table: str, day: int, rows: list[dict], columns: dict) -> None:
    """Land rows of a change log as Parquet; none as a file without rows."""
    position = day * 1000
    log = {"_op": pa.string(), "_lsn": pa.int64(), "_committed_at": MICROSECONDS, "_ingested_at": MICROSECONDS}
    at = noon(day)
    rows = [
        row | {"_op": "c", "_lsn": position + place, "_committed_at": at, "_ingested_at": at}
        for place, row in enumerate(rows)
    ]
    schema = pa.schema(columns | log)
    pq.write_table(pa.Table.from_pylist(rows, schema), folder(made, table, day) / "part-0.parquet")


def land_sales(made: House, day: int) -> None:
    """An order of 100.00 with one line."""
    money = pa.decimal128(18, 2)
    order = {
        "order_id": f"O{day}",
        "sales_channel": "web",
        "order_status": "paid",
        "shipping_country_code": "DE",
        "currency_code": "EUR",
        "shipping_amount": Decimal(0),
        "total_amount": Decimal(100),
        "ordered_at": noon(day),
    }
    types = {name: pa.string() for name in order} | {
        "shipping_amount": money,
        "total_amount": money,
        "ordered_at": MICROSECONDS,
    }
    land(made, "shop/orders", day, [order], types)
    line = {
        "order_item_id": f"L{day}",
        "order_id": f"O{day}",
        "product_id": "P",
        "quantity": 1,
        "unit_price": Decimal(100),
        "discount_amount": Decimal(0),
        "tax_amount": Decimal(0),
    }
    types = {name: pa.string() for name in line} | {
        "quantity": pa.int64(),
        "unit_price": money,
        "discount_amount": money,
        "tax_amount": money,
    }
    land(made, "shop/order_items", day, [line], types)


def land_refunds(made: House, day: int, *amounts: str) -> None:
    """Refunds of the first order."""
    columns = {
        "refund_id": pa.string(),
        "order_id": pa.string(),
        "amount": pa.decimal128(18, 2),
        "currency_code": pa.string(),
        "refunded_at": MICROSECONDS,
    }
    rows = [
        {
            "refund_id": f"R{day}-{amount}",
            "order_id": "O1",
            "amount": Decimal(amount),
            "currency_code": "EUR",
            "refunded_at": noon(day),
        }
        for amount in amounts
    ]
    land(made, "shop/refunds", day, rows, columns)


def land_products(made: House, day: int, costs: dict[str, str]) -> None:
    """Products with their costs."""
    columns = {"product_id": pa.string(), "standard_cost": pa.decimal128(18, 2), "currency_code": pa.string()}
    rows = [
        {"product_id": name, "standard_cost": Decimal(cost), "currency_code": "EUR"} for name, cost in costs.items()
    ]
    land(made, "erp/products", day, rows, columns)


def land_rates(made: House, day: int) -> None:
    """A rate of the day; the table is due every five days."""
    rate = {"rate_date": f"{noon(day):%F}", "base_currency_code": "EUR", "quote_currency_code": "USD", "rate": 1.1}
    line = json.dumps(rate | {"_ingested_at": f"{noon(day):%FT%T}"}) + "\n"
    (folder(made, "fx/daily_rates", day) / "rates.jsonl").write_text(line)


def land_spend(made: House, day: int) -> None:
    """Spend of a campaign; the last line cannot be read."""
    lines = ["campaign_id;spend_date;currency_code;spend_amount;_ingested_at"]
    lines += [
        f"{name};{noon(day):%d.%m.%Y};EUR;{amount};{noon(day):%FT%T}" for name, amount in (("C", "5,00"), ("D", "x"))
    ]
    (folder(made, "ads/daily_spend", day) / "spend.csv").write_text("\n".join(lines) + "\n")


def kpis(made: House) -> list[tuple]:
    """Day of September, orders, gross sales, refunds, net revenue, cost, payment fees."""
    measures = ("order_count", "gross_sales_amount", "refund_amount", "net_revenue_amount", "cost_amount")
    columns = ", ".join(f"sum({measure})" for measure in (*measures, "payment_fee_amount"))
    rows = query(made.warehouse, f"select day(date_day), {columns} from kpi.daily_sales group by date_day order by 1")
    return [tuple(None if value is None else float(value) for value in row) for row in rows]


def fresh(made: House, place) -> House:
    """A new warehouse of the same landing zone, built at once."""
    other = House(made.landing, place / "fresh" / "techco.duckdb", made.target)
    other.dbt(*BUILD)
    return other


@pytest.fixture(scope="module")
def zone(tmp_path_factory, dbt_files) -> House:
    """Five days, built at once: refunds end on the 2nd, products on the 3rd; nothing comes of visits."""
    made = house(tmp_path_factory.mktemp("freshness"), dbt_files)
    made.landing.mkdir(parents=True)
    (made.landing / "_landing_zone.json").write_text('{"landing_zone_id": "by-hand", "simulated": true}')
    for day in range(1, 6):
        land_sales(made, day)
    land_refunds(made, 1)
    land_refunds(made, 2, "10.00")
    land_products(made, 1, {"P": "40.00"})
    land_products(made, 2, {})
    land_products(made, 3, {})
    land_rates(made, 1)
    made.printed = made.dbt("build", "--exclude-resource-type", "unit_test")
    return made


def test_measures_end_with_what_they_are_made_of(zone):
    # Payments have never landed, so their fees are unknown on every day.
    assert kpis(zone) == [
        (1, 1, 100, 0, 100, 40, None),
        (2, 1, 100, 10, 90, 40, None),
        (3, 1, 100, None, None, 40, None),
        (4, 1, 100, None, None, None, None),
        (5, 1, 100, None, None, None, None),
    ]
    assert query(zone.warehouse, "select * from kpi.daily_web") == []
    # A month of which a day is unknown is unknown.
    assert query(
        zone.warehouse,
        "select sum(unit_count), sum(net_revenue_amount), sum(gross_margin_amount) from kpi.monthly_product_sales",
    ) == [(5, None, None)]


def test_the_build_names_table_and_days(zone):
    assert (
        "warning: shop.refunds was last delivered for 2025-09-02; expected every 1 day(s), so that 3 day(s) up to "
        "2025-09-05 are missing." in zone.printed
    )
    assert (
        "warning: erp.products was last delivered for 2025-09-03; expected every 1 day(s), so that 2 day(s)"
        in zone.printed
    )
    assert "shop.orders was last" not in zone.printed and "fx.daily_rates was last" not in zone.printed
    assert "WARN 2 assert_tables_are_delivered" in zone.printed


def test_freshness_of_tables_and_marts(zone):
    columns = (
        "source_name || '.' || table_name, delivery_status, cast(newest_landing_day as varchar), "
        "cast(due_on as varchar), landing_days, days_late"
    )
    assert query(
        zone.warehouse,
        f"select {columns} from governance.table_freshness where newest_landing_day is not null order by 1",
    ) == [
        ("erp.products", "late", "2025-09-03", "2025-09-04", 3, 2),
        ("fx.daily_rates", "on_time", "2025-09-01", "2025-09-06", 1, 0),
        ("shop.order_items", "on_time", "2025-09-05", "2025-09-06", 5, 0),
        ("shop.orders", "on_time", "2025-09-05", "2025-09-06", 5, 0),
        # The first of them was empty.
        ("shop.refunds", "late", "2025-09-02", "2025-09-03", 2, 3),
    ]
    columns = "table_name, cast(complete_up_to as varchar), cast(as_of_date as varchar), days_behind, held_back_by"
    assert query(zone.warehouse, f"select {columns} from governance.mart_freshness order by 1") == [
        ("campaign_performance", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("cart_recovery", "2025-09-05", "2025-09-05", 0, None),
        ("cohorts", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("contact_permissions", "2025-09-05", "2025-09-05", 0, None),
        ("contact_reasons", "2025-09-05", "2025-09-05", 0, None),
        ("customer_360", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("customer_clusters", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("customer_segments", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("daily_fulfilment", "2025-09-05", "2025-09-05", 0, None),
        ("daily_inventory", "2025-09-03", "2025-09-05", 2, "erp.products"),
        ("daily_inventory_position", "2025-09-03", "2025-09-05", 2, "erp.products"),
        ("daily_marketing", "2025-09-05", "2025-09-05", 0, None),
        ("daily_sales", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("daily_service", "2025-09-05", "2025-09-05", 0, None),
        ("daily_web", "2025-09-05", "2025-09-05", 0, None),
        ("delivery_performance", "2025-09-05", "2025-09-05", 0, None),
        ("demand_forecast", "2025-09-05", "2025-09-05", 0, None),
        ("identity_summary", "2025-09-05", "2025-09-05", 0, None),
        ("kpi_alerts", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("kpi_by_period", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("lifetime_value", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("live_funnel", "2025-09-05", "2025-09-05", 0, None),
        ("live_interactions", "2025-09-05", "2025-09-05", 0, None),
        ("live_products", "2025-09-05", "2025-09-05", 0, None),
        ("monthly_product_sales", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("net_promoter_scores", "2025-09-05", "2025-09-05", 0, None),
        ("next_purchase", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("offer_candidates", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("order_attribution", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("product_affinity", "2025-09-05", "2025-09-05", 0, None),
        ("product_classes", "2025-09-03", "2025-09-05", 2, "erp.products"),
        ("reorder_plan", "2025-09-05", "2025-09-05", 0, None),
        ("segments", "2025-09-02", "2025-09-05", 3, "shop.refunds"),
        ("stock_outlook", "2025-09-05", "2025-09-05", 0, None),
        ("supplier_performance", "2025-09-05", "2025-09-05", 0, None),
        ("telling_words", "2025-09-05", "2025-09-05", 0, None),
        ("ticket_backlog", "2025-09-05", "2025-09-05", 0, None),
        ("ticket_performance", "2025-09-05", "2025-09-05", 0, None),
        ("voice_of_customer", "2025-09-05", "2025-09-05", 0, None),
    ]


def test_dbt_source_freshness_agrees(zone):
    printed = zone.dbt("source", "freshness", succeeds=False)
    found = {
        line.split(" of ")[-1].split()[0]: line.split()[4]
        for line in printed.splitlines()
        if " of " in line and any(word in line for word in ("PASS", "WARN", "ERROR STALE"))
    }
    assert found["shop.refunds"] == "ERROR" and found["erp.products"] == "WARN"
    assert {found[name] for name in found if name not in ("shop.refunds", "erp.products")} == {"PASS"}
    assert len(found) == 31


def test_what_comes_late_makes_it_known(zone, tmp_path):
    """All at once equals by and by; a file without rows is a delivery, in each format; then the shop itself stops."""
    made = zone.copy(tmp_path)
    for day in (3, 5):
        land_refunds(made, day)
    land_refunds(made, 4, "2.50", "2.75")
    land_products(made, 4, {})
    land_products(made, 5, {})
    (folder(made, "reviews/reviews", 5) / "none.jsonl").write_text("")
    (folder(made, "surveys/nps_responses", 5) / "none.csv").write_text("response_id,score,responded_at,_ingested_at\n")
    made.dbt(*BUILD)
    assert kpis(made)[2:] == [
        (3, 1, 100, 0, 100, 40, None),
        (4, 1, 100, 5.25, 94.75, 40, None),
        (5, 1, 100, 0, 100, 40, None),
    ]
    assert query(
        made.warehouse,
        "select source_name, delivery_status, landing_days from governance.table_freshness "
        "where source_name in ('reviews', 'surveys') order by 1",
    ) == [("reviews", "on_time", 1), ("surveys", "on_time", 1)]
    for day in (6, 7):
        land_refunds(made, day)
    made.dbt(*BUILD)
    # Of the shop nothing has come since the 5th: nothing is known, and the rates are late since the 6th.
    assert kpis(made)[4:] == [
        (5, 1, 100, 0, 100, 40, None),
        (6, None, None, None, None, None, None),
        (7, None, None, None, None, None, None),
    ]
    assert query(
        made.warehouse, "select days_late from governance.table_freshness where table_name = 'daily_rates'"
    ) == [(2,)]
    assert differences(made.warehouse, fresh(made, tmp_path).warehouse) == []


@pytest.mark.long
def test_a_folder_dated_in_the_future_is_refused_and_can_be_moved_back(zone, tmp_path):
    made = zone.copy(tmp_path)
    land_spend(made, 5)
    right = folder(made, "ads/daily_spend", 5)
    wrong = right.with_name("ingested_on=2025-12-05")
    shutil.move(right, wrong)
    printed = made.dbt(*BUILD, succeeds=False)
    assert (
        "ads/daily_spend/ingested_on=2025-12-05 is later by more than 7 days than 2025-09-05, the newest landing day "
        "of the other tables" in printed
    )
    assert len(kpis(made)) == 5
    # A warehouse that has loaded it nevertheless, as those of before this check.
    made.dbt(*BUILD, "--vars", "{landing_day_lead: 100}")
    assert len(kpis(made)) == 96
    assert "is later by more than 7 days" in made.dbt(*BUILD, succeeds=False)
    hidden = made.landing / "_elsewhere"
    shutil.move(wrong, hidden)
    assert "the file is gone. Land it under its name (spend.csv)" in made.dbt(*BUILD, succeeds=False)
    shutil.move(hidden, right)
    made.dbt(*BUILD)
    assert len(kpis(made)) == 5
    assert query(made.warehouse, "select distinct _file from base.base_ads__daily_spend") == [
        ("ads/daily_spend/ingested_on=2025-09-05/spend.csv",)
    ]
    # All but the note that everything of the table was looked at again.
    found = differences(made.warehouse, fresh(made, tmp_path).warehouse)
    assert [line for line in found if not line.startswith("base.changed_tables")] == []
