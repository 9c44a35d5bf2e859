"""`make parity`: build a landing zone on DuckDB and on Snowflake, in full and a day more; compare marts and snapshots.

On the emulator by default; with TARGET=snowflake on the account of the environment's variables, in a database of its
own, and the result is written to docs/evidence. There each role's session is held against its release, too.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import duckdb
import snowflake.connector
from dbt.config.profile import read_profile
from dbt.config.renderer import ProfileRenderer
from dbt_common.context import set_invocation_context
from techco.publish import publish

from benchmarks.evidence import save
from emulator.running import ROOT, EmulatorError
from parity.compare import differences, from_duckdb, from_snowflake, read_allowed
from parity.roles import of_all_roles
from parity.two_runs import LEAN, LOCAL, Run, RunError, emulated, read_zone_as_a_bucket, steps


def main() -> int:
    """Exit code 1 where a table differs or a build failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--target", choices=(LOCAL, "snowflake"), default=LOCAL)
    parser.add_argument("--landing", type=Path, default=Path(os.environ.get("TECHCO_LANDING", "landing")))
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "parity", help="where both keep their files"
    )
    parser.add_argument("--vars", help="vars of the project, as dbt takes them")
    chosen = parser.parse_args()
    if chosen.target == LOCAL:
        read_zone_as_a_bucket(chosen.folder / "landing")
    try:
        found = parity(chosen.target, chosen.landing, chosen.folder, *(("--vars", chosen.vars) if chosen.vars else ()))
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
    zone = folder / "landing"
    warehouse = folder / "duckdb" / "techco.duckdb"
    warehouse.unlink(missing_ok=True)
    with emulated(folder / LOCAL) if target == LOCAL else nullcontext({}) as environment:
        here = Run("duckdb", zone, folder / "duckdb", {"TECHCO_WAREHOUSE": str(warehouse)})
        there = Run(target, zone, folder / target, environment)
        there.dbt("run-operation", "create_objects")
        for step in steps(landing, zone):
            with ThreadPoolExecutor() as side_by_side:
                ours = side_by_side.submit(here.dbt, *lean, *arguments)
                there.load()
                there.dbt(*(there_too or {}).get(step, lean), *arguments)
                ours.result()
            found[step] = compared(warehouse, there)
        if target != LOCAL:
            found |= {f"role {role}": tables for role, tables in seen_by_roles(warehouse, there).items()}
    return found


def seen_by_roles(warehouse: Path, there: Run) -> dict[str, dict[str, list[str]]]:
    """The differences of every table that a role sees, by role."""
    release = publish(warehouse)
    with connect(there) as account:
        return of_all_roles(release, account.cursor(), account.database, read_allowed())


def compared(warehouse: Path, there: Run) -> dict[str, list[str]]:
    """The differences of every mart and snapshot."""
    allowed = read_allowed()
    manifest = json.loads((there.folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    tables = [
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "snapshot" or (node["resource_type"] == "model" and node["fqn"][1] == "marts")
    ]
    with duckdb.connect(str(warehouse), read_only=True) as here, connect(there) as account:
        return {
            table: differences(from_duckdb(here, table), from_snowflake(account.cursor(), table), allowed)
            for table in sorted(set(tables) - allowed.tables_not_compared.keys())
        }


def connect(run: Run) -> snowflake.connector.SnowflakeConnection:
    """A connection as dbt's profile has it."""
    set_invocation_context(os.environ | run.environment)
    outputs = read_profile(str(ROOT))["techco"]["outputs"]
    declared = ProfileRenderer().render_data(outputs[run.target])
    names = (
        "account",
        "user",
        "password",
        "host",
        "port",
        "protocol",
        "database",
        "role",
        "warehouse",
        "authenticator",
        "token",
    )
    given = {name: declared[name] for name in names if declared.get(name)}
    if declared.get("private_key_path"):
        given |= {"private_key_file": declared["private_key_path"]}
        if declared.get("private_key_passphrase"):
            given |= {"private_key_file_pwd": declared["private_key_passphrase"]}
    return snowflake.connector.connect(**given, platform_detection_timeout_seconds=0.0, network_timeout=600)


if __name__ == "__main__":
    sys.exit(main())
