"""Publish a release: for each role a DuckDB file and Parquet files of what it may see, so that no reader meets a build.

`warehouse/releases/<id>/<role>/` is written whole, then the link `warehouse/releases/current` is replaced in one step.
A reader keeps the release that it opened; the next connection sees the new one. What a role may see stands in
governance.access_matrix, which the build made of vars: privacy; nothing else is copied.
"""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from techco.command import run
from techco.contract.landing_zone import LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import ContractError, read_yaml
from techco.privacy import vault
from techco.serving import live_file, release_gate
from techco.serving.publish_lock import BusyError, publishing
from techco.settings import landing_folder, memory_limit, warehouse_file
from techco.sql import literal, only_row

# DuckDB 1.4 and newer read it; the default of 2.0 is read by nothing older (BI tools ship older engines).
STORAGE_VERSION = "v1.4.0"
# Encoded, and not compressed on top: a third larger in two thirds of the time.
PARQUET = "format parquet, compression uncompressed"
KEEP_RELEASES = 3
MATRIX = "governance.access_matrix"
UNFINISHED = ".unfinished-"
WORKERS = os.cpu_count() or 1


class PublishError(Exception):
    """Nothing was published; the message says why."""


@dataclass(frozen=True)
class Table:
    """A table as a role sees it: tables of one query hold the same."""

    schema: str
    name: str
    built_as: str
    query: str
    # All rows of columns as they are: nothing has to be worked out for it.
    is_copy: bool


def publish(warehouse: Path, keep: int = KEEP_RELEASES, tested: bool = True) -> Path:
    """Write a release of `warehouse` for every role, make it current and remove all but `keep`; return its folder.

    `tested`: whether every test has to have passed since its tables were built; else none may have failed.
    Raises PublishError where the warehouse is missing, busy, not built, or was built by other rules than those of
    dbt_project.yml here. What fails half way leaves nothing.
    """
    if not warehouse.exists():
        raise PublishError(f"There is no warehouse at {warehouse}; run `make build` first, or set TECHCO_WAREHOUSE.")
    releases = warehouse.parent / "releases"
    releases.mkdir(mode=0o700, exist_ok=True)
    name = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    unfinished = releases / (UNFINISHED + name)
    try:
        with publishing(warehouse):
            remove_unfinished(releases)
            write_roles(warehouse, unfinished, tested)
        release = unfinished.rename(releases / name)
        point_current_to(releases, release)
    except BusyError as error:
        raise PublishError(f"{error} Nothing was published; run it again when that has ended.") from error
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    prune(releases, keep)
    return release


def withdraw(warehouse: Path) -> list[Path]:
    """Remove all releases, for what no reader may find any more; return their folders."""
    releases = warehouse.parent / "releases"
    (releases / "current").unlink(missing_ok=True)
    found = list_releases(releases)
    for release in found:
        shutil.rmtree(release)
    return found


def write_roles(warehouse: Path, folder: Path, tested: bool) -> None:
    """Write all roles' files into `folder`; the files are readable by their owner only."""
    with open_warehouse(warehouse) as connection:
        refuse_unfinished_build(connection, tested)
        roles = read_matrix(connection)
        attach_vault(connection, roles)
        for role in roles:
            (folder / role).mkdir(parents=True, mode=0o700)
        jobs = [
            partial(write_live_file, warehouse, folder),
            *(partial(write_serving_files, warehouse, folder, roles, chain) for chain in chains(roles)),
            *(partial(write_parquet, connection.cursor(), *job) for job in parquet_copies(connection, folder, roles)),
        ]
        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            running = [pool.submit(job) for job in jobs]
            try:
                for job in running:
                    job.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        link_equal_parquet(folder, roles)
    folder.chmod(0o700)
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)


@contextmanager
def open_warehouse(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to an engine of its own, with the warehouse attached to be read."""
    with duckdb.connect() as connection:
        # Tables are written side by side, each by one thread: half a table's work cannot be shared.
        connection.execute("set threads = 1")
        # Of each worker's engine, and of the one that reads for all.
        limit = f"parse_formatted_bytes({literal(memory_limit())}) // {WORKERS + 1}"
        connection.execute(f"set memory_limit = ({limit} || 'B')")
        connection.execute("set preserve_insertion_order = false")
        # Compresses texts to half the size in three times the time, and keys of persons are most of them.
        connection.execute("set disabled_compression_methods = 'dict_fsst'")
        try:
            connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        except duckdb.IOException as error:
            raise PublishError(
                f"The warehouse {warehouse} cannot be opened now; nothing was published. Where a build is running, "
                f"publish when it has ended: {error}"
            ) from error
        connection.execute("use warehouse")
        yield connection


def refuse_unfinished_build(connection: duckdb.DuckDBPyConnection, tested: bool) -> None:
    """Raise PublishError unless all that a release shows, and what that is made of, was built well and tested since."""
    try:
        nodes = release_gate.read_nodes(connection)
        lineage_failed = release_gate.lineage_failed(connection)
    except duckdb.CatalogException as error:
        raise PublishError("The warehouse does not say how its builds ended; run `make build` first.") from error
    if lineage_failed:
        raise PublishError(
            "A column shows personal data, as `python -m techco.privacy.lineage` has found; nothing was published, and "
            "the release before it stays. Mend that, and run `make build` again."
        )
    try:
        published = [row[0] for row in connection.execute(f"select distinct built_as from {MATRIX}").fetchall()]
    except duckdb.CatalogException:
        # read_matrix() says what is missing, where all else is well.
        published = []
    if found := release_gate.problems(nodes, published, tested):
        raise PublishError(
            "Not all that a release shows was built well and tested since; nothing was published, and the release "
            f"before it stays:\n{release_gate.what_to_do(nodes, found)}"
        )


def read_matrix(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Table]]:
    """The tables of each role."""
    try:
        rows = connection.execute(
            "select role_name, schema_name, table_name, built_as, row_condition, column_name, expression, "
            f"classification is null, registry_fingerprint from {MATRIX} "
            "order by role_name, schema_name, table_name, column_position"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise PublishError(f"The warehouse holds no {MATRIX}; run `make build` first.") from error
    if {row[-1] for row in rows} != {registry_fingerprint()}:
        raise PublishError(
            "The roles and classes of vars: privacy in dbt_project.yml are not those that the warehouse was built "
            "with; nothing was published. Run `make build` first."
        )
    built = {
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'warehouse'"
        ).fetchall()
    }
    roles: dict[str, list[Table]] = {}
    unclassified = {(row[3], row[5]) for row in rows if row[7]}
    held_back = personal_columns(connection, {place for place in unclassified if place[0] in built})
    for (role, schema, name, built_as, condition), group in groupby(rows, key=lambda row: row[:5]):
        columns = [(row[5], held_back.get((built_as, row[5]), row[6])) for row in group]
        if built_as not in built:
            raise PublishError(
                f"{MATRIX} shows {schema}.{name} to {role}, but the warehouse has no {built_as}; nothing was "
                "published. Run `make build`, which makes all tables."
            )
        selected = ", ".join(f'{expression} as "{column}"' for column, expression in columns)
        where = f" where {condition}" if condition else ""
        query = f"select {selected} from {built_as}{where}"
        is_copy = not where and all(column == expression for column, expression in columns)
        roles.setdefault(role, []).append(Table(schema, name, built_as, query, is_copy))
    return roles


def personal_columns(
    connection: duckdb.DuckDBPyConnection, unclassified: set[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """What stands in a release for columns without a class that hold values which look personal; says which these are.

    Base holds such values back already (macros/privacy/held_back.sql); this finds what came another way. Keys that the
    build makes, and governance's own tables, tell of no person.
    """
    pattern = literal("|".join(declared_privacy()["looks_personal"]))
    texts = connection.execute(
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where database_name = 'warehouse' "
        "and data_type = 'VARCHAR' and schema_name <> 'governance' and not ends_with(column_name, '_key') order by all"
    ).fetchall()
    found = {}
    for table, group in groupby((place for place in texts if place in unclassified), key=lambda place: place[0]):
        columns = [column for _, column in group]
        looks = {
            # Ids are the most of all text; no number in them is looked at, as they are numbers.
            column: (f"(contains(\"{column}\", '@') and " if column.endswith("_id") else "(")
            + f"regexp_matches(\"{column}\", {pattern}, 'i'))"
            for column in columns
        }
        counted = ", ".join(f"count_if({looks[column]})" for column in columns)
        counts = only_row(connection, f"select {counted} from {table}")
        for column, count in zip(columns, counts, strict=True):
            if count:
                found[table, column] = f"case when {looks[column]} then '[held back]' else \"{column}\" end"
                print(
                    f"{table}, column {column}: {count} values look personal (an e-mail address, a phone, a national "
                    "id) and have no class. Every role is shown [held back] instead. Classify the column in the "
                    "contract, or have the source corrected; governance.held_back_values says what base holds back.",
                    file=sys.stderr,
                )
    return found


def declared_privacy() -> dict[str, Any]:
    """vars: privacy of the dbt_project.yml of this folder."""
    try:
        declared: dict[str, Any] = read_yaml(Path("dbt_project.yml")).get("vars", {}).get("privacy", {})
    except ContractError as error:
        raise PublishError(f"{error} Nothing was published: run it in the folder of the project.") from error
    return declared


def registry_fingerprint() -> str:
    """What the macro registry_fingerprint() makes of the dbt_project.yml of this folder."""
    declared = declared_privacy()
    known = {"roles": declared.get("roles"), "classes": declared.get("classes")}
    return hashlib.md5(json.dumps(known, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def attach_vault(connection: duckdb.DuckDBPyConnection, roles: Mapping[str, list[Table]]) -> None:
    """Attach the vault where a form needs the pepper; raise PublishError where it is not that of the warehouse."""
    if not any("vault." in table.query for tables in roles.values() for table in tables):
        return
    landing = landing_folder()
    try:
        simulated = not landing.exists() or not list_files(landing) or read_zone(landing).simulated
        vault.attach(connection, holds_persons=not simulated)
    except (LandingZoneError, vault.VaultError) as error:
        raise PublishError(f"{error} Nothing was published.") from error
    remembered = connection.execute("select pepper_fingerprint from base.identity").fetchall()
    (pepper,) = only_row(connection, "select pepper from vault.main.pepper")
    if remembered != [(vault.fingerprint(pepper),)]:
        raise PublishError(
            "TECHCO_PEPPER is not the pepper that this warehouse was built with, so hashes would be others; nothing "
            "was published. Set the old one."
        )


def chains(roles: Mapping[str, list[Table]]) -> list[list[str]]:
    """Roles in chains, the longest first: each sees all that the one before it sees, so its file begins as a copy."""
    found: list[list[str]] = []
    for role in sorted(roles, key=lambda role: len(roles[role])):
        chain = next((chain for chain in found if set(roles[chain[-1]]) <= set(roles[role])), None)
        if chain is None:
            found.append([role])
        else:
            chain.append(role)
    return sorted(found, key=lambda chain: -len(roles[chain[-1]]))


def write_serving_files(warehouse: Path, folder: Path, roles: Mapping[str, list[Table]], chain: list[str]) -> None:
    """Write the serving.duckdb of the roles of a chain, one after the other.

    Each by an engine of its own: in a common one another thread that lists all tables keeps a file open, with rows in
    its log alone, and the next role's file would begin as the copy of half a file.
    """
    there: list[Table] = []
    for place, role in enumerate(chain):
        serving = folder / role / "serving.duckdb"
        if place:
            shutil.copyfile(folder / chain[place - 1] / "serving.duckdb", serving)
        with open_warehouse(warehouse) as connection:
            attach_vault(connection, roles)
            connection.execute(
                f"attach {literal(str(serving))} as serving (storage_version {literal(STORAGE_VERSION)})"
            )
            add_tables(connection, folder, roles, role, [table for table in roles[role] if table not in there])
        there = roles[role]


def write_live_file(warehouse: Path, folder: Path) -> None:
    """Write what the live service takes from the build, by an engine of its own."""
    with open_warehouse(warehouse) as connection:
        live_file.write(connection, folder / live_file.NAME, STORAGE_VERSION)


def add_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, roles: Mapping[str, list[Table]], role: str, new: list[Table]
) -> None:
    """Write tables into the attached file of a role.

    What is limited or masked is worked out once: its Parquet file is made of the table.
    """
    first = first_seen_by(roles)
    for table in new:
        connection.execute(f'create schema if not exists serving."{table.schema}"')
        published = f'serving."{table.schema}"."{table.name}"'
        make(connection, table, f"create table {published} as {table.query}")
        if not table.is_copy and first[table] == role:
            write_parquet(connection, table, f"from {published}", parquet_path(folder, role, table))
    describe(connection, new)


def parquet_copies(
    connection: duckdb.DuckDBPyConnection, folder: Path, roles: Mapping[str, list[Table]]
) -> list[tuple[Table, str, Path]]:
    """Each table that is a copy once, its query and its file, in the folder of the first role that sees it.

    The largest come first, so that at the end no worker waits long for another.
    """
    rows = dict(
        connection.execute("select schema_name || '.' || table_name, estimated_size from duckdb_tables()").fetchall()
    )
    first = first_seen_by(roles)
    return [
        (table, table.query, parquet_path(folder, first[table], table))
        for table in sorted(first, key=lambda table: -rows.get(table.built_as, 0))
        if table.is_copy
    ]


def write_parquet(connection: duckdb.DuckDBPyConnection, table: Table, query: str, path: Path) -> None:
    """Write what a query gives as a Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    make(connection, table, f"copy ({query}) to {literal(str(path))} ({PARQUET})")


def link_equal_parquet(folder: Path, roles: Mapping[str, list[Table]]) -> None:
    """Give the other roles that see a table alike the same file."""
    first = first_seen_by(roles)
    for role, tables in roles.items():
        for table in tables:
            path = parquet_path(folder, role, table)
            if first[table] != role:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.hardlink_to(parquet_path(folder, first[table], table))


def first_seen_by(roles: Mapping[str, list[Table]]) -> dict[Table, str]:
    """Each different table with the first role that sees it so."""
    first: dict[Table, str] = {}
    for role, tables in roles.items():
        for table in tables:
            first.setdefault(table, role)
    return first


def parquet_path(folder: Path, role: str, table: Table) -> Path:
    """Where a role finds a table as Parquet."""
    return folder / role / "parquet" / table.schema / f"{table.name}.parquet"


def make(connection: duckdb.DuckDBPyConnection, table: Table, statement: str) -> None:
    """Run a statement that reads the warehouse for a table; raise PublishError that names it."""
    try:
        connection.execute("use warehouse")
        connection.execute(statement)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        raise PublishError(
            f"{table.schema}.{table.name} cannot be made of {table.built_as}: {error} Nothing was published. The "
            "columns that the YAML of a mart describes are those that are shown; correct it, and run `make build`."
        ) from error


def describe(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> None:
    """Give the published tables and columns the descriptions that the warehouse holds."""
    connection.execute("create or replace temp table published (built_as text, schema_name text, table_name text)")
    connection.executemany(
        "insert into published values (?, ?, ?)", [[table.built_as, table.schema, table.name] for table in tables]
    )
    described = connection.execute(
        """
        select 'table', published.schema_name, published.table_name, null, built.comment
        from published
        inner join (
            select database_name, schema_name, table_name, comment from duckdb_tables()
            union all
            select database_name, schema_name, view_name, comment from duckdb_views()
        ) as built on built.schema_name || '.' || built.table_name = published.built_as
        where built.database_name = 'warehouse' and built.comment is not null
        union all
        select 'column', published.schema_name, published.table_name, built.column_name, built.comment
        from published
        inner join duckdb_columns() as built on built.schema_name || '.' || built.table_name = published.built_as
        inner join duckdb_columns() as served
            on served.schema_name = published.schema_name and served.table_name = published.table_name
            and served.column_name = built.column_name
        where built.database_name = 'warehouse' and built.comment is not null and served.database_name = 'serving'
        """
    ).fetchall()
    connection.execute("begin")
    for kind, schema, table, column, description in described:
        name = ".".join(f'"{part}"' for part in ("serving", schema, table, column) if part is not None)
        connection.execute(f"comment on {kind} {name} is {literal(description)}")
    connection.execute("commit")


def point_current_to(releases: Path, release: Path) -> None:
    """Replace the link `current` in one step."""
    link = releases / f".current-{release.name}"
    link.symlink_to(release.name, target_is_directory=True)
    os.replace(link, releases / "current")


def list_releases(releases: Path) -> list[Path]:
    """The folders of whole releases, oldest first."""
    if not releases.exists():
        return []
    return sorted(
        path for path in releases.iterdir() if path.is_dir() and not path.is_symlink() and not path.name.startswith(".")
    )


def prune(releases: Path, keep: int) -> None:
    """Remove all but the newest releases."""
    for path in list_releases(releases)[:-keep]:
        shutil.rmtree(path)


def remove_unfinished(releases: Path) -> None:
    """Remove what a killed publish left; who holds the turn knows that no other is writing."""
    for path in releases.glob(f"{UNFINISHED}*"):
        shutil.rmtree(path)
    for link in releases.glob(".current-*"):
        link.unlink()


def main() -> int:
    """Publish the warehouse of TECHCO_WAREHOUSE."""
    warehouse = warehouse_file()
    try:
        release = publish(warehouse)
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    for folder in sorted(path for path in release.iterdir() if path.is_dir()):
        print(f"{folder.name}: {folder / 'serving.duckdb'}")
    print(f"current: {release.parent / 'current'}")
    return 0


if __name__ == "__main__":
    run(main, "Readers still see the release before it, or this one whole; run it again.")
