"""Keep what no landing zone can give back: `python -m techco.operations.backup save` and `restore`.

`dbt_project.yml` names it once, in `vars: kept`. A backup is a folder of Parquet files with a manifest, written under a
hidden name and renamed when it is whole; everything else in a warehouse is built again from the landing zone.
"""

import argparse
import hashlib
import json
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from techco import owner_only
from techco.command import run
from techco.contract.landing_zone import LandingZoneError, list_files, read_zone
from techco.privacy import vault
from techco.settings import backup_folder, landing_folder, warehouse_file
from techco.sql import literal, only_row

MANIFEST = "manifest.json"
# Grows when an older `restore` could not read the folder any more.
FORMAT = 1
IDENTITY = ("landing_zone_id", "pepper_fingerprint")


class BackupError(Exception):
    """Nothing was saved or restored; the message says why, and what to do."""


def save(warehouse: Path, folder: Path, project: Path) -> dict[str, Any]:
    """Back `warehouse` up into the new `folder`, as the dbt project in `project` declares; return the manifest.

    Raises BackupError where the warehouse is missing, busy or not built, and where `folder` is there already.
    """
    if not warehouse.exists():
        raise BackupError(f"There is no warehouse at {warehouse}. Set TECHCO_WAREHOUSE to the one to back up.")
    if folder.exists():
        raise BackupError(f"{folder} is there already, and no backup is written over. Set BACKUP to a new folder.")
    writing = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(writing, ignore_errors=True)
    writing.mkdir(parents=True, mode=0o700)
    try:
        with duckdb.connect() as connection:
            attach(connection, warehouse, "(read_only)")
            manifest = {"format": FORMAT, "created_at": datetime.now(UTC).isoformat(timespec="seconds")}
            manifest |= dict(zip(IDENTITY, identity(connection, warehouse), strict=True))
            manifest["tables"] = [
                {"table": table, "kind": kind, **save_table(connection, table, writing)}
                for table, kind in kept_tables(connection, project).items()
            ]
        write_private(writing / MANIFEST, json.dumps(manifest, indent=2) + "\n")
        writing.rename(folder)
    except BaseException:
        shutil.rmtree(writing, ignore_errors=True)
        raise
    return manifest


def attach(connection: duckdb.DuckDBPyConnection, warehouse: Path, options: str = "") -> None:
    """Attach a warehouse as `warehouse`; raise BackupError where that cannot be done now."""
    try:
        connection.execute(f"attach {literal(warehouse)} as warehouse {options}")
    except duckdb.Error as error:
        raise BackupError(f"The warehouse {warehouse} cannot be opened now: {error}") from error


def identity(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> tuple[str, str]:
    """Which landing zone and pepper the attached warehouse belongs to."""
    known = (
        "base.identity" in tables_of(connection)
        and connection.execute(f"select {', '.join(IDENTITY)} from warehouse.base.identity").fetchone()
    )
    if not known:
        raise BackupError(f"The warehouse {warehouse} was never built, so there is nothing to keep. Run `make build`.")
    return known


def tables_of(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables of the attached warehouse, as schema.table."""
    tables = "select schema_name || '.' || table_name from duckdb_tables() where database_name = 'warehouse' order by 1"
    return [row[0] for row in connection.execute(tables).fetchall()]


def kept_tables(connection: duckdb.DuckDBPyConnection, project: Path) -> dict[str, str]:
    """The tables to keep, with what they are: `history` or `ledger`. One that is declared need not be there yet."""
    declared = yaml.safe_load((project / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["kept"]
    kept = {}
    for table in tables_of(connection):
        if table.split(".")[0] in declared["histories"]:
            kept[table] = "history"
        elif table in declared["ledgers"]:
            kept[table] = "ledger"
    return kept


def save_table(connection: duckdb.DuckDBPyConnection, table: str, folder: Path) -> dict[str, Any]:
    """Write a table as Parquet; return its file, rows and checksum.

    Raises BackupError for a column of a type that Parquet does not keep.
    """
    file = folder / f"{table}.parquet"
    connection.execute(f"copy (from {quoted(table)}) to {literal(file)} (format parquet, compression zstd)")
    file.chmod(0o600)
    columns = "select column_name, column_type from (describe from {})"
    there = connection.execute(columns.format(quoted(table))).fetchall()
    written = connection.execute(columns.format(f"read_parquet({literal(file)})")).fetchall()
    if changed := [f"{name} ({type_})" for (name, type_), copy in zip(there, written, strict=True) if copy[1] != type_]:
        raise BackupError(f"{table}: Parquet keeps no {', '.join(changed)}. Cast the columns in the model.")
    (rows,) = only_row(connection, f"select count(*) from read_parquet({literal(file)})")
    return {"file": file.name, "rows": rows, "sha256": checksum(file)}


def restore(warehouse: Path, folder: Path, landing: Path, overwrite: bool = False) -> dict[str, Any]:
    """Put the tables of a backup into `warehouse`, which may be a new file, in one transaction; return the manifest.

    Ledgers get the rows that they lack; histories replace those of the warehouse where `overwrite` says so.
    Raises BackupError for a backup that is broken or of another landing zone or pepper than this one, for histories
    that would be overwritten, and for a warehouse that is busy or another zone's.
    """
    manifest = read_manifest(folder)
    require_identity(manifest, folder, landing)
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        attach(connection, warehouse)
        owner_only.close_warehouse(warehouse)
        there = tables_of(connection)
        if "base.identity" in there and list(identity(connection, warehouse)) != [manifest[name] for name in IDENTITY]:
            raise BackupError(
                f"The warehouse {warehouse} belongs to another landing zone or pepper than {folder}. "
                "Set TECHCO_WAREHOUSE to another file."
            )
        histories = [entry["table"] for entry in manifest["tables"] if entry["kind"] == "history"]
        if (lost := [table for table in histories if table in there]) and not overwrite:
            raise BackupError(
                f"The warehouse {warehouse} holds {', '.join(lost)} already; nothing was changed. To replace them "
                "with the backup's: make restore OVERWRITE=yes."
            )
        connection.begin()
        for entry in manifest["tables"]:
            try:
                restore_table(connection, entry, folder)
            except duckdb.Error as error:
                raise BackupError(f"{folder / entry['file']} does not fit {warehouse}: {error}") from error
        connection.commit()
    return manifest


def read_manifest(folder: Path) -> dict[str, Any]:
    """What a backup holds; raises BackupError where any of it is missing or not as it was written."""
    path = folder / MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        known, files = manifest["format"], {folder / entry["file"]: entry["sha256"] for entry in manifest["tables"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} cannot be read ({error}), so {folder} is no backup. Set BACKUP to one.") from error
    if known != FORMAT:
        raise BackupError(f"{path} is of format {known}, and {FORMAT} is expected. Restore it with the code it is of.")
    for file, written in files.items():
        if not file.is_file():
            raise BackupError(f"{file} is missing, so the backup is not whole. Set BACKUP to another one.")
        if checksum(file) != written:
            raise BackupError(f"{file} is not as it was written: its checksum differs. Set BACKUP to another one.")
    return manifest


def require_identity(manifest: dict[str, Any], folder: Path, landing: Path) -> None:
    """Raise BackupError unless the backup is of the landing zone and the pepper that the next build will use."""
    try:
        zone = read_zone(landing)
        pepper = vault.pepper(holds_persons=bool(list_files(landing)) and not zone.simulated)
    except (LandingZoneError, vault.VaultError) as error:
        raise BackupError(str(error)) from error
    if manifest["landing_zone_id"] != zone.landing_zone_id:
        raise BackupError(
            f"{folder} is of landing zone {manifest['landing_zone_id']}, but {landing} is {zone.landing_zone_id}. "
            "Set TECHCO_LANDING to the zone it is of."
        )
    if manifest["pepper_fingerprint"] != vault.fingerprint(pepper):
        raise BackupError(f"TECHCO_PEPPER is not the pepper that {folder} was made with. Set the old one.")


def restore_table(connection: duckdb.DuckDBPyConnection, entry: dict[str, Any], folder: Path) -> None:
    """Put one table of a backup into the attached warehouse."""
    name, saved = quoted(entry["table"]), f"read_parquet({literal(folder / entry['file'])})"
    connection.execute(f"create schema if not exists {name.rsplit('.', 1)[0]}")
    if entry["kind"] == "history":
        connection.execute(f"create or replace table {name} as from {saved}")
    else:
        connection.execute(f"create table if not exists {name} as from {saved} limit 0")
        connection.execute(f"insert into {name} (from {saved} except from {name})")


def checksum(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_private(file: Path, text: str) -> None:
    """Write a text that only the owner reads."""
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


def quoted(table: str) -> str:
    """A table of the attached warehouse, as SQL names it."""
    return "warehouse." + ".".join(f'"{part}"' for part in table.split("."))


def newest(backups: Path) -> Path:
    """The latest backup in a folder of backups named for their time; raises BackupError where there is none."""
    found = sorted(path.parent for path in backups.glob(f"[!.]*/{MANIFEST}"))
    if not found:
        raise BackupError(f"There is no backup in {backups}. Set BACKUP to the folder of one.")
    return found[-1]


def main(arguments: list[str] | None = None) -> int:
    """Save or restore the warehouse of TECHCO_WAREHOUSE; returns 1 where that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m techco.operations.backup", description=main.__doc__)
    parser.add_argument("action", choices=("save", "restore"))
    parser.add_argument("--overwrite", action="store_true", help="restore: replace histories that are there")
    chosen = parser.parse_args(arguments)
    warehouse = warehouse_file()
    backups, given = warehouse.parent / "backups", backup_folder()
    try:
        if chosen.action == "save":
            folder = given or backups / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
            done = save(warehouse, folder, Path())
        else:
            folder = given or newest(backups)
            done = restore(warehouse, folder, landing_folder(), chosen.overwrite)
    except BackupError as error:
        print(error, file=sys.stderr)
        return 1
    for entry in done["tables"]:
        print(f"{entry['table']}: {entry['rows']} rows")
    print(f"{chosen.action}d: {folder}")
    return 0


if __name__ == "__main__":
    run(main, "A backup or a restore that was not finished does not count; run it again.")
