"""Every table of the contract lands in every format, and in all of them by turns: the warehouse is the same."""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from comparing import differences
from conftest import ROOT
from conftest import house as empty_house
from techco.contract.raw_contract import Column, Table, load_contract

CONTRACT = load_contract(ROOT)
MODELS = ("path:models/staging", "path:models/pii", "path:models/quarantine")


def days_of(connection: duckdb.DuckDBPyConnection, table: Table) -> dict[date, list[dict]]:
    """The good rows of a table as the built warehouse read them, by landing day."""
    names = ", ".join(column.name for column in table.columns)
    rows = connection.execute(
        f"select _ingested_on, {names} from base.base_{table.source}__{table.name} "
        "where _issues is null order by _file, _row"
    ).fetchall()
    days: dict[date, list[dict]] = {}
    for day, *values in rows:
        names = [column.name for column in table.columns]
        days.setdefault(day, []).append(dict(zip(names, values, strict=True)))
    return days


def put_parquet(path: Path, table: Table, rows: list[dict]) -> None:
    """Write rows with the contract's types; arrays as JSON text."""
    columns = ", ".join(f'"{column.name}" {column.data_type}' for column in table.columns)
    with duckdb.connect() as connection:
        connection.execute(f"create table rows ({columns})")
        places = ", ".join("?" for _ in table.columns)
        connection.executemany(f"insert into rows values ({places})", [list(row.values()) for row in rows])
        connection.execute(f"copy (from rows) to '{path}' (format parquet)")


def put_jsonl(path: Path, table: Table, rows: list[dict]) -> None:
    """Write documents, each value where the contract's path leads; arrays as arrays."""
    lines = []
    for row in rows:
        document, arrays = {}, {}
        for column in table.columns:
            value = row[column.name]
            if value is not None and column.elements:
                arrays[f'"@{len(arrays)}@"'] = value
                value = f"@{len(arrays) - 1}@"
            *above, name = column.path.split(".")
            inner = document
            for part in above:
                inner = inner.setdefault(part, {})
            inner[name] = value if value is None or isinstance(value, bool | int) else as_text(value)
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        for placeholder, array in arrays.items():
            line = line.replace(placeholder, array)
        lines.append(line + "\n")
    put(path, "".join(lines).encode())


def put_csv(path: Path, table: Table, rows: list[dict]) -> None:
    """Write records as the contract's csv options say; arrays as JSON text."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=table.csv.delimiter, quotechar=table.csv.quote, lineterminator="\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerows([field(column, table, row[column.name]) for column in table.columns] for row in rows)
    put(path, written.getvalue().encode(table.csv.encoding))


def field(column: Column, table: Table, value: object) -> str:
    """A value as a field of CSV."""
    formats = {"date": table.csv.date_format, "timestamp": table.csv.timestamp_format}
    written = None if column.name.startswith("_") else formats.get(column.data_type)
    if value is None:
        return ""
    if isinstance(value, date) and written:
        return value.strftime(written)
    text = as_text(value)
    return text.replace(".", ",") if table.csv.decimal_comma and column.data_type.startswith("decimal") else text


def as_text(value: object) -> str:
    """A value as text that says all of it."""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def put(path: Path, content: bytes) -> None:
    """Write a file of text, packed where its name says so."""
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


WRITERS = {"parquet": put_parquet, "jsonl": put_jsonl, "jsonl.gz": put_jsonl, "csv": put_csv, "csv.gz": put_csv}


def write_zone(folder: Path, warehouse: Path, formats: Iterable[str]) -> None:
    """A landing zone of what a warehouse has read, with the formats by turns, from day to day."""
    folder.mkdir()
    (folder / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "formats", "simulated": True}))
    formats = list(formats)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table in CONTRACT.tables.values():
            for turn, (day, rows) in enumerate(days_of(connection, table).items()):
                inside = folder / table.source / table.name / f"ingested_on={day}"
                inside.mkdir(parents=True)
                ending = formats[turn % len(formats)]
                WRITERS[ending](inside / f"rows.{ending}", table, rows)


def without_names_of_files(warehouse: Path) -> None:
    """Forget the ends of files' names, in which alone the warehouses differ."""
    with duckdb.connect(str(warehouse)) as connection:
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() inner join duckdb_tables() "
            "using (schema_name, table_name) where column_name in ('_file', 'file_path')"
        ).fetchall()
        for schema, table, column in columns:
            connection.execute(f"update {schema}.{table} set {column} = regexp_replace({column}, '[.].*', '')")


@pytest.fixture(scope="module")
def in_parquet(built, tmp_path_factory, dbt_files):
    """The warehouse of a zone that is all Parquet."""
    made = empty_house(tmp_path_factory.mktemp("parquet"), dbt_files)
    write_zone(made.landing, built.warehouse, ["parquet"])
    made.dbt("run", "-s", *MODELS)
    without_names_of_files(made.warehouse)
    return made


def test_every_table_is_there(in_parquet):
    with duckdb.connect(str(in_parquet.warehouse), read_only=True) as connection:
        empty = [
            name
            for source, name in CONTRACT.tables
            if not connection.execute(f"select count(*) from base.base_{source}__{name}").fetchone()[0]
        ]
    # These are few in ten days.
    assert set(empty) <= {"returns", "refunds", "privacy_requests"}


FORMATS = [
    pytest.param(["csv.gz", "parquet", "jsonl.gz"], id="mixed"),
    *(pytest.param([name], id=name, marks=pytest.mark.long) for name in ("jsonl", "csv")),
]


@pytest.mark.parametrize("formats", FORMATS)
def test_the_format_makes_no_difference(in_parquet, built, tmp_path, dbt_files, formats):
    made = empty_house(tmp_path, dbt_files)
    write_zone(made.landing, built.warehouse, formats)
    if len(formats) > 1:
        # The later days of all tables come in a second run.
        aside = tmp_path / "aside"
        later = [path for path in made.landing.glob("*/*/ingested_on=*") if path.name >= "ingested_on=2025-09-08"]
        for path in later:
            (aside / path.relative_to(made.landing)).parent.mkdir(parents=True, exist_ok=True)
            path.rename(aside / path.relative_to(made.landing))
        made.dbt("run", "-s", *MODELS)
        shutil.copytree(aside, made.landing, dirs_exist_ok=True)
    made.dbt("run", "-s", *MODELS)
    without_names_of_files(made.warehouse)
    assert differences(in_parquet.warehouse, made.warehouse) == []
