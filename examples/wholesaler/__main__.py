"""`python -m examples.wholesaler`: map a ledger's daily files to the raw contract and build a warehouse from them.

The mapping is in `mapping/` and `vars.yml`; this program only reads, types, writes and starts dbt. Run it again when
more files have come: each file is mapped once, to the landing day that its name says.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
from techco.contract.landing_zone import MARKER, LandingZoneError, read_marker
from techco.contract.raw_contract import Contract, Table, load_contract

from examples.wholesaler.ledger import write_ledger

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
MAPPING = HERE / "mapping"
# Public on purpose: nobody in an invented ledger has to be protected. For any real one TECHCO_PEPPER.
EXAMPLE_PEPPER = "wholesaler-example-pepper-that-protects-nobody"
# The ledger's columns and their types; an empty field is null.
COLUMNS = {
    "document": "varchar",
    "item": "varchar",
    "description": "varchar",
    "quantity": "bigint",
    "booked_at": "timestamp",
    "unit_price": "decimal(18,6)",
    "customer": "varchar",
    "country": "varchar",
}
REQUIRED = ("document", "item", "quantity", "booked_at", "unit_price")


class InputError(Exception):
    """The files or folders given cannot be used; the message is one line that says which and what was expected."""


def main(arguments: list[str] | None = None) -> int:
    """Map the files that are not mapped yet, then build; returns 2 for unusable input, else what dbt returns."""
    options = parse(arguments)
    try:
        if options.data is None:
            options.data = Path("ledger.wholesaler")
            write_ledger(options.data)
        write_landing_zone(options.data, options.landing)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0 if options.no_build else build(options.landing, options.warehouse)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m examples.wholesaler", description=main.__doc__)
    parser.add_argument("--data", type=Path, help="folder of ledger_YYYY-MM-DD.csv (default: an invented ledger)")
    landing = Path("landing.wholesaler")
    parser.add_argument("--landing", type=Path, default=landing, help="written (default: %(default)s)")
    warehouse = Path("warehouse/wholesaler.duckdb")
    parser.add_argument("--warehouse", type=Path, default=warehouse, help="built (default: %(default)s)")
    parser.add_argument("--no-build", action="store_true", help="write the landing zone only")
    return parser.parse_args(arguments)


# ---------- the landing zone


def write_landing_zone(data: Path, landing: Path) -> None:
    """Map each file in `data` to one delivery of its day in `landing`; what lies there already stays as it is."""
    files = {day_of(file): file for file in sorted(data.glob("ledger_*.csv"))}
    if not files:
        raise InputError(f"{data} has no ledger_YYYY-MM-DD.csv; expected one file for each day (--data).")
    require_own_zone(landing)
    contract = load_contract(PROJECT)
    with duckdb.connect() as connection:
        typed = ", ".join(f"{name} {data_type}" for name, data_type in COLUMNS.items())
        connection.execute(f"create table read_lines ({typed}, day date, place bigint)")
        for day, file in sorted(files.items()):
            read_file(connection, day, file)
            if is_mapped(landing, day, file):
                continue
            write_marker(landing)
            connection.execute((MAPPING / "_shared.sql").read_text(encoding="utf-8"))
            refuse_split_documents(connection, file)
            rows = sum(write_delivery(connection, mapping, contract, landing, day, file) for mapping in mappings())
            print(f"landed {rows:>5,} rows of {file.name}")


def mappings() -> list[Path]:
    """The files of mapping/ that make a table; the invoices last, so that a day which has them is whole."""
    return sorted(MAPPING.glob("[!_]*.sql"), key=lambda file: (file.stem == "shop.orders", file.stem))


def day_of(file: Path) -> date:
    """The day in a file's name."""
    try:
        return date.fromisoformat(file.stem.removeprefix("ledger_"))
    except ValueError as error:
        raise InputError(f"{file} has no day in its name; expected ledger_YYYY-MM-DD.csv.") from error


def read_file(connection: duckdb.DuckDBPyConnection, day: date, file: Path) -> None:
    """Add the lines of a file to `read_lines`; raises InputError where one cannot be read."""
    fields = ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
    source = (
        f"read_csv({literal(file)}, columns = {{{fields}}}, delim = ',', quote = '\"', header = true, "
        "auto_detect = false, parallel = false)"
    )
    try:
        header = file.read_text(encoding="utf-8").partition("\n")[0].strip().split(",")
        if header != list(COLUMNS):
            raise InputError(f"{file} begins with {','.join(header)}; expected {','.join(COLUMNS)}.")
        connection.execute(
            f"create or replace temp table fields as select *, row_number() over () as place from {source}"
        )
    except (duckdb.Error, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read as CSV: {' '.join(str(error).split())[:300]}") from error
    for column, data_type in COLUMNS.items():
        is_wrong = f"{column} is not null and try_cast({column} as {data_type}) is null"
        if column in REQUIRED:
            is_wrong += f" or {column} is null"
        found = connection.execute(f"select place, {column} from fields where {is_wrong} order by place").fetchone()
        if found:
            place, value = found
            raise InputError(f"{file}, line {place + 1}, column {column}: expected {data_type}, found {value!r}.")
    typed = ", ".join(f"cast({column} as {data_type})" for column, data_type in COLUMNS.items())
    connection.execute(f"insert into read_lines select {typed}, ?, place from fields", [day])


def is_mapped(landing: Path, day: date, file: Path) -> bool:
    """Whether a file has landed whole; raises InputError where another one of its day has."""
    landed = list(landing.glob(f"*/*/ingested_on={day}/ledger-*"))
    if others := [path for path in landed if path.stem != name_of(file)]:
        raise InputError(
            f"{file} was changed after it had landed as {others[0]}: land corrections as lines of a later day, or "
            "remove the landing zone and the warehouse and map all files again."
        )
    return any(path.parts[-3] == "orders" for path in landed)


def name_of(file: Path) -> str:
    """The name, without its ending, that a ledger file's rows land under: it says which bytes they were made of."""
    return f"ledger-{hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def refuse_split_documents(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Raise InputError where a document has lines in two files: an order would be made of those of one."""
    split = "select document from lines group by document having count(distinct day) > 1 order by document"
    if found := connection.execute(split).fetchone():
        raise InputError(f"{file}: document {found[0]} has lines in a file of another day; expected each in one file.")


def write_delivery(
    connection: duckdb.DuckDBPyConnection, mapping: Path, contract: Contract, landing: Path, day: date, file: Path
) -> int:
    """Write one table as the contract wants it: its columns with its types, null where the mapping has none.

    A day on which a table has no rows lands an empty file: that nothing happened is a delivery too. Returns the rows.
    """
    source, name = mapping.stem.split(".")
    table: Table = contract.tables[source, name]
    connection.execute(f"create or replace temp table mapped as {mapping.read_text(encoding='utf-8')}")
    mapped = {column for column, *_ in connection.execute("describe mapped").fetchall()}
    unknown = mapped - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"{mapping} has columns the contract does not know: {unknown}")
    # The position in the change log is the moment of the change; a file is ingested at the end of its day.
    values = {"_lsn": "epoch_us(_committed_at)", "_ingested_at": f"timestamp '{day} 23:59:59'"}
    columns = ", ".join(
        f"cast({values.get(column.name, column.name if column.name in mapped else 'null')} as {column.data_type}) "
        f"as {column.name}"
        for column in table.columns
    )
    landed = landing / source / name / f"ingested_on={day}" / f"{name_of(file)}.{table.format}"
    if not landed.exists():
        landed.parent.mkdir(parents=True, exist_ok=True)
        unfinished = landed.with_name(f".{landed.name}")
        order = ", ".join(table.key)
        connection.execute(
            f"copy (select {columns} from mapped order by {order}) to {literal(unfinished)} (format {table.format})"
        )
        os.replace(unfinished, landed)
    return connection.execute("select count(*) from mapped").fetchone()[0]


def require_own_zone(landing: Path) -> None:
    """Raise InputError where `landing` holds anything but a zone that this mapping has written."""
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
    if found != zone_id():
        raise InputError(
            f"{landing} is landing zone {found}, and this mapping makes {zone_id()}: a warehouse would mix both. Name "
            "another --landing and --warehouse, or remove both."
        )


def zone_id() -> str:
    """The id of the landing zone that this mapping makes; another mapping makes another zone."""
    digest = hashlib.sha256()
    for file in sorted(MAPPING.glob("*.sql")):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"wholesaler-{digest.hexdigest()[:12]}"


def write_marker(landing: Path) -> None:
    """Say which landing zone this is. Written first: what a crash leaves is ours."""
    landing.mkdir(parents=True, exist_ok=True)
    unfinished = landing / f".{MARKER}"
    unfinished.write_text(json.dumps({"landing_zone_id": zone_id(), "simulated": False}) + "\n", encoding="utf-8")
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
        print("TECHCO_PEPPER is not set: keys of persons use the example's public pepper, as this ledger is invented.")
    # A target folder of its own: with other vars dbt would parse the project anew each time two builds take turns.
    target = ["--target-path", "target/wholesaler", "--log-path", "logs/wholesaler"]
    variables = (HERE / "vars.yml").read_text(encoding="utf-8")
    command = [Path(sys.executable).with_name("dbt"), "build", "--vars", variables, *target]
    return subprocess.run(command, cwd=PROJECT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
