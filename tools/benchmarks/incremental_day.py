"""Measure whether one more day costs what the day brings, and not what history holds.

A landing zone of 31 days. Twice its last day is loaded: into a warehouse that holds the 30 days before it, and into one
that holds 3 of them, of all that comes daily. A day's cost is the seconds of all nodes less those of a run on which
nothing landed, because marts that are rebuilt whole cost the same on both: the mean of a run before and one after, as
machines grow faster and slower by the minute. `python -m tools.benchmarks.incremental_day`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.benchmarks.evidence import ROOT, commit, save
from tools.parity.days_of_a_zone import days_of, link_days

DAYS = 31
# As in the default zone: `--customers 5000` and 20,000 orders.
ORDERS_OF_A_CUSTOMER = 4
HISTORIES = (3, 30)
# What a day may cost on the long history, as a multiple of what it costs on the short one.
LARGEST_RATIO = 1.2
# How many of the nodes that a day costs most are told.
DEAREST = 15
COPIED_AT_ONCE = 64 * 1024 * 1024
# What a company has from its first day on, and what would leave everything else without its parents.
MASTER_DATA = {"erp", "crm", "fx", "ads", "shop/customers", "shop/addresses", "shop/promotions", "wms/warehouses"}


def main() -> int:
    """Run both histories; exit code 1 where a build failed, or a day costs more than LARGEST_RATIO allows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders-per-day", type=int, default=200_000, help="default: 200000")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "bench", help="where zones and warehouses lie"
    )
    chosen = parser.parse_args()
    landing = chosen.folder / f"landing_{chosen.orders_per_day}_a_day"
    if not (landing / "_landing_zone.json").exists():
        customers = chosen.orders_per_day * DAYS // ORDERS_OF_A_CUSTOMER
        orders = ["--orders-per-day", str(chosen.orders_per_day), "--customers", str(customers)]
        subprocess.run(
            [sys.executable, "-m", "tools.simulator", "--out", str(landing), "--days", str(DAYS), *orders],
            cwd=ROOT,
            check=True,
        )
    costs = {days: measure(landing, days, chosen.folder) for days in HISTORIES}
    short, long = (costs[days]["day_seconds"] for days in HISTORIES)
    result = {"orders_per_day": chosen.orders_per_day, "histories": costs, "ratio": round(long / short, 2)}
    print(json.dumps(result, indent=2))
    save("incremental-day", {"results": [result]})
    return int(long / short > LARGEST_RATIO)


def measure(landing: Path, history: int, folder: Path) -> dict:
    """The node seconds of the last day on top of so many days of history, and of a run without news."""
    # By the zone's name too: a kept history of another one would be taken for this one's.
    name = f"{landing.name}_history_{history}"
    zone, warehouse = folder / name, folder / f"{name}.duckdb"
    environment = os.environ | {
        "TECHCO_LANDING": str(zone),
        "TECHCO_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(folder / f"{name}_target"),
    }
    *before, last = days_of(landing)
    shutil.rmtree(zone, ignore_errors=True)
    link_days(
        landing, zone, set(before[-history:]), lambda source, table, day: day < last and is_master_data(source, table)
    )
    built_by = build_history(environment, warehouse)
    nodes_seconds(environment)
    nothing = nodes_seconds(environment)
    link_days(landing, zone, {last})
    day = nodes_seconds(environment)
    nothing_again = nodes_seconds(environment)
    warehouse.unlink()
    without = {node: (nothing[node] + nothing_again[node]) / 2 for node in nothing}
    costs = {node: (seconds, without[node]) for node, seconds in day.items()}
    dearest = sorted(costs, key=lambda node: costs[node][1] - costs[node][0])[:DEAREST]
    return {
        "history_days": history,
        "history_built_by": built_by,
        "nothing_landed_seconds": [round(sum(run.values()), 1) for run in (nothing, nothing_again)],
        "with_a_day_seconds": round(sum(day.values()), 1),
        "day_seconds": round(sum(day.values()) - sum(without.values()), 1),
        "dearest": {node: [round(seconds, 1) for seconds in costs[node]] for node in dearest},
    }


def build_history(environment: dict, warehouse: Path) -> str:
    """Put a warehouse with the history in its place, built where none is kept; the commit that it was built by."""
    kept = warehouse.with_suffix(".kept")
    built_by = kept.with_suffix(".built_by")
    for leftover in (warehouse, warehouse.with_name(warehouse.name + ".wal")):
        leftover.unlink(missing_ok=True)
    if not built_by.exists():
        nodes_seconds(environment)
        warehouse.rename(kept)
        built_by.write_text(commit())
    copy_into_cache(kept, warehouse)
    return built_by.read_text()


def copy_into_cache(kept: Path, warehouse: Path) -> None:
    """Copy a file and leave the copy in the system's cache, where a warehouse is that is built daily, not the original.

    With half of a copy of 16 GB out of the cache a day took 196 s, and with the copy in it 124 and 139.
    """
    with kept.open("rb") as source, warehouse.open("wb") as target:
        while part := source.read(COPIED_AT_ONCE):
            target.write(part)
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(source.fileno(), 0, source.tell(), os.POSIX_FADV_DONTNEED)


def is_master_data(source: str, table: str) -> bool:
    """Whether a company has all of a table from its first day on."""
    return bool({source, f"{source}/{table}"} & MASTER_DATA)


def nodes_seconds(environment: dict) -> dict[str, float]:
    """Build everything but unit tests; the seconds of each node by its id."""
    command = ["dbt", "build", "--exclude-resource-type", "unit_test"]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        sys.exit(f"dbt build failed on {environment['TECHCO_LANDING']}")
    results = json.loads((Path(environment["DBT_TARGET_PATH"]) / "run_results.json").read_text())["results"]
    return {result["unique_id"]: result["execution_time"] for result in results}


if __name__ == "__main__":
    sys.exit(main())
