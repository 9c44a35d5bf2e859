"""Measure publishing: the releases of all roles of a warehouse that `benchmarks.build` left, beside it.

Printed, and saved to `docs/evidence/` with date and commit: orders, wall seconds, peak memory, the sizes of each role's
files. A build that begins meanwhile waits for no longer than that.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb

from tools.benchmarks.build import GIGABYTE, SIZES
from tools.benchmarks.evidence import ROOT, save

WANTED_SECONDS = 60


def main() -> int:
    """Publish the warehouses that were asked for; exit code 1 where publishing 2 million orders took too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["2M"], help="which warehouses (default: 2M)")
    parser.add_argument("--folder", type=Path, default=ROOT / "warehouse" / "bench", help="where the warehouses lie")
    parser.add_argument("--warehouse", type=Path, help="another warehouse file instead, whatever its size")
    chosen = parser.parse_args()
    files = {size: chosen.folder / f"techco_{size}.duckdb" for size in chosen.sizes}
    results = [
        measure(size, file) for size, file in ({"other": chosen.warehouse} if chosen.warehouse else files).items()
    ]
    save("publish", {"results": results})
    return 1 if any(result["size"] == "2M" and result["seconds"] >= WANTED_SECONDS for result in results) else 0


def measure(size: str, warehouse: Path) -> dict:
    """The figures of one warehouse; the process ends where there is none, or it cannot be published."""
    if not warehouse.exists():
        sys.exit(f"There is no {warehouse}: run `python -m tools.benchmarks.build --sizes {size}` first.")
    environment = os.environ | {"TECHCO_WAREHOUSE": str(warehouse)}
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "techco.serving.publish"], cwd=ROOT, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = round(time.monotonic() - started, 1)
    if status != 0:
        sys.exit(f"publishing {warehouse} failed")
    current = warehouse.parent / "releases" / "current"
    with duckdb.connect(str(current / "analyst" / "serving.duckdb"), read_only=True) as connection:
        orders = connection.execute("select count(*) from core.fct_order").fetchone()[0]
    result = {
        "size": size,
        "orders": orders,
        "seconds": seconds,
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_memory_gb": round(usage.ru_maxrss * 1024 / GIGABYTE, 2),
        "warehouse_gb": gigabytes([warehouse]),
        "release_gb": gigabytes({path.stat().st_ino: path for path in current.rglob("*")}.values()),
        "roles": {folder.name: sizes(folder) for folder in sorted(current.iterdir()) if folder.is_dir()},
    }
    print(json.dumps(result, indent=2), flush=True)
    return result


def sizes(folder: Path) -> dict:
    """The gigabytes of a role's database and Parquet files."""
    return {
        "serving_gb": gigabytes([folder / "serving.duckdb"]),
        "parquet_gb": gigabytes(folder.rglob("*.parquet")),
    }


def gigabytes(paths) -> float:
    """What the files among the paths take together."""
    return round(sum(path.stat().st_size for path in paths if path.is_file()) / GIGABYTE, 3)


if __name__ == "__main__":
    sys.exit(main())
