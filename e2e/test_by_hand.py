"""Facts, daily sales and daily stock are those that plain SQL computes from the same files."""

import shutil

import duckdb
import pytest

from tools.benchmarks import by_hand
from tools.benchmarks.build import growth_exponent


@pytest.fixture(scope="module")
def computed(built, tmp_path_factory):
    """The file that by_hand.sql makes of the tiny landing zone."""
    file = tmp_path_factory.mktemp("by_hand") / "by_hand.duckdb"
    by_hand.build(built.landing, file)
    return file


def test_the_warehouse_holds_what_is_computed_by_hand(built, computed):
    assert by_hand.compare(computed, built.warehouse) == []
    with duckdb.connect(str(computed), read_only=True) as connection:
        tables = (*by_hand.FACTS, *by_hand.CELLS)
        empty = [name for name in tables if not connection.execute(f'select 1 from "{name}" limit 1').fetchone()]
    assert empty == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "update core.fct_payment set amount = amount + 0.01 where payment_id = (select min(payment_id) from {})",
            "amount",
        ),
        (
            "update core.fct_shipment set delivered_at = null where shipment_id = (select min(shipment_id) from {})",
            "delivered_at",
        ),
        ("delete from core.fct_refund where refund_id = (select min(refund_id) from {})", "rows"),
        ("delete from kpi.daily_sales where date_day = (select min(date_day) from {})", "order_count"),
        (
            "update inventory.daily_inventory_position set closing_quantity = closing_quantity + 1 "
            "where product_key || warehouse_key = (select min(product_key || warehouse_key) from {})",
            "closing_quantity",
        ),
    ],
)
def test_a_changed_number_is_noticed(built, computed, tmp_path, change, found):
    warehouse = tmp_path / "techco.duckdb"
    shutil.copy(built.warehouse, warehouse)
    table = next(word for word in change.split() if "." in word)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(change.format(table))
    differences = by_hand.compare(computed, warehouse)
    assert any(f": {found} is " in line for line in differences), differences
    assert all(line.startswith(table) for line in differences), differences


def test_growth_is_the_power_of_rows_by_which_time_grows():
    small, large = {"build_seconds": 50, "rows_in": 1_000}, {"build_seconds": 5_000, "rows_in": 10_000}
    assert growth_exponent({"200k": small, "2M": large}) == 2.0
    assert growth_exponent({"2M": large}) is None
