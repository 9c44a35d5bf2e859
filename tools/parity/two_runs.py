"""Build a landing zone twice on one target: all days but the last, then the last as well.

`python -m tools.parity.two_runs` does so on the emulator with everything the project has: objects, loading, models,
snapshots, seeds, tests, unit tests, documentation and the printed pipes.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from techco.settings import landing_folder

from tools.emulator.__main__ import DEFAULT_PORT
from tools.emulator.running import ROOT, EmulatorError, running
from tools.parity import kept
from tools.parity.account import rows_by_table
from tools.parity.days_of_a_zone import days_of, link_days
from tools.parity.run import LEAN, LOCAL, Run, RunError, duckdb_run


def steps(landing: Path, zone: Path) -> Iterator[str]:
    """Let all days but the last land in `zone`, then the last; yield what each step is called. One day is one step."""
    shutil.rmtree(zone, ignore_errors=True)
    days = days_of(landing)
    link_days(landing, zone, set(days[:-1] or days))
    yield "full"
    if len(days) > 1:
        link_days(landing, zone, set(days))
        yield "incremental"


def read_zone_as_a_bucket(zone: Path) -> None:
    """Let the emulator's stage be the zone itself, as a bucket is in production: to put 3,000 files takes minutes."""
    os.environ.setdefault("TECHCO_STAGE_URL", f"file://{zone.resolve()}")


@contextmanager
def emulated(folder: Path) -> Iterator[dict[str, str]]:
    """A new emulator in `folder`; the environment that leads dbt to it."""
    shutil.rmtree(folder, ignore_errors=True)
    with running(folder, int(os.environ.get("TECHCO_EMULATOR_PORT", DEFAULT_PORT))) as port:
        yield {"TECHCO_EMULATOR_PORT": str(port)}


def everything(run: Run, landing: Path) -> None:
    """Both runs, with all that the project has; raises RunError. What they make is kept for `make parity`.

    What it is compared with is built beside, from the start on, as one of two cores would wait meanwhile.
    """
    with kept.keeping(run.folder, landing) as keep, ThreadPoolExecutor() as beside:
        on_duckdb = beside.submit(both_on_duckdb, run.folder, landing)
        kept_before: Future | None = None
        run.dbt("run-operation", "create_objects")
        for step in steps(landing, run.zone):
            run.load()
            if kept_before:
                kept_before.result()
            run.dbt("build")
            kept_before = beside.submit(keep, step, rows_by_table(run))
        run.dbt("run-operation", "print_pipes", "--args", "{url: 's3://bucket/landing/', integration: landing}")
        run.dbt("docs", "generate")
        kept_before.result()
        on_duckdb.result()


def both_on_duckdb(folder: Path, landing: Path) -> None:
    """Build the same on DuckDB, without tests, and leave the warehouse of each step; raises RunError."""
    here = duckdb_run(folder, folder / "duckdb" / "landing")
    for step in steps(landing, here.zone):
        here.dbt("build", *LEAN)
        there = kept.warehouse_of(folder, step)
        there.parent.mkdir()
        shutil.copyfile(here.environment["TECHCO_WAREHOUSE"], there)


def main() -> int:
    """Run everything on the emulator; exit code 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=landing_folder())
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / LOCAL, help="where the emulator keeps its files"
    )
    chosen = parser.parse_args()
    read_zone_as_a_bucket(chosen.folder / "landing")
    try:
        with emulated(chosen.folder) as environment:
            everything(Run(LOCAL, chosen.folder / "landing", chosen.folder, environment), chosen.landing)
    except (RunError, EmulatorError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"both runs are through; what was issued stands in {chosen.folder / 'statements.jsonl'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
