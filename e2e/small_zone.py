"""Landing zones of a few rows that a test writes by hand."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import ROOT
from techco.contract.raw_contract import Table, load_contract

PLAIN = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
TABLES = load_contract(ROOT).tables


def land(landing: Path, table: str, day: str, rows: Iterable[dict], name: str = "rows") -> Path:
    """Write rows of `<source>.<table>` as a file of a day, in the format of the contract; what a row lacks is null.

    Change log rows are creations, in the order given, at noon of the day.
    """
    declared = TABLES[tuple(table.split("."))]
    folder = landing / declared.source / declared.name / f"ingested_on={day}"
    folder.mkdir(parents=True, exist_ok=True)
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    technical = {"_ingested_at": noon, "_committed_at": noon, "_written_at": noon, "_op": "c", "_revision": 1}
    known = {column.name for column in declared.columns}
    whole = [
        {key: value for key, value in technical.items() if key in known}
        | ({"_lsn": int(noon.replace(tzinfo=UTC).timestamp()) * 1000 + i} if "_lsn" in known else {})
        | row
        for i, row in enumerate(rows)
    ]
    unknown = {key for row in whole for key in row} - known
    assert not unknown, f"{table} has no column {unknown}"
    file = folder / f"{name}.{declared.format}"
    if declared.format == "parquet":
        pq.write_table(as_table(declared, whole), file)
    else:
        file.write_text("".join(json.dumps(row, default=as_text) + "\n" for row in whole))
    return file


def land_nothing(landing: Path, day: str) -> None:
    """An empty file of a day for each table that lands nothing else on it: that nothing happened is a delivery."""
    for table in landing.glob("*/*/"):
        folder = table / f"ingested_on={day}"
        if not folder.exists():
            folder.mkdir()
            folder.joinpath("nothing.jsonl").touch()


def as_table(declared: Table, rows: list[dict]) -> pa.Table:
    """Rows as an Arrow table with the contract's columns and types."""
    columns = {}
    for column in declared.columns:
        values = [row.get(column.name) for row in rows]
        columns[column.name] = pa.array([typed(value, column.data_type) for value in values], arrow(column.data_type))
    return pa.table(columns)


def arrow(data_type: str) -> pa.DataType:
    """The Arrow type of a contract type."""
    if data_type.startswith("decimal"):
        return pa.decimal128(*map(int, data_type[8:-1].split(",")))
    return PLAIN[data_type]


def typed(value: object, data_type: str) -> object:
    """A value of a test as Arrow takes it: decimals and instants may be written as text."""
    if value is None or not isinstance(value, str):
        return value
    if data_type.startswith("decimal"):
        return Decimal(value)
    if data_type == "timestamp":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if data_type == "date" else value


def as_text(value: object) -> str:
    """Days and instants in JSON."""
    return value.isoformat() if isinstance(value, date) else str(value)
