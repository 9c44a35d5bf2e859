"""A small ledger by hand: credit notes without a sale, refunds before their orders, reversals, guests."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from comparing import differences, query
from conftest import House, house
from small_zone import land, land_nothing

PEPPER = {"TECHCO_PEPPER": "a pepper of enough characters"}
SECRETS = PEPPER | {"TECHCO_SUPPRESSION_KEY": "another secret of enough characters"}
FIRST, SECOND, THIRD = "2025-09-02", "2025-09-03", "2025-09-04"
BUILD = ("build", "--exclude-resource-type", "unit_test")


def changes(day: str, rows: list[dict]) -> list[dict]:
    """Rows as a change log writes them on a day, one after the other; creations unless a row says otherwise."""
    start = datetime.fromisoformat(f"{day}T20:00:00")
    order_of_day = int(day[-2:]) * 1000
    logged = []
    for place, row in enumerate(rows):
        at = start + timedelta(seconds=place)
        logged.append({"_op": "c", "_lsn": order_of_day + place, "_committed_at": at, "_ingested_at": at} | row)
    return logged


def at_noon(day: str) -> datetime:
    """Noon of a day of September 2025, or of a month and day."""
    return datetime.fromisoformat(f"2025-{day}T12:00:00")


def order(
    order_id: str, day: str, customer: str | None = None, country: str = "DE", status: str = "paid", **more
) -> dict:
    """An order in EUR without shipping."""
    return {
        "order_id": order_id,
        "customer_id": customer,
        "sales_channel": "web",
        "order_status": status,
        "shipping_country_code": country,
        "currency_code": "EUR",
        "shipping_amount": Decimal("0.00"),
        "total_amount": Decimal("0.00"),
        "ordered_at": at_noon(day),
    } | more


def line(
    line_id: str, order_id: str, quantity: int, price: str, discount: str | None = None, tax: str | None = None
) -> dict:
    """An order line of product P1."""
    return {
        "order_item_id": line_id,
        "order_id": order_id,
        "product_id": "P1",
        "quantity": quantity,
        "unit_price": Decimal(price),
        "discount_amount": discount and Decimal(discount),
        "tax_amount": tax and Decimal(tax),
    }


def refund(refund_id: str, day: str, amount: str, order_id: str | None = None, tax: str | None = None, **more) -> dict:
    """A refund in EUR."""
    return {
        "refund_id": refund_id,
        "order_id": order_id,
        "amount": Decimal(amount),
        "tax_amount": tax and Decimal(tax),
        "currency_code": "EUR",
        "refunded_at": at_noon(day),
    } | more


def land_first_day(landing: Path) -> None:
    """Sales of the first two days, and credit notes of which two know their order."""
    orders = [
        order("O1", "09-01", "A"),
        order("O2", "09-01"),
        order("O3", "09-02", "B", country="GB"),
        # A reversal of D, whose purchase nobody knows; one of a guest.
        order("O4", "09-02", "D"),
        order("O7", "09-02", country="GB"),
        order("O5", "09-02", "B", status="cancelled"),
        # Its line comes a day later.
        order("O6", "09-02"),
    ]
    lines = [
        line("L1", "O1", 3, "10.00", tax="4.79"),
        line("L2", "O2", 1, "20.00", discount="5.00", tax="2.40"),
        line("L3", "O3", 2, "8.00"),
        line("L4", "O4", -1, "10.00", tax="-1.60"),
        line("L7", "O7", -2, "3.00", tax="0.00"),
        line("L5", "O5", 1, "50.00", tax="8.00"),
    ]
    refunds = [
        refund("R1", "09-02", "10.00", "O1"),
        # Its order lands a day later.
        refund("R2", "09-02", "7.00", "O9"),
        # Without an original sale, and before the first one that is known.
        refund(
            "R3",
            "08-30",
            "12.00",
            tax="2.00",
            customer_id="C",
            product_id="P9",
            country_code="US",
            document_number="CN1",
        ),
        refund("R4", "09-02", "50.00", "O5"),
        refund("R5", "09-02", "4.00", customer_id="A"),
    ]
    returns = [
        {"return_id": "T1", "customer_id": "C", "product_id": "P9", "quantity": 2, "document_number": "CN1"},
        {
            "return_id": "T2",
            "order_id": "O1",
            "order_item_id": "L1",
            "product_id": "P1",
            "warehouse_id": "W1",
            "quantity": 1,
        },
    ]
    land(landing, "shop.orders", FIRST, changes(FIRST, orders))
    land(landing, "shop.order_items", FIRST, changes(FIRST, lines))
    land(landing, "shop.refunds", FIRST, changes(FIRST, refunds))
    land(landing, "wms.returns", FIRST, [row | {"returned_at": at_noon("09-02")} for row in returns])


def land_second_day(landing: Path) -> None:
    """What was missing, a purchase of D, and refunds of all kinds."""
    deleted = {"order_id": "O10", "_op": "d"}
    orders = [order("O9", "09-01", "A"), order("O8", "09-03", "D"), order("O10", "09-03"), deleted]
    lines = [
        line("L9", "O9", 1, "7.00", tax="1.12"),
        line("L6", "O6", 4, "2.50", tax="0.00"),
        line("L8", "O8", 1, "5.00", tax="0.80"),
        line("L10", "O10", 1, "2.00"),
    ]
    refunds = [
        # It says itself that no tax is in it.
        refund("R6", "09-03", "2.00", "O1", tax="0.00"),
        refund("R5", "09-02", "5.00", customer_id="A") | {"_op": "u"},
        refund("R7", "09-03", "3.00", "O77", customer_id="B", country_code="GB"),
        refund("R8", "09-03", "1.00", "O7"),
        # Of an order that the shop has deleted.
        refund("R9", "09-03", "2.00", "O10"),
    ]
    land(landing, "shop.orders", SECOND, changes(SECOND, orders))
    land(landing, "shop.order_items", SECOND, changes(SECOND, lines))
    land(landing, "shop.refunds", SECOND, changes(SECOND, refunds))


DAILY = """
    select
        strftime(date_day, '%m-%d'), sum(order_count), sum(unit_count), sum(gross_sales_amount), sum(discount_amount),
        sum(tax_amount), sum(refund_amount), sum(unmatched_refund_amount), sum(net_revenue_amount),
        sum(purchase_amount), coalesce(sum(order_count) filter (where customer_type = 'guest'), 0),
        coalesce(sum(order_count) filter (where customer_type = 'new'), 0),
        coalesce(sum(order_count) filter (where customer_type = 'returning'), 0),
        cast(sum(purchase_amount) / nullif(sum(order_count), 0) as decimal(18, 2))
    from kpi.daily_sales
    group by 1
    order by 1
"""
NOTHING = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, None)


def exact(*values) -> tuple:
    """Numbers as decimals, to compare cents."""
    return tuple(Decimal(value) if isinstance(value, str) else value for value in values)


@pytest.fixture(scope="module")
def grown(tmp_path_factory, dbt_files) -> House:
    """The ledger, built on its first day and again on its second."""
    made = house(tmp_path_factory.mktemp("grown"), dbt_files)
    land_first_day(made.landing)
    # A zone without this mark is known by its path, and copies would be other zones.
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "ledger", "simulated": False}))
    made.dbt(*BUILD, **PEPPER)
    made.first_day = query(made.warehouse, DAILY)
    land_second_day(made.landing)
    made.dbt(*BUILD, **PEPPER)
    return made


def test_the_first_day(grown):
    assert grown.first_day == [
        # R3: 12 with 2 of tax, of no sale that is known.
        ("08-30", *exact(0, 0, 0, 0, 0, "12.00", "12.00", "-10.00", 0, 0, 0, 0, None)),
        ("08-31", *NOTHING),
        # O1 and O2: 30 + 20, less 5, less 4.79 + 2.40 of tax.
        ("09-01", *exact(2, 4, "50.00", "5.00", "7.19", 0, 0, "37.81", "45.00", 1, 1, 0, "22.50")),
        # O3, less what O4 and O7 take back: 16 - 10 - 6 = 0, 2 - 1 - 2 pieces, tax -1.60. O3 alone is a purchase; the
        # line of O6 has not come. R1 + R2 + R5 = 21, of R1 10 * 4.79 / 30 = 1.60 of tax: 0 + 1.60 - (21 - 1.60).
        ("09-02", *exact(1, -1, "0.00", "0.00", "-1.60", "21.00", "11.00", "-17.80", "16.00", 0, 1, 0, "16.00")),
    ]


def test_the_second_day(grown):
    assert query(grown.warehouse, DAILY) == [
        ("08-30", *exact(0, 0, 0, 0, 0, "12.00", "12.00", "-10.00", 0, 0, 0, 0, None)),
        ("08-31", *NOTHING),
        # O9 has come: 7 more, with 1.12 of tax. It is A's second order on the first day, and so one of a new customer.
        ("09-01", *exact(3, 5, "57.00", "5.00", "8.31", 0, 0, "43.69", "52.00", 1, 2, 0, "17.33")),
        # The line of O6 has come, so a guest bought for 10. R2's order is known now, its tax 7 * 1.12 / 7; R5 is 5:
        # 10 + 1.60 - (22 - 1.60 - 1.12) = -7.68.
        ("09-02", *exact(2, 3, "10.00", "0.00", "-1.60", "22.00", "5.00", "-7.68", "26.00", 1, 1, 0, "13.00")),
        # O8, the first purchase of D. R6 + R7 + R8 + R9 = 8 without tax, of R7 and R9 nobody knows the order:
        # 5 - 0.80 - 8.
        ("09-03", *exact(1, 1, "5.00", "0.00", "0.80", "8.00", "5.00", "-3.80", "5.00", 0, 1, 0, "5.00")),
    ]


def test_months_and_countries(grown):
    months = """
        select
            month(date_day), sum(order_count), sum(gross_sales_amount), sum(refund_amount),
            sum(unmatched_refund_amount), sum(net_revenue_amount)
        from kpi.daily_sales
        group by 1
        order by 1
    """
    assert query(grown.warehouse, months) == [
        exact(8, 0, "0.00", "12.00", "12.00", "-10.00"),
        # 43.69 - 7.68 - 3.80.
        exact(9, 6, "72.00", "30.00", "10.00", "32.21"),
    ]
    countries = """
        select country_code, sum(refund_amount), sum(unmatched_refund_amount), sum(order_count)
        from kpi.daily_sales
        group by 1
        order by 1
    """
    # R5 names no country; R7 and R3 their own; R9 has that of its order, which the shop has deleted.
    assert query(grown.warehouse, countries) == [
        ("DE", *exact("21.00", "2.00", 5)),
        ("GB", *exact("4.00", "3.00", 1)),
        ("US", *exact("12.00", "12.00", 0)),
        ("unknown", *exact("5.00", "5.00", 0)),
    ]


def test_customers(grown):
    customers = """
        select
            person_id, segment_name = 'prospect', day(first_order_date), recency_days, order_count, unit_count,
            net_amount_reporting, refund_amount_reporting
        from customers.customer_segments
        inner join pii.person_keys on customer_key = person_key
        order by 1
    """
    # A: 30 + 7, refunds R1, R2, R5 and R6. B: 16, refund R7 of an order that nobody knows. C: a credit note.
    # D: -10 + 5.
    assert query(grown.warehouse, customers) == [
        ("A", *exact(False, 1, 2, 2, 4, "13.00", "24.00")),
        ("B", *exact(False, 2, 1, 1, 2, "13.00", "3.00")),
        ("C", *exact(True, None, None, 0, 0, "-12.00", "12.00")),
        ("D", *exact(False, 3, 0, 1, 0, "-5.00", "0.00")),
    ]
    flags = "select order_id from core.fct_order where {} order by 1"
    purchases = query(grown.warehouse, flags.format("is_purchase"))
    assert [order_id for (order_id,) in purchases] == ["O1", "O2", "O3", "O6", "O8", "O9"]
    of_customers = query(grown.warehouse, flags.format("has_customer"))
    assert [order_id for (order_id,) in of_customers] == ["O1", "O3", "O4", "O5", "O8", "O9"]


def test_facts_name_what_the_credit_note_names(grown):
    named = """
        from core.{fact} as facts
        left join pii.person_keys on facts.customer_key = person_key
        left join core.dim_product as products using (product_key)
        order by 1
    """
    columns = "select refund_id, person_id, products.product_id, facts.country_code, document_number, tax_amount"
    refunds = {row[0]: row[1:] for row in query(grown.warehouse, columns + named.format(fact="fct_refund"))}
    assert refunds["R3"] == ("C", "P9", "US", "CN1", Decimal("2.00"))
    assert refunds["R5"] == ("A", None, None, None, None)
    assert refunds["R6"] == ("A", None, "DE", None, Decimal("0.00"))
    assert refunds["R7"] == ("B", None, "GB", None, None)
    columns = "select return_id, order_id, person_id, products.product_id, warehouse_key = 'unknown', quantity"
    assert query(grown.warehouse, columns + named.format(fact="fct_return")) == [
        ("T1", None, "C", "P9", True, 2),
        ("T2", "O1", "A", "P1", False, 1),
    ]


def test_what_is_of_no_known_order_is_counted(grown):
    # R3 and R5 name no order, R7 and R9 one that nobody knows; T1 came back without one.
    assert query(grown.warehouse, "select * from governance.unmatched_rows order by all") == [
        ("fct_refund", "no_order_named", 2, None, Decimal("17.00")),
        ("fct_refund", "order_not_known", 2, None, Decimal("5.00")),
        ("fct_return", "no_order_named", 1, 2, None),
    ]


@pytest.mark.long
def test_at_once_is_the_same(grown, tmp_path):
    at_once = House(grown.landing, tmp_path / "warehouse" / grown.warehouse.name, grown.target)
    at_once.dbt(*BUILD, **PEPPER)
    assert differences(at_once.warehouse, grown.warehouse) == []


def test_an_export_holds_the_refunds_of_a_persons_orders(grown, tmp_path):
    held = grown.copy(tmp_path)
    quiet = ("--quiet", "--no-write-json", "--log-level-file", "none")
    printed = held.dbt(*quiet, "run-operation", "export_person", "--args", json.dumps({"customer_id": "A"}), **SECRETS)
    rows = json.loads(next(line for line in printed.splitlines() if line.startswith("{")))["rows"]
    # R1 and R6 of O1, R2 of O9; R5 names A, and was corrected once.
    assert sorted(row["refund_id"] for row in rows["shop.refunds"]) == ["R1", "R2", "R5", "R5", "R6"]
    assert [row["return_id"] for row in rows["wms.returns"]] == ["T2"]


@pytest.mark.long
def test_an_erasure_takes_the_id_and_leaves_the_money(grown, tmp_path):
    held = grown.copy(tmp_path / "held")
    held.dbt("--no-write-json", "run-operation", "erase", "--args", json.dumps({"customer_id": "C"}), **SECRETS)
    # The shop gives money back once more, and names the person.
    later = [refund("R10", "09-04", "1.00", customer_id="C", country_code="US")]
    land(held.landing, "shop.refunds", THIRD, changes(THIRD, later))
    land_nothing(held.landing, THIRD)
    held.dbt(*BUILD, **SECRETS)
    assert query(held.warehouse, DAILY)[:-1] == query(grown.warehouse, DAILY)
    assert query(held.warehouse, "select sum(refund_amount) from kpi.daily_sales where date_day = '2025-09-04'") == [
        (1,)
    ]
    for table in ("base_shop__refunds", "base_wms__returns"):
        named = f"select distinct left(customer_id, 7) from base.{table} where customer_id not in ('A', 'B')"
        assert query(held.warehouse, named) == [("erased:",)]
    keys = "select distinct customer_key from {} where {} in ('R3', 'R10', 'T1')"
    (known,) = query(grown.warehouse, keys.format("core.fct_refund", "refund_id"))
    assert query(held.warehouse, keys.format("core.fct_refund", "refund_id")) == [known]
    assert query(held.warehouse, keys.format("core.fct_return", "return_id")) == [known]
    anew = House(held.landing, tmp_path / "anew" / held.warehouse.name, held.target)
    anew.warehouse.parent.mkdir()
    anew.warehouse.write_bytes(held.warehouse.read_bytes())
    anew.dbt(*BUILD, "--full-refresh", **SECRETS)
    assert differences(anew.warehouse, held.warehouse) == []
