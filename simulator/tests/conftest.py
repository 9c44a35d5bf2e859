"""A small landing zone, written once, and SQL over it."""

from pathlib import Path

import duckdb
import pytest

from simulator.__main__ import main

SMALL = ("--customers", "300", "--orders-per-day", "30")
SMALL_DAYS = 12
CHANGE_LOGS = {
    "shop": ("customers", "addresses", "promotions", "orders", "order_items", "payments", "refunds"),
    "erp": ("products", "suppliers", "supplier_prices", "purchase_orders", "purchase_order_lines"),
}
LEDGERS = ("warehouses", "inventory_movements", "stock_counts", "shipments", "returns")


def write_zone(folder: Path, *options: str) -> Path:
    """A landing zone at `folder`."""
    assert main(["--out", str(folder), *options]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """All files by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Zone:
    """A landing zone, with a view for each table, such as shop_orders; `row` is a row's place in its file."""

    def __init__(self, root: Path):
        """Open the zone."""
        self.root = root
        self.engine = duckdb.connect()
        self.engine.execute("set threads = 2")
        parquet = [(source, table) for source, tables in CHANGE_LOGS.items() for table in tables]
        for source, table in [*parquet, *(("wms", table) for table in LEDGERS)]:
            files = f"{root}/{source}/{table}/*/*.parquet"
            reader = f"read_parquet('{files}', hive_partitioning = true, file_row_number = true)"
            self.engine.execute(f"create view {source}_{table} as from {reader}")
        for view, files in (("fx_daily_rates", "fx/daily_rates/*/*.jsonl"), ("web_events", "web/events/*/*.jsonl.zst")):
            reader = f"read_json('{root}/{files}', hive_partitioning = true)"
            self.engine.execute(f"create table {view} as from {reader}")
        self.engine.execute("alter table web_events alter occurred_at type timestamp")
        self.engine.execute(
            "create view placed as from shop_orders where _op = 'c';"
            "create view captured as from shop_payments where payment_status = 'captured'"
        )

    def rows(self, query: str) -> list[tuple]:
        """All rows of a query."""
        return self.engine.sql(query).fetchall()

    def value(self, query: str):
        """The one value of a query."""
        return self.rows(query)[0][0]

    def none(self, query: str) -> None:
        """Assert that a query finds nothing."""
        assert self.engine.sql(query).limit(5).fetchall() == []


@pytest.fixture(scope="session")
def zone(tmp_path_factory) -> Zone:
    """A small world."""
    return Zone(write_zone(tmp_path_factory.mktemp("small") / "landing", *SMALL, "--days", str(SMALL_DAYS)))


@pytest.fixture(scope="session")
def long_zone(tmp_path_factory) -> Zone:
    """A small world that lives long enough for returns, late deliveries and Black Friday."""
    return Zone(write_zone(tmp_path_factory.mktemp("long") / "landing", *SMALL, "--days", "100"))
