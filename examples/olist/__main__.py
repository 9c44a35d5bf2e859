"""`python -m examples.olist`: map the Olist files to the raw contract and build a warehouse from them.

The mapping is in `csv_files.yml`, `mapping/` and `vars.yml`; this program only reads, types, writes and starts dbt.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import yaml
from techco.contract.landing_zone import MARKER, LandingZoneError, read_marker
from techco.contract.raw_contract import Table, load_contract

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
MAPPING = HERE / "mapping"
# Public on purpose. The persons in this data set are pseudonyms already; for any other real data set TECHCO_PEPPER.
EXAMPLE_PEPPER = "olist-example-pepper-that-protects-nobody"


class InputError(Exception):
    """The files or folders given cannot be used; the message is one line that says which and what was expected."""


def main(arguments: list[str] | None = None) -> int:
    """Write the landing zone, then build the warehouse; returns 2 for unusable input, else what dbt returns."""
    options = parse(arguments)
    try:
        write_landing_zone(options.data, options.landing)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if options.no_build else build(options.landing, options.warehouse)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m examples.olist", description=main.__doc__)
    data = os.environ.get("OLIST_DATA")
    parser.add_argument("--data", type=folder_name, default=data, help="folder of the CSV files (default: OLIST_DATA)")
    parser.add_argument("--landing", type=Path, default=Path("landing.olist"), help="written (default: %(default)s)")
    warehouse = Path("warehouse/olist.duckdb")
    parser.add_argument("--warehouse", type=Path, default=warehouse, help="built (default: %(default)s)")
    parser.add_argument("--no-build", action="store_true", help="write the landing zone only")
    return parser.parse_args(arguments)


def folder_name(text: str) -> Path | None:
    """A path; None for the empty text, which would else be the folder we are in."""
    return Path(text) if text else None


# ---------- the landing zone


def write_landing_zone(data: Path | None, landing: Path) -> None:
    """Map the files in `data` to one delivery per table in `landing`; files that lie there already stay as they are.

    Raises InputError before anything is written.
    """
    expected = yaml.safe_load((HERE / "csv_files.yml").read_text(encoding="utf-8"))
    require_files(data, expected)
    zone_id = zone_id_of([*(data / name for name in expected), HERE / "csv_files.yml", *sorted(MAPPING.glob("*.sql"))])
    require_own_zone(landing, zone_id)
    contract = load_contract(PROJECT)
    with duckdb.connect() as connection:
        for name, columns in expected.items():
            read_csv(connection, data / name, columns)
        connection.execute((MAPPING / "_shared.sql").read_text(encoding="utf-8"))
        write_marker(landing, zone_id)
        for mapping in sorted(MAPPING.glob("[!_]*.sql")):
            source, table = mapping.stem.split(".")
            write_delivery(connection, mapping.read_text(encoding="utf-8"), contract.tables[source, table], landing)


def require_files(data: Path | None, names: list[str]) -> None:
    """Raise InputError where there is no folder, or a file is missing."""
    if data is None:
        raise InputError("Where are the Olist CSV files? Set OLIST_DATA to their folder, or use --data.")
    if not data.is_dir():
        raise InputError(f"The folder {data} does not exist; expected the Olist CSV files there (OLIST_DATA, --data).")
    missing = [name for name in names if not (data / name).is_file()]
    if missing:
        raise InputError(f"{data} has no {', no '.join(missing)}; expected: {', '.join(names)}.")


def zone_id_of(files: list[Path]) -> str:
    """The id of the landing zone that these files make: other data or another mapping is another zone."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"olist-{digest.hexdigest()[:12]}"


def require_own_zone(landing: Path, zone_id: str) -> None:
    """Raise InputError where `landing` holds anything but the zone of that id."""
    if not landing.exists() or (landing.is_dir() and not any(landing.iterdir())):
        return
    if not landing.is_dir():
        raise InputError(f"{landing} is a file; expected a folder to write the landing zone to (--landing).")
    if not (landing / MARKER).exists():
        raise InputError(f"{landing} is not empty and has no {MARKER}; name another folder with --landing.")
    try:
        found = read_marker(landing / MARKER)["landing_zone_id"]
    except LandingZoneError as error:
        raise InputError(str(error)) from error
    if found != zone_id:
        raise InputError(
            f"{landing} is landing zone {found}, and these files with this mapping make {zone_id}; "
            "name another --landing and --warehouse, or remove both."
        )


def read_csv(connection: duckdb.DuckDBPyConnection, file: Path, columns: dict[str, str]) -> None:
    """Read the named columns of a CSV file into a table of its name; raises InputError where one cannot be read."""
    source = f"read_csv({literal(file)}, delim = ',', quote = '\"', escape = '\"', header = true, all_varchar = true)"
    try:
        found = connection.execute(f"describe select * from {source}").fetchall()
        missing = [column for column in columns if column not in {name for name, *_ in found}]
        if missing:
            raise InputError(f"{file} has no column {', '.join(missing)}; expected: {', '.join(columns)}.")
        connection.execute(f"create temp table fields as select {', '.join(columns)} from {source}")
        (rows,) = connection.execute("select count(*) from fields").fetchone()
    except duckdb.Error as error:
        raise InputError(f"{file} cannot be read as CSV: {' '.join(str(error).split())[:300]}") from error
    if not rows:
        raise InputError(f"{file} has no rows; expected one per line below the header.")
    for column, data_type in columns.items():
        wrong = connection.execute(
            f"select {column} from fields where {column} is not null and try_cast({column} as {data_type}) is null"
        ).fetchone()
        if wrong:
            raise InputError(f"{file}, column {column}: expected {data_type}, found {wrong[0]!r}.")
    typed = ", ".join(f"cast({column} as {data_type}) as {column}" for column, data_type in columns.items())
    connection.execute(f"create table {file.stem} as select {typed} from fields")
    connection.execute("drop table fields")


def write_delivery(connection: duckdb.DuckDBPyConnection, mapping: str, table: Table, landing: Path) -> None:
    """Write one table as the contract wants it: its columns with its types, null where the mapping has none.

    The position in the change log is the moment of the change.
    """
    connection.execute(f"create or replace temp table mapped as {mapping}")
    mapped = {name for name, *_ in connection.execute("describe mapped").fetchall()}
    unknown = mapped - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"mapping/{table.source}.{table.name}.sql has columns the contract does not know: {unknown}")
    values = {"_lsn": "epoch_us(_committed_at)", "_ingested_at": "(select exported_at from export)"}
    columns = ", ".join(
        f"cast({values.get(column.name, column.name if column.name in mapped else 'null')} as {column.data_type}) "
        f"as {column.name}"
        for column in table.columns
    )
    (ingested_on,) = connection.execute("select ingested_on from export").fetchone()
    file = landing / table.source / table.name / f"ingested_on={ingested_on}" / f"olist.{table.format}"
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}")
    order = ", ".join(["_lsn", *table.key])
    connection.execute(
        f"copy (select {columns} from mapped order by {order}) to {literal(unfinished)} (format {table.format})"
    )
    os.replace(unfinished, file)
    (rows,) = connection.execute("select count(*) from mapped").fetchone()
    print(f"landed {rows:>7,} rows of {table.source}.{table.name}")


def write_marker(landing: Path, zone_id: str) -> None:
    """Say which landing zone this is, and that real people are in it. Written first: what a crash leaves is ours."""
    landing.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = landing / f".{MARKER}"
    marker = {"landing_zone_id": zone_id, "simulated": False}
    unfinished.write_text(json.dumps(marker) + "\n", encoding="utf-8")
    os.replace(unfinished, landing / MARKER)


def literal(path: Path) -> str:
    """A path as an SQL literal."""
    return "'" + str(path).replace("'", "''") + "'"


# ---------- the warehouse


def build(landing: Path, warehouse: Path) -> int:
    """Run `dbt build` on the landing zone; returns its exit code."""
    environment = os.environ | {"TECHCO_LANDING": str(landing.resolve()), "TECHCO_WAREHOUSE": str(warehouse.resolve())}
    if not environment.get("TECHCO_PEPPER"):
        environment["TECHCO_PEPPER"] = EXAMPLE_PEPPER
        print("TECHCO_PEPPER is not set: keys of persons use the example's public pepper, as this data is public.")
    # A target folder of its own: with other vars dbt would parse the project anew each time the two builds take turns.
    target = ["--target-path", "target/olist", "--log-path", "logs/olist"]
    variables = (HERE / "vars.yml").read_text(encoding="utf-8")
    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "build", "--vars", variables, *target]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
