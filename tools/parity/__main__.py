"""`make parity`: build a landing zone on DuckDB and on Snowflake, in full and a day more; compare marts and snapshots.

On the emulator by default; with TARGET=snowflake on the account of the environment's variables, in a database of its
own, and the result is written to docs/evidence. There each role's session is held against its release, too.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import duckdb
from techco.serving.publish import publish
from techco.settings import landing_folder

from tools.benchmarks.evidence import save
from tools.emulator.running import ROOT, EmulatorError
from tools.parity.account import connect, rows_by_table
from tools.parity.compare import Allowed, differences, from_duckdb, read_allowed
from tools.parity.kept import Tables, read_kept
from tools.parity.roles import of_all_roles
from tools.parity.run import LEAN, LOCAL, Run, RunError, duckdb_run
from tools.parity.two_runs import emulated, read_zone_as_a_bucket, steps


def main() -> int:
    """Exit code 1 where a table differs or a build failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=(LOCAL, "snowflake"), default=LOCAL)
    parser.add_argument("--landing", type=Path, default=landing_folder())
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "parity", help="where both keep their files"
    )
    parser.add_argument("--vars", help="vars of the project, as dbt takes them")
    chosen = parser.parse_args()
    kept = {}
    if chosen.target == LOCAL:
        read_zone_as_a_bucket(chosen.folder / "landing")
        kept = read_kept(ROOT / "warehouse" / LOCAL, chosen.landing) if not chosen.vars else {}
    try:
        if kept:
            print("Compared is what `make snowflake-local` built on both engines of the same files and code.")
            found = {step: compared(*both) for step, both in kept.items()}
        else:
            arguments = ("--vars", chosen.vars) if chosen.vars else ()
            found = parity(chosen.target, chosen.landing, chosen.folder, *arguments)
    except (RunError, EmulatorError) as error:
        print(error, file=sys.stderr)
        return 1
    for step, tables in found.items():
        for table, differing in tables.items():
            for difference in differing:
                print(f"{step}: {table}: {difference}")
        equal = sum(not differing for differing in tables.values())
        print(f"{step}: {equal} of {len(tables)} tables are equal")
    if chosen.target != LOCAL:
        save("parity", {"tables": found})
    return int(any(differing for tables in found.values() for differing in tables.values()))


def parity(
    target: str, landing: Path, folder: Path, *arguments: str, there_too: dict[str, tuple[str, ...]] | None = None
) -> dict[str, dict[str, list[str]]]:
    """Differences by step and table; raises RunError and EmulatorError.

    `arguments`: of every `dbt build`. Tests are left out, as rows are compared; `there_too` says otherwise for a step
    on Snowflake.
    """
    found = {}
    lean = ("build", *LEAN)
    here = duckdb_run(folder, folder / "landing")
    with emulated(folder / LOCAL) if target == LOCAL else nullcontext({}) as environment:
        there = Run(target, here.zone, folder / target, environment)
        there.dbt("run-operation", "create_objects")
        for step in steps(landing, here.zone):
            with ThreadPoolExecutor() as side_by_side:
                ours = side_by_side.submit(here.dbt, *lean, *arguments)
                there.load()
                there.dbt(*(there_too or {}).get(step, lean), *arguments)
                ours.result()
            found[step] = compared(Path(here.environment["TECHCO_WAREHOUSE"]), rows_by_table(there))
        if target != LOCAL:
            found |= {f"role {role}": tables for role, tables in seen_by_roles(here, there).items()}
    return found


def seen_by_roles(here: Run, there: Run) -> dict[str, dict[str, list[str]]]:
    """The differences of every table that a role sees, by role."""
    # The builds that are compared run no tests.
    release = publish(Path(here.environment["TECHCO_WAREHOUSE"]), tested=False)
    with connect(there) as account:
        return of_all_roles(release, account.cursor(), account.database, read_allowed())


def compared(here: Path, there: Tables, allowed: Allowed | None = None) -> dict[str, list[str]]:
    """The differences of tables of a DuckDB warehouse, but those `allowed` (by default tools/parity/allowed.yml)."""
    allowed = allowed or read_allowed()
    with duckdb.connect(str(here), read_only=True) as warehouse:
        return {
            table: differences(from_duckdb(warehouse, table), rows, allowed)
            for table, rows in there
            if table not in allowed.tables_not_compared
        }


if __name__ == "__main__":
    sys.exit(main())
