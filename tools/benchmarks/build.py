"""Measure whole builds of landing zones of 20 thousand, 200 thousand and 2 million orders, all else in proportion.

Each size, by the command of `make build`: a first build of everything, a second with nothing new, a third that runs all
nodes again nevertheless; and the same facts, daily sales and stock by hand (by_hand.sql), which must be equal. Printed,
and saved to `docs/evidence/` with date and commit: rows read, wall seconds, rows per second, peak memory, warehouse
size, the parts of the time that quarantine and ledger take and that privacy does, the ten slowest nodes, what the build
costs of what it takes by hand, and the exponent by which its time grows from 200 thousand to 2 million orders.
"""

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
from techco.contract.raw_contract import load_contract

from tools.benchmarks import by_hand
from tools.benchmarks.evidence import ROOT, save

DAYS = 120
# Orders a day and customers of each size. From September on, 120 days have 1.14 times the orders of ordinary ones.
SIZES = {"20k": (147, 5_000), "200k": (1_467, 50_000), "2M": (14_667, 500_000)}
SLOWEST = 10
QUARANTINE = ("quarantine_", "delivery_row_counts", "data_quality_ledger")
# Models that are there for privacy alone: clear values, redacted texts, who may see whom, what the registry declares.
PRIVACY = (
    *("pii_", "person_", "int_person__scopes", "access_matrix", "processing_records", "erasure_ledger"),
    *(f"int_{text}__texts" for text in ("mention", "message", "review", "survey_response", "ticket")),
)
GIGABYTE = 1024**3


def main() -> int:
    """Run the sizes that were asked for; exit code 1 where a build failed, or differs from what is done by hand."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="which landing zones (default: all)"
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "bench", help="where zones and warehouses lie"
    )
    chosen = parser.parse_args()
    results = [measure(size, chosen.folder) for size in chosen.sizes]
    exponent = growth_exponent({result["size"]: result for result in results})
    print(f"growth exponent from 200 thousand to 2 million orders: {exponent}")
    save("bench", {"results": results, "growth_exponent": exponent})
    return int(any(result["by_hand"]["differences"] for result in results))


def measure(size: str, folder: Path) -> dict:
    """The figures of one size."""
    landing, warehouse = folder / f"landing_{size}", folder / f"techco_{size}.duckdb"
    simulated = simulate(size, landing)
    warehouse.unlink(missing_ok=True)
    environment = os.environ | {
        "TECHCO_LANDING": str(landing),
        "TECHCO_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(folder / "target"),
    }
    first = build(environment)
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    nodes = slowest_nodes(results)
    second, third = build(environment), build(environment, "--all")
    rows, orders = counts(warehouse)
    hashing = hashing_seconds(warehouse)
    hand = measure_by_hand(landing, warehouse)
    result = {
        "size": size,
        "orders": orders,
        "rows_in": rows,
        "simulator_seconds": simulated,
        "build_seconds": first["seconds"],
        "rows_per_second": round(rows / first["seconds"]),
        "peak_memory_gb": first["peak_memory_gb"],
        "nothing_new_seconds": second["seconds"],
        "nothing_new_run_whole_seconds": third["seconds"],
        "warehouse_gb": round(warehouse.stat().st_size / GIGABYTE, 2),
        "by_hand": hand | {"build_takes_times": round(first["seconds"] / hand["seconds"], 2)},
        "landing_gb": round(sum(path.stat().st_size for path in landing.rglob("*") if path.is_file()) / GIGABYTE, 2),
        "quarantine_and_ledger_share": round(seconds_of(results, QUARANTINE) / seconds_of(results), 3),
        "privacy_share": round((seconds_of(results, PRIVACY) + hashing) / seconds_of(results), 3),
        "slowest": nodes,
    }
    print(json.dumps(result, indent=2), flush=True)
    return result


def measure_by_hand(landing: Path, warehouse: Path) -> dict:
    """The seconds and the size of the same tables by hand, and what differs from the warehouse."""
    file = warehouse.with_name(f"{warehouse.stem}_by_hand.duckdb")
    seconds = by_hand.build(landing, file)
    found = by_hand.compare(file, warehouse)
    print("\n".join(found or ["facts, daily sales and stock are those that are computed by hand"]), flush=True)
    return {"seconds": seconds, "gb": round(file.stat().st_size / GIGABYTE, 2), "differences": found}


def growth_exponent(results: dict[str, dict]) -> float | None:
    """By which power of its rows a first build takes longer, 1 being in proportion; None without both large sizes."""
    if not {"200k", "2M"} <= results.keys():
        return None
    small, large = results["200k"], results["2M"]
    longer, more = (large[figure] / small[figure] for figure in ("build_seconds", "rows_in"))
    return round(math.log(longer) / math.log(more), 2)


def simulate(size: str, landing: Path) -> float | None:
    """Write the landing zone where it is not there yet; its seconds."""
    if (landing / "_landing_zone.json").exists():
        return None
    shutil.rmtree(landing, ignore_errors=True)
    orders, customers = SIZES[size]
    command = [sys.executable, "-m", "tools.simulator", "--out", str(landing), "--days", str(DAYS)]
    started = time.monotonic()
    subprocess.run([*command, "--orders-per-day", str(orders), "--customers", str(customers)], cwd=ROOT, check=True)
    return round(time.monotonic() - started, 1)


def build(environment: dict, *arguments: str) -> dict:
    """One build as a process of its own: wall seconds and peak resident memory."""
    started = time.monotonic()
    command = [sys.executable, "-m", "techco.operations.build", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"The build of {environment['TECHCO_LANDING']} failed.")
    return {
        "seconds": round(time.monotonic() - started, 1),
        "peak_memory_gb": round(usage.ru_maxrss * 1024 / GIGABYTE, 2),
    }


def slowest_nodes(results: list[dict]) -> list[dict]:
    """The nodes that took longest, with their seconds."""
    slowest = sorted(results, key=lambda result: -result["execution_time"])[:SLOWEST]
    return [{"node": name_of(result), "seconds": round(result["execution_time"], 1)} for result in slowest]


def seconds_of(results: list[dict], names: tuple[str, ...] = ("",)) -> float:
    """The seconds of all nodes whose names begin with one of `names`."""
    return sum(result["execution_time"] for result in results if name_of(result).startswith(names))


def hashing_seconds(warehouse: Path) -> float:
    """How long it takes to hash every id of a person or a device that landed, as staging does beside its other work."""
    columns = [
        (f"base_{table.source}__{table.name}", column.name)
        for table in load_contract(ROOT).tables.values()
        for column in table.columns
        if column.classification in ("person_id", "device_id")
    ]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        started = time.monotonic()
        for table, column in columns:
            hashed = f"left(sha256('as long as a pepper is' || ':' || {column}), 32)"
            connection.execute(f"select max({hashed}) from base.{table} where {column} is not null")
        return time.monotonic() - started


def name_of(result: dict) -> str:
    """A node's name, without its type and project."""
    return result["unique_id"].split(".", 2)[2]


def counts(warehouse: Path) -> tuple[int, int]:
    """Landed rows and orders."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select cast(sum(landed_rows) as bigint) from base.loaded_files").fetchone()[0]
        orders = connection.execute("select count(*) from core.fct_order").fetchone()[0]
    return rows, orders


if __name__ == "__main__":
    sys.exit(main())
