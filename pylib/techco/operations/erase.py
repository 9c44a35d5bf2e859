"""`python -m techco.operations.erase PERSON…`, or `--requested`: what dbt's `erase` cannot do: files.

The operation takes persons out of the tables; after it, what hangs on them is built anew, the warehouse file is written
anew (free blocks of the old one hold what stood there), so are releases and, when told, the landed files, which come
last: what is wrong with one of those keeps a person nowhere else. Each step may be repeated. What is not done yet is
remembered beside the warehouse, by keys and not by ids, and the next run goes on with it, whoever that is for.
"""

import argparse
import json
import multiprocessing
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from techco.command import run
from techco.contract.landing_zone import LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import ContractError, load_contract
from techco.operations import landing_rewrite
from techco.privacy import vault
from techco.serving import publish
from techco.settings import RUN_OF_ERASURE, landing_folder, person, warehouse_file
from techco.sql import literal, only_row

# dbt writes the arguments of an operation to target/run_results.json, and these are ids of persons.
QUIET = ("--no-write-json",)
REQUESTED = """
select distinct customer_id from pii.open_privacy_requests
where request_type = 'erase' and customer_id is not null
order by 1
"""


class EraseError(Exception):
    """A step could not be done; the message says which are, and what to do."""


@dataclass
class Unfinished:
    """What erasures have still to do with files: keys of persons, whether landed files are meant, who was told what."""

    keys: list[str] = field(default_factory=list)
    landing: bool = False
    # Landed files that were said to be missing.
    missing: list[str] = field(default_factory=list)


def unfinished_file(warehouse: Path) -> Path:
    """Where it is remembered."""
    warehouse = warehouse.resolve()
    return warehouse.with_name(f"{warehouse.name}.erasing")


def read_unfinished(warehouse: Path) -> Unfinished:
    """What earlier runs have left."""
    file = unfinished_file(warehouse)
    try:
        return Unfinished(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else Unfinished()
    except (OSError, ValueError, TypeError) as error:
        raise EraseError(
            f"{file}, which says what earlier erasures have still to do, cannot be read ({type(error).__name__}). "
            "Remove it, and erase the persons of the last days again, by their ids."
        ) from error


def remember(warehouse: Path, unfinished: Unfinished) -> None:
    """Write it down, whole or not at all; remove it where nothing is left to do."""
    file = unfinished_file(warehouse)
    if not unfinished.keys:
        file.unlink(missing_ok=True)
        return
    writing = file.with_name(f".{file.name}.writing")
    writing.unlink(missing_ok=True)
    with open(os.open(writing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        json.dump(vars(unfinished), stream)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(writing, file)


def erase(persons: list[str], warehouse: Path, landing: Path, rewrite_landing: bool, dry_run: bool) -> Iterator[str]:
    """Erase persons by their ids everywhere; yield what was done after the operation, a line each, as it is done.

    A dry run changes nothing. What earlier runs have left is done as well. Raises EraseError where a step fails; the
    steps that do not need it are done before.
    """
    if not warehouse.exists():
        raise EraseError(
            f"There is no warehouse at {warehouse}; set TECHCO_WAREHOUSE to the one that holds the person."
        )
    before, keys = read_unfinished(warehouse), person_keys(persons, landing)
    wanted = Unfinished(sorted({*before.keys, *keys}), before.landing or rewrite_landing, before.missing)
    if not dry_run:
        remember(warehouse, wanted)
    operation = {"customer_ids": persons, "dry_run": dry_run}
    if persons and run_dbt([*QUIET, "run-operation", "erase", "--args", as_arguments(operation)]):
        if not dry_run:
            remember(warehouse, before)
        raise EraseError("dbt's operation failed (see above); no row and no file was changed.")
    if dry_run:
        yield "dry run: no file was changed"
        return
    # Without tests: what they may find elsewhere must not keep a person in a file.
    was_built = not run_dbt([*QUIET, "run"], **{RUN_OF_ERASURE: "yes"})
    was, now = rewrite_warehouse(warehouse)
    yield f"warehouse file written anew: {was} bytes before, {now} now"
    left = []
    if not was_built:
        left.append("releases are still those of before, as the run after the erasure failed (see above): mend that")
    else:
        try:
            if published := renew_releases(warehouse):
                yield published
        except EraseError as error:
            left.append(str(error))
    if wanted.landing:
        rewritten: dict[str, int] = {}
        unchanged: dict[str, landing_rewrite.RewriteError] = {}
        try:
            rewritten, unchanged = rewrite_landed_files(warehouse, landing, wanted.keys)
        except EraseError as error:
            left.append(f"all landed files: {error}")
        yield from (f"landed file written anew: {file}, {rows} rows" for file, rows in rewritten.items())
        for file, fault in unchanged.items():
            if isinstance(fault, landing_rewrite.MissingError) and file in wanted.missing:
                yield f"landed file taken as deleted: {file}"
                continue
            left.append(f"landed file {file} {fault}")
            if isinstance(fault, landing_rewrite.MissingError):
                wanted.missing.append(file)
    if left:
        remember(warehouse, wanted)
        raise EraseError(
            "The persons are gone from the restricted tables and the warehouse file. Left to do:\n"
            + "".join(f"- {what}\n" for what in left)
            + "Then run the same again: it goes on with what is left."
        )
    remember(warehouse, Unfinished())


def as_arguments(operation: dict[str, Any]) -> str:
    """The arguments of an operation as dbt reads them: YAML, which knows no pairs of surrogates as JSON writes them."""
    return str(yaml.safe_dump(operation, default_flow_style=True, width=sys.maxsize))


def requested(warehouse: Path) -> list[str]:
    """Who asks in the CRM to be erased and was not yet, as dbt's operation erase_requested finds them.

    Raises EraseError where the warehouse is not there, is in use, or holds no such table.
    """
    if not warehouse.exists():
        raise EraseError(f"There is no warehouse at {warehouse}; set TECHCO_WAREHOUSE to the one that is meant.")
    with connect(warehouse) as connection:
        try:
            rows = connection.execute(REQUESTED).fetchall()
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise EraseError("The warehouse holds no requests; run `make build` first.") from error
    return [person for (person,) in rows]


def run_dbt(arguments: list[str], **variables: str) -> int:
    """Run dbt in a process of its own, which ends with its hold on the warehouse; return its exit code.

    Not by a command line, which everybody on the machine could read. `variables` are added to its environment.
    """
    process = multiprocessing.get_context("spawn").Process(target=be_dbt, args=(arguments, variables))
    process.start()
    process.join()
    return process.exitcode or 0


def be_dbt(arguments: list[str], variables: dict[str, str]) -> None:
    """What that process does."""
    os.environ.update(variables)
    from dbt.cli.main import dbtRunner

    sys.exit(0 if dbtRunner().invoke(arguments).success else 1)


def person_keys(persons: list[str], landing: Path) -> list[str]:
    """The pseudonymous keys of persons, as pseudonym() in macros/privacy/pseudonym.sql makes them."""
    try:
        zone = read_zone(landing)
        pepper = vault.pepper(holds_persons=bool(list_files(landing)) and not zone.simulated)
    except (LandingZoneError, vault.VaultError) as error:
        raise EraseError(str(error)) from error
    return [vault.pseudonym(pepper, person) for person in persons]


def rewrite_landed_files(
    warehouse: Path, landing: Path, keys: list[str]
) -> tuple[dict[str, int], dict[str, landing_rewrite.RewriteError]]:
    """Rewrite the landed files that hold the persons of these keys, and write that down in the warehouse.

    Returns the rows changed by file, and why others were not rewritten.
    """
    try:
        zone = read_zone(landing)
        holds_persons = bool(list_files(landing)) and not zone.simulated
        pepper, secret = vault.pepper(holds_persons), vault.suppression_key(not zone.simulated)
        looks_personal = re.compile("|".join(publish.declared_privacy()["looks_personal"]), re.IGNORECASE)
        persons = landing_rewrite.Persons(frozenset(keys), pepper, secret or "", looks_personal)
        with connect(warehouse) as connection:
            return landing_rewrite.rewrite(connection, landing, load_contract(Path()), persons)
    except (ContractError, LandingZoneError, publish.PublishError, vault.VaultError) as error:
        raise EraseError(str(error)) from error


def connect(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """Open the warehouse; raise EraseError where another process has it open."""
    try:
        return duckdb.connect(str(warehouse))
    except duckdb.IOException as error:
        raise EraseError(
            f"The warehouse {warehouse} is in use: a build is running, or somebody reads it. Try again when it is done."
        ) from error


def rewrite_warehouse(warehouse: Path) -> tuple[int, int]:
    """Copy all that stands in the warehouse into a new file in its place; return its size before and now.

    DuckDB only marks blocks as free, so a deleted value would stay readable in the file. The old file is replaced when
    the new one is whole; a copy that was broken off is thrown away by the next.
    """
    warehouse = warehouse.resolve()
    writing = warehouse.with_name(f".{warehouse.name}.rewriting")
    for leftover in (writing, Path(f"{writing}.wal")):
        leftover.unlink(missing_ok=True)
    # What still stands in the log beside the file goes into it, so that nothing is left to replay on the new one.
    with connect(warehouse) as connection:
        connection.execute("checkpoint")
    before = warehouse.stat().st_size
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as old (read_only)")
        connection.execute(f"attach {literal(writing)} as new")
        connection.execute("copy from database old to new")
        connection.execute("checkpoint new")
        for schema, table in tables_of(connection, "old"):
            name = f'"{schema}"."{table}"'
            counts = f"select (select count(*) from old.{name}), (select count(*) from new.{name})"
            there, copied = only_row(connection, counts)
            if there != copied:
                raise EraseError(f"{warehouse} was not written anew: {schema}.{table} lost rows in the copy.")
    writing.chmod(0o600)
    os.replace(writing, warehouse)
    Path(f"{warehouse}.wal").unlink(missing_ok=True)
    return before, warehouse.stat().st_size


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """Schema and name of each table."""
    tables = "select schema_name, table_name from duckdb_tables() where database_name = ? order by all"
    return connection.execute(tables, [database]).fetchall()


def renew_releases(warehouse: Path) -> str:
    """Publish anew and remove every release of before, as any may hold the person; '' where none was published."""
    releases = warehouse.parent / "releases"
    if not releases.exists():
        return ""
    try:
        # Without waiting for tests, as the run before it did; none may have failed.
        release = publish.publish(warehouse, tested=False)
    except publish.PublishError as error:
        raise EraseError(f"The releases of before are still there, because a new one failed: {error}") from error
    old = [path for path in releases.iterdir() if path.is_dir() and not path.is_symlink() and path.name != release.name]
    for path in old:
        shutil.rmtree(path)
    return f"released anew: {release}; {len(old)} releases of before removed"


def main(arguments: list[str] | None = None) -> int:
    """Erase persons from the warehouse of TECHCO_WAREHOUSE, its file and releases; returns 1 where a step fails."""
    parser = argparse.ArgumentParser(prog="python -m techco.operations.erase", description=main.__doc__)
    parser.add_argument("persons", nargs="*", metavar="PERSON", help="customer ids (default: the one in PERSON)")
    parser.add_argument("--requested", action="store_true", help="everybody who asks for it in the CRM")
    parser.add_argument("--landing", action="store_true", help="also rewrite landed files that hold them")
    parser.add_argument("--dry-run", action="store_true", help="change nothing, and say what would be done")
    chosen = parser.parse_args(arguments)
    persons = chosen.persons or [named for named in [person()] if named]
    if bool(persons) == chosen.requested:
        print(
            "Name persons or everybody who asks, one of both: make erase PERSON=C-1, make erase REQUESTED=yes, or "
            "python -m techco.operations.erase C-1 C-2",
            file=sys.stderr,
        )
        return 1
    warehouse = warehouse_file()
    landing = landing_folder()
    try:
        persons = persons or requested(warehouse)
        if not persons and not read_unfinished(warehouse).keys:
            print("No request for erasure is open.")
            return 0
        for line in erase(list(dict.fromkeys(persons)), warehouse, landing, chosen.landing, chosen.dry_run):
            print(line, flush=True)
    except EraseError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, duckdb.Error) as error:
        print(
            f"{type(error).__name__}: {error}\nMend that and run the same again: it goes on from there.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    run(main, "The person may still stand in what was not reached; run it again to finish.")
