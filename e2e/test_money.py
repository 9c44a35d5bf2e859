"""Prices of four decimals, yen without decimals, dinars with three: a company's currencies, added as the README says.

Expected values are worked out by hand. EUR 1 = JPY 160 = KWD 0.35.
"""

import shutil
from decimal import Decimal as D
from pathlib import Path

import dbt_process
import pytest
import small_zone
from comparing import differences, query
from conftest import House
from test_new_table import copy_of_the_project

MARKER = '{"landing_zone_id": "money", "simulated": true}\n'
FIRST, SECOND = "2025-09-01", "2025-09-02"
AT = {"ordered_at": f"{FIRST}T10:00:00", "order_status": "paid", "sales_channel": "web", "shipping_country_code": "DE"}
PAID = {"payment_status": "captured", "paid_at": f"{FIRST}T10:05:00"}


def land_first_day(landing: Path) -> None:
    """An order in yen, one in dinars, one in euros; what they cost, and what lies in stock."""
    landing.mkdir()
    landing.joinpath("_landing_zone.json").write_text(MARKER)

    def land(table: str, rows: list[dict]) -> None:
        small_zone.land(landing, table, FIRST, rows)

    land(
        "shop.orders",
        [
            {"order_id": "J1", "currency_code": "JPY", "total_amount": "102", **AT},
            {"order_id": "K1", "currency_code": "KWD", "shipping_amount": "0.5", "total_amount": "2.36", **AT},
            {"order_id": "E1", "currency_code": "EUR", "total_amount": "1.13", **AT},
        ],
    )
    lines = [
        # 99.9999 and 1.5 yen.
        ("J1", 3, "33.3333", None),
        ("J1", 2, "0.75", None),
        # 1 and 0.8645 dinars.
        ("K1", 1000, "0.001", "0.005"),
        ("K1", 7, "0.1235", None),
        # 1 and 0.125 euros.
        ("E1", 1000, "0.001", None),
        ("E1", 1, "0.125", None),
    ]
    land(
        "shop.order_items",
        [
            {
                "order_item_id": f"I{i}",
                "order_id": order,
                "product_id": "P",
                "quantity": quantity,
                "unit_price": price,
                "discount_amount": discount,
            }
            for i, (order, quantity, price, discount) in enumerate(lines)
        ],
    )
    totals = {"J1": ("102.00", "JPY"), "K1": ("2.360", "KWD"), "E1": ("1.13", "EUR")}
    land(
        "shop.payments",
        [
            {"payment_id": f"Y{order}", "order_id": order, "amount": amount, "currency_code": currency, **PAID}
            for order, (amount, currency) in totals.items()
        ],
    )
    land(
        "erp.products",
        [
            {
                "product_id": "P",
                "standard_cost": "0.0004",
                "currency_code": "EUR",
                "_committed_at": "2025-08-01T00:00:00",
            }
        ],
    )
    land(
        "wms.inventory_movements",
        [
            {
                "movement_id": "M1",
                "warehouse_id": "W",
                "product_id": "P",
                "movement_type": "opening",
                "quantity": 1500,
                "moved_at": f"{FIRST}T06:00:00",
            }
        ],
    )
    for day in (FIRST, SECOND):
        rates = {"JPY": 160, "KWD": 0.35}
        small_zone.land(
            landing,
            "fx.daily_rates",
            day,
            [
                {"rate_date": day, "base_currency_code": "EUR", "quote_currency_code": quote, "rate": rate}
                for quote, rate in rates.items()
            ],
        )


def land_second_day(landing: Path) -> None:
    """A refund in dinars, and amounts with more digits than their currency has."""
    small_zone.land(
        landing,
        "shop.refunds",
        SECOND,
        [
            {
                "refund_id": "F1",
                "order_id": "K1",
                "amount": "0.865",
                "currency_code": "KWD",
                "refunded_at": f"{SECOND}T09:00:00",
            }
        ],
    )
    small_zone.land(
        landing, "shop.orders", SECOND, [{"order_id": "J2", "currency_code": "JPY", "total_amount": "50.5", **AT}]
    )
    amounts = {"Y2": ("1.234", "EUR"), "Y3": ("1.5", "JPY"), "Y4": ("0.001", "KWD")}
    small_zone.land(
        landing,
        "shop.payments",
        SECOND,
        [
            {"payment_id": name, "order_id": "E1", "amount": amount, "currency_code": currency}
            | PAID
            | {"payment_status": "authorized"}
            for name, (amount, currency) in amounts.items()
        ],
    )
    small_zone.land_nothing(landing, SECOND)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """The project with two more currencies."""
    project = copy_of_the_project(tmp_path_factory.mktemp("money") / "project")
    settings = project / "dbt_project.yml"
    listed = "currencies: [EUR, USD, BRL, GBP]"
    assert listed in settings.read_text()
    settings.write_text(settings.read_text().replace(listed, listed.replace("]", ", JPY, KWD]")))
    with (project / "seeds" / "currencies.csv").open("a") as seed:
        seed.write("JPY,Japanese yen,0\nKWD,Kuwaiti dinar,3\n")
    return project


def build(project: Path, house: House, *more: str) -> str:
    """Build the copy of the project with all its tests."""
    environment = house.environment(PYTHONPATH=f"{project / 'pylib'}:{project}")
    arguments = ("--no-use-colors", "build", "--exclude-resource-type", "unit_test", *more)
    exit_code, printed = dbt_process.run(arguments, project, environment)
    assert exit_code == 0, printed[-6000:]
    return printed


@pytest.fixture(scope="module")
def built(project, tmp_path_factory) -> House:
    """Day by day."""
    folder = tmp_path_factory.mktemp("daily")
    house = House(folder / "landing", folder / "warehouse" / "techco.duckdb", project / "target")
    land_first_day(house.landing)
    build(project, house)
    land_second_day(house.landing)
    assert "WARN=0" in build(project, house)
    return house


@pytest.fixture(scope="module")
def in_dinars(project, built, tmp_path_factory) -> House:
    """The same files at once, in another reporting currency."""
    folder = tmp_path_factory.mktemp("dinars")
    house = House(folder / "landing", folder / "warehouse" / "techco.duckdb", project / "target")
    shutil.copytree(built.landing, house.landing)
    build(project, house, "--vars", "{reporting_currency: KWD}")
    return house


def test_amounts_are_in_the_smallest_unit_of_their_currency(built):
    lines = "select order_item_id, unit_price, gross_amount, net_amount, cost_amount, gross_amount_reporting from "
    assert query(built.warehouse, lines + "core.fct_order_line order by 1") == [
        # JPY at 0.00625 EUR: 0.625 and 0.0125.
        ("I0", D("33.3333"), D(100), D(100), D("0.00"), D("0.63")),
        ("I1", D("0.75"), D(2), D(2), D("0.00"), D("0.01")),
        # KWD at 2.857142857143 EUR: 2.857 and 2.4714. 1000 pieces cost 0.40.
        ("I2", D("0.001"), D(1), D("0.995"), D("0.40"), D("2.86")),
        ("I3", D("0.1235"), D("0.865"), D("0.865"), D("0.00"), D("2.47")),
        ("I4", D("0.001"), D(1), D(1), D("0.40"), D(1)),
        ("I5", D("0.125"), D("0.13"), D("0.13"), D("0.00"), D("0.13")),
    ]
    orders = "select order_id, net_amount, total_amount, captured_amount, refunded_amount, net_amount_reporting from "
    assert query(built.warehouse, orders + "core.fct_order order by 1") == [
        ("E1", D("1.13"), D("1.13"), D("1.13"), 0, D("1.13")),
        ("J1", 102, 102, 102, 0, D("0.64")),
        # Gross 5.33 less a discount of 0.005 KWD, 0.0143 EUR.
        ("K1", D("1.860"), D("2.360"), D("2.360"), D("0.865"), D("5.32")),
    ]
    kpis = (
        "select sum(gross_sales_amount), sum(net_revenue_amount), sum(refund_amount) "
        "from kpi.daily_sales group by date_day order by date_day"
    )
    assert query(built.warehouse, kpis) == [(D("7.10"), D("7.09"), 0), (0, D("-2.47"), D("2.47"))]
    stock = "select distinct stock_value_reporting from inventory.daily_inventory_position"
    assert query(built.warehouse, stock) == [(D("0.60"),)]


def test_amounts_with_more_digits_than_their_currency_has_are_quarantined(built):
    found = "select table_name, reasons from quarantine.quarantine_shop order by 1, 2"
    assert query(built.warehouse, found) == [
        ("orders", "digits:total_amount"),
        ("payments", "digits:amount"),
        ("payments", "digits:amount"),
    ]
    kept = "select payment_id, amount from core.fct_payment where payment_status = 'authorized'"
    assert query(built.warehouse, kept) == [("Y4", D("0.001"))]


@pytest.mark.long
def test_a_reporting_currency_may_have_three_decimals(in_dinars):
    # JPY at 0.0021875: 0.21875 and 0.004375. EUR at 0.35: 0.35 and 0.0455. KWD 1.865 less 0.005; the refund 0.865.
    gross = D("0.219") + D("0.004") + D("0.350") + D("0.046") + D("1.865")
    kpis = (
        "select sum(gross_sales_amount), sum(net_revenue_amount), sum(refund_amount), max(currency_code) "
        "from kpi.daily_sales group by date_day order by date_day"
    )
    assert query(in_dinars.warehouse, kpis) == [
        (gross, gross - D("0.005"), 0, "KWD"),
        (0, D("-0.865"), D("0.865"), "KWD"),
    ]


@pytest.mark.long
def test_day_by_day_is_at_once(project, built, tmp_path):
    house = House(tmp_path / "landing", tmp_path / "warehouse" / "techco.duckdb", project / "target")
    shutil.copytree(built.landing, house.landing)
    build(project, house, "--exclude-resource-type", "test")
    assert differences(built.warehouse, house.warehouse) == []
