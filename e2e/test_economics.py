"""What orders earn, line by line: invented orders of every kind, in any order of arrival, held against fractions.

Currencies are those of test_money: yen without decimals, dinars with three. EUR 1 = JPY 160 = KWD 0.35.
"""

import random
import shutil
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import dbt_process
import duckdb
import pytest
import small_zone
from comparing import differences, query
from conftest import House
from test_money import project  # noqa: F401

DAYS = ("2025-09-01", "2025-09-02")
AT = f"{DAYS[0]}T10:00:00"
DIGITS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
MANY = 10_000
# What orders have and lines bear, but tax, of which a fact does not tell whose it was.
SPREAD = (
    *("discount_amount", "shipping_amount", "shipping_tax_amount", "refunded_amount", "shipping_cost_amount"),
    "payment_fee_amount",
)


def money(chance: random.Random, currency: str, most: int) -> Decimal:
    """Some amount of a currency, in its smallest units."""
    digits = DIGITS[currency]
    return Decimal(chance.randint(0, most * 10**digits)).scaleb(-digits)


def orders_of_every_kind(chance: random.Random) -> dict[str, list[dict]]:
    """Rows of all tables that bear on an order: 60 of up to six lines, one of none, one of 10,000."""
    rows: dict[str, list[dict]] = {
        name: [] for name in ("shop.orders", "shop.order_items", "shop.payments", "shop.refunds", "wms.shipments")
    }
    for number in range(62):
        order_id, currency = f"O{number:02}", chance.choice(sorted(DIGITS))
        is_long = number == 1
        line_count = MANY if is_long else chance.randint(1, 6) if number else 0
        lines = []
        for _ in range(line_count):
            price = money(chance, currency, chance.choice([0, 1, 30]))
            quantity = chance.choice([1, 1, 2, 3, -1])
            lines.append(
                {
                    "order_item_id": f"I{len(rows['shop.order_items']) + len(lines):05}",
                    "order_id": order_id,
                    "product_id": "P",
                    "quantity": quantity,
                    "unit_price": price,
                    "discount_amount": min(money(chance, currency, 1), abs(price)) if chance.random() < 0.3 else None,
                }
            )
        rows["shop.order_items"] += lines
        gross = sum(line["quantity"] * line["unit_price"] for line in lines)
        own_discount = sum(line["discount_amount"] or 0 for line in lines)
        discount = own_discount + (money(chance, currency, 10) if is_long or chance.random() < 0.5 else 0)
        shipping = money(chance, currency, 9) if is_long or chance.random() < 0.9 else None
        tax_said_by = "order" if is_long else chance.choice(["lines", "order", "nobody"])
        if tax_said_by == "lines":
            for line in lines:
                line["tax_amount"] = Decimal(0) if line["quantity"] < 0 else money(chance, currency, 2)
        rows["shop.orders"].append(
            {
                "order_id": order_id,
                "currency_code": currency,
                "discount_amount": discount,
                "shipping_amount": shipping,
                "tax_amount": money(chance, currency, 5) + 15_000 * is_long if tax_said_by == "order" else None,
                # Of every seventh, the shop says another total than its lines and discounts make.
                "total_amount": gross - discount + (shipping or 0) + (number % 7 == 3),
                "ordered_at": AT,
                "order_status": "paid",
                "sales_channel": "web",
                "shipping_country_code": "DE",
            }
        )
        for _ in range(chance.choice([0, 1, 1, 2])):
            rows["shop.payments"].append(
                {
                    "payment_id": f"Y{len(rows['shop.payments'])}",
                    "order_id": order_id,
                    "payment_status": chance.choice(["captured", "captured", "failed"]),
                    "amount": money(chance, currency, 50),
                    "fee_amount": money(chance, currency, 2) if chance.random() < 0.9 else None,
                    "currency_code": currency,
                    "paid_at": AT,
                }
            )
        for _ in range(chance.choice([0, 1, 1, 2])):
            sent_in = chance.choice([currency, currency, "EUR"])
            rows["wms.shipments"].append(
                {
                    "shipment_id": f"H{len(rows['wms.shipments'])}",
                    "order_id": order_id,
                    "warehouse_id": "W",
                    "shipping_cost": money(chance, sent_in, 9) if chance.random() < 0.9 else None,
                    "currency_code": sent_in,
                    "shipped_at": AT,
                }
            )
        # Of a line, of the whole order or its shipping, more than it took, of a line that is another order's.
        for _ in range(9 if is_long else chance.choice([0, 0, 1, 3])):
            given_in = chance.choice([currency] * 5 + ["EUR"])
            rows["shop.refunds"].append(
                {
                    "refund_id": f"R{len(rows['shop.refunds'])}",
                    "order_id": chance.choice([order_id] * 9 + ["nobody knows it", None]),
                    "order_item_id": chance.choice([None, *(line["order_item_id"] for line in lines[:3]), "I00000"]),
                    "amount": money(chance, given_in, 40),
                    "tax_amount": Decimal(0) if chance.random() < 0.2 else None,
                    "currency_code": given_in,
                    "refunded_at": AT,
                }
            )
    rows["erp.products"] = [
        {"product_id": "P", "standard_cost": "1.37", "currency_code": "EUR", "_committed_at": "2025-08-01T00:00:00"}
    ]
    rows["fx.daily_rates"] = [
        {"rate_date": DAYS[0], "base_currency_code": "EUR", "quote_currency_code": quote, "rate": rate}
        for quote, rate in {"JPY": 160, "KWD": 0.35, "USD": 1.11}.items()
    ]
    return rows


def build(project: Path, house: House) -> None:  # noqa: F811
    """Build the lines and all that they stand on, and hold them against staging."""
    tests = ("assert_order_totals_close", "assert_order_economics_close")
    arguments = ("--no-use-colors", "build", "--exclude-resource-type", "unit_test", "-s", "+fct_order_line", *tests)
    exit_code, printed = dbt_process.run(
        (*arguments, "--indirect-selection", "empty"),
        project,
        house.environment(PYTHONPATH=f"{project / 'pylib'}:{project}"),
    )
    assert exit_code == 0, printed[-6000:]


@pytest.fixture(scope="module")
def built(project, tmp_path_factory) -> House:  # noqa: F811
    """On two days: each row came on one or the other, whatever it bears on."""
    chance = random.Random(21)
    folder = tmp_path_factory.mktemp("economics")
    house = House(folder / "landing", folder / "warehouse" / "techco.duckdb", project / "target")
    house.landing.mkdir()
    house.landing.joinpath("_landing_zone.json").write_text('{"landing_zone_id": "economics", "simulated": true}\n')
    came_on = {
        name: [(row, chance.choice(DAYS)) for row in rows] for name, rows in orders_of_every_kind(chance).items()
    }
    for day in DAYS:
        for name, rows in came_on.items():
            small_zone.land(house.landing, name, day, [row for row, came in rows if came == day])
        build(project, house)
    return house


@pytest.fixture(scope="module")
def lines(built) -> list[dict]:
    """The lines, each with its order's amounts and what it has by itself."""
    named = """
        select
            lines.*,
            lines.discount_amount - lines.order_discount_amount as own_discount_amount,
            (
                select coalesce(sum(refunds.amount), 0) from core.fct_refund as refunds
                where refunds.order_item_id = lines.order_item_id and refunds.order_id = lines.order_id
                    and refunds.currency_code = lines.currency_code
            ) as own_refunded_amount,
            columns(orders.*) as "order_\\0"
        from core.fct_order_line as lines
        inner join core.fct_order as orders on lines.order_id = orders.order_id
    """
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        found = connection.execute(named)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("amount", SPREAD)
def test_shares_add_up_and_are_off_by_less_than_one_unit(lines, amount):
    by_order: dict[str, list[dict]] = {}
    for line in lines:
        by_order.setdefault(line["order_id"], []).append(line)
    line_counts = []
    for of_order in by_order.values():
        total = of_order[0][f"order_{amount}"]
        if total is None:
            assert all(line[amount] is None for line in of_order)
            continue
        assert sum(line[amount] for line in of_order) == total
        own = [line.get(f"own_{amount}", 0) for line in of_order]
        spread = Fraction(total) - sum(Fraction(part) for part in own)
        values = [abs(Fraction(line["gross_amount"] - line["own_discount_amount"])) for line in of_order]
        whole = sum(values)
        unit = Fraction(1, 10 ** DIGITS[of_order[0]["currency_code"]])
        for line, part, value in zip(of_order, own, values, strict=True):
            exact = spread * (value / whole if whole else Fraction(1, len(of_order)))
            assert abs(Fraction(line[amount]) - Fraction(part) - exact) < unit, line
            assert not Fraction(line[amount]) % unit
        line_counts += [len(of_order)] if spread else []
    # It was worth looking: something was spread over many lines and few, once over 10,000.
    assert max(line_counts) == MANY
    assert len(set(line_counts)) > 3


def test_a_discount_on_the_order_counts_where_its_total_adds_up(built):
    landed = "select order_id, coalesce(discount_amount, 0) from staging.stg_shop__orders order by 1"
    given = "select order_id, discount_amount from core.fct_order order by 1"
    without = "select order_id, sum(coalesce(discount_amount, 0)) from staging.stg_shop__order_items group by 1"
    on_lines = dict(query(built.warehouse, without))
    expected = [
        (order, on_lines.get(order, 0) if int(order[1:]) % 7 == 3 or order not in on_lines else discount)
        for order, discount in query(built.warehouse, landed)
    ]
    assert query(built.warehouse, given) == expected
    assert any(discount > on_lines.get(order, 0) for order, discount in expected)


def test_no_refund_is_lost(built):
    total = "select sum(amount_reporting), count_if(not is_order_known) from core.fct_refund"
    ((given_back, unmatched),) = query(built.warehouse, total)
    assert unmatched > 1
    shown = (
        "select (select sum(refunded_amount_reporting) from core.fct_order)"
        " + (select sum(amount_reporting) from core.fct_refund where not is_order_known)"
    )
    assert query(built.warehouse, shown) == [(given_back,)]


@pytest.mark.long
def test_in_any_order_of_arrival_it_is_as_at_once(project, built, tmp_path):  # noqa: F811
    house = House(tmp_path / "landing", tmp_path / "warehouse" / "techco.duckdb", project / "target")
    shutil.copytree(built.landing, house.landing)
    build(project, house)
    assert differences(built.warehouse, house.warehouse) == []
