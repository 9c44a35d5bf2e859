"""Run by_hand.sql, which a build is measured beside, and compare what it makes with a built warehouse.

`python -m tools.benchmarks.by_hand <landing> <file.duckdb> [--compare <warehouse.duckdb>]`.
"""

import argparse
import sys
import time
from pathlib import Path

import duckdb
from techco.settings import memory_limit

SCRIPT = Path(__file__).with_suffix(".sql")
# Facts of which rows and sums are compared: the table here and that of the warehouse; columns have the same names.
FACTS = {
    name: f"core.fct_{name}"
    for name in (
        "order", "order_line", "web_session", "shipment", "payment", "refund", "return", "inventory_movement"
    )
}  # fmt: skip
# Tables of which each cell is compared: the warehouse's table and the key of a row.
CELLS = {
    "daily_sales": ("kpi.daily_sales", ["date_day", "country_code", "sales_channel", "customer_type"]),
    "daily_stock": ("inventory.daily_inventory_position", ["date_day", "product_key", "warehouse_key"]),
}
# So many cells that differ are named.
NAMED = 5


def main() -> int:
    """Build, print the seconds, and compare where that is asked for; exit code 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("landing", type=Path, help="landing folder")
    parser.add_argument("file", type=Path, help="the DuckDB file to write; one that is there is replaced")
    parser.add_argument("--compare", type=Path, help="a warehouse of the same landing zone")
    chosen = parser.parse_args()
    print(f"{build(chosen.landing, chosen.file)} seconds, {chosen.file.stat().st_size / 1e9:.2f} GB")
    found = compare(chosen.file, chosen.compare) if chosen.compare else []
    print("\n".join(found))
    return int(bool(found))


def build(landing: Path, file: Path) -> float:
    """Write the tables into a new file; the seconds that it took."""
    file.unlink(missing_ok=True)
    started = time.monotonic()
    with duckdb.connect(str(file)) as connection:
        connection.execute("set memory_limit = ?", [memory_limit()])
        connection.execute("set variable landing = ?", [str(landing)])
        connection.execute(SCRIPT.read_text(encoding="utf-8"))
    return round(time.monotonic() - started, 1)


# ---------- comparing


def compare(file: Path, warehouse: Path) -> list[str]:
    """What differs between the tables of `build` and those of a warehouse; empty where nothing does."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as hand (read_only); attach '{warehouse}' as built (read_only)")
        found = []
        for name, built in FACTS.items():
            found += compare_sums(connection, f'hand."{name}"', f"built.{built}")
        for name, (built, key) in CELLS.items():
            found += compare_cells(connection, f"hand.{name}", f"built.{built}", key)
    return found


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """The columns of a table and their types."""
    return {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}


def compare_sums(connection: duckdb.DuckDBPyConnection, hand: str, built: str) -> list[str]:
    """Rows, the sum of each number, and of all else a sum of hashes, of the columns that both tables have."""
    types = columns_of(connection, built)
    sums = {"rows": "count(*)"}
    for name in types.keys() & columns_of(connection, hand).keys():
        is_number = types[name].startswith(("DECIMAL", "BIGINT"))
        sums[name] = f"sum({name})" if is_number else f"sum(hash({name}) % 1000003)"
    query = f"select {', '.join(sums.values())} from "
    (ours,), (theirs,) = (connection.execute(query + table).fetchall() for table in (hand, built))
    return [
        f"{built.partition('.')[2]}: {name} is {b}, and {a} by hand"
        for name, a, b in zip(sums, ours, theirs, strict=True)
        if a != b
    ]


def compare_cells(connection: duckdb.DuckDBPyConnection, hand: str, built: str, key: list[str]) -> list[str]:
    """Each value of each row, by its key."""
    values = sorted((columns_of(connection, built).keys() & columns_of(connection, hand).keys()) - set(key))
    found = []
    for name in values:
        query = f"""
            select {", ".join(key)}, built.{name}, hand.{name}
            from {hand} as hand full join {built} as built using ({", ".join(key)})
            where built.{name} is distinct from hand.{name} order by all
        """
        rows = connection.execute(query).fetchall()
        for *cell, b, a in rows[:NAMED]:
            found.append(f"{built.partition('.')[2]} {' '.join(map(str, cell))}: {name} is {b}, and {a} by hand")
        if len(rows) > NAMED:
            found.append(f"{built.partition('.')[2]}: {name} differs in {len(rows) - NAMED:,} more rows")
    return found


if __name__ == "__main__":
    sys.exit(main())
