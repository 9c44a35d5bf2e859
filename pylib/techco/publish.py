"""Publish a release: the marts of one role in a DuckDB file of their own, so that no reader ever blocks a build.

`warehouse/releases/<id>/<role>/serving.duckdb` is written whole, then the link `warehouse/releases/current` is replaced
in one step. A reader keeps the release that it opened; the next connection sees the new one.
"""

import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb

# What each role may read. The schemas for analysts hold no clear value of a person.
ROLES = {"analyst": ("core", "kpi", "customers", "inventory", "marketing", "service", "governance")}
# DuckDB 1.4 and newer read it; the default of 2.0 is read by nothing older (BI tools ship older engines).
STORAGE_VERSION = "v1.4.0"
KEEP_RELEASES = 3
# Columns that begin with an underscore are bookkeeping of the builds.
FOR_READERS = "^[^_]"


class PublishError(Exception):
    """Nothing was published; the message says why."""


def publish(warehouse: Path) -> Path:
    """Write a release of `warehouse` for every role and make it current; return its folder.

    Raises PublishError where the warehouse is missing, busy or not built. A release that fails half way is removed.
    """
    if not warehouse.exists():
        raise PublishError(f"There is no warehouse at {warehouse}; run `make build` first, or set TECHCO_WAREHOUSE.")
    releases = warehouse.parent / "releases"
    release = releases / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    try:
        for role, schemas in ROLES.items():
            write_serving_file(warehouse, release / role, schemas)
    except BaseException:
        shutil.rmtree(release, ignore_errors=True)
        raise
    point_current_to(releases, release)
    prune(releases)
    return release


def write_serving_file(warehouse: Path, folder: Path, schemas: tuple[str, ...]) -> None:
    """Copy the tables of `schemas` into `folder`/serving.duckdb, readable by its owner only."""
    folder.mkdir(parents=True, mode=0o700)
    with duckdb.connect() as connection:
        try:
            connection.execute(f"attach {literal(str(warehouse))} as warehouse (read_only)")
        except duckdb.IOException as error:
            raise PublishError(f"The warehouse {warehouse} cannot be opened now: {error}") from error
        serving = folder / "serving.duckdb"
        connection.execute(f"attach {literal(str(serving))} as serving (storage_version {literal(STORAGE_VERSION)})")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'warehouse' and list_contains(?, schema_name) order by all",
            [list(schemas)],
        ).fetchall()
        if not tables:
            raise PublishError(f"The warehouse {warehouse} holds no marts yet; run `make build` first.")
        for schema, table in tables:
            connection.execute(f'create schema if not exists serving."{schema}"')
            connection.execute(
                f'create table serving."{schema}"."{table}" as '
                f'select columns({literal(FOR_READERS)}) from warehouse."{schema}"."{table}"'
            )
        copy_descriptions(connection)
    serving.chmod(0o600)


def copy_descriptions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the published tables and columns the descriptions that the warehouse holds."""
    described = connection.execute(
        """
        select 'table', served.schema_name, served.table_name, null, built.comment
        from duckdb_tables() as served
        inner join duckdb_tables() as built using (schema_name, table_name)
        where served.database_name = 'serving' and built.database_name = 'warehouse' and built.comment is not null
        union all
        select 'column', served.schema_name, served.table_name, served.column_name, built.comment
        from duckdb_columns() as served
        inner join duckdb_columns() as built using (schema_name, table_name, column_name)
        where served.database_name = 'serving' and built.database_name = 'warehouse' and built.comment is not null
        """
    ).fetchall()
    for kind, schema, table, column, description in described:
        name = ".".join(f'"{part}"' for part in ("serving", schema, table, column) if part is not None)
        connection.execute(f"comment on {kind} {name} is {literal(description)}")


def point_current_to(releases: Path, release: Path) -> None:
    """Replace the link `current` in one step."""
    link = releases / f".current-{release.name}"
    link.symlink_to(release.name, target_is_directory=True)
    os.replace(link, releases / "current")


def prune(releases: Path) -> None:
    """Remove all but the newest releases."""
    kept = sorted(path for path in releases.iterdir() if path.is_dir() and not path.is_symlink())[-KEEP_RELEASES:]
    for path in releases.iterdir():
        if path.is_dir() and not path.is_symlink() and path not in kept:
            shutil.rmtree(path)


def literal(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def main() -> int:
    """Publish the warehouse of TECHCO_WAREHOUSE."""
    warehouse = Path(os.environ.get("TECHCO_WAREHOUSE", "warehouse/techco.duckdb"))
    try:
        release = publish(warehouse)
    except PublishError as error:
        print(error, file=sys.stderr)
        return 1
    for role in ROLES:
        print(f"{role}: {release / role / 'serving.duckdb'}")
    print(f"current: {release.parent / 'current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
