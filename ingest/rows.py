"""Rows of text become files: Parquet with the types of the contract, JSON lines for rows that do not fit them.

A row that has a value of another type than the contract says is no reason to stop, and is not dropped: as JSON it
can land as it came, and the build puts it into the quarantine with its reason.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from techco.contract.raw_contract import DECIMAL

from ingest.files import Content

# Values as a database writes them; None for null.
Values = tuple[str | None, ...]

PLAIN: dict[str, pa.DataType] = {
    "bigint": pa.int64(),
    "double": pa.float64(),
    "varchar": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
BOOLEANS = {"t": True, "true": True, "f": False, "false": False}
# What a server whose time zone is UTC writes behind an instant that has a zone.
UTC_OFFSET = "+00"


@dataclass
class Rows:
    """Rows of one table with the same columns, in the order in which they came.

    `values` are those of `columns`; the lists beside them hold what the feed of a change log adds.
    """

    table: str
    columns: tuple[str, ...]
    values: list[Values] = field(default_factory=list)
    operations: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    committed_at: list[datetime] = field(default_factory=list)

    def add(self, values: Values, operation: str, position: int, committed_at: datetime) -> None:
        """Add a row at the end."""
        self.values.append(values)
        self.operations.append(operation)
        self.positions.append(position)
        self.committed_at.append(committed_at)

    def __len__(self) -> int:
        return len(self.values)

    def contents(self, types: Mapping[str, str], ingested_at: datetime) -> Iterator[tuple[str, Content]]:
        """What to land of them, as (format, content): rows that fit the types, then those that do not."""
        columns, misfits = {}, set()
        by_column = list(zip(*self.values, strict=True)) or [()] * len(self.columns)
        for name, values in zip(self.columns, by_column, strict=True):
            columns[name], misfits_of_column = typed(values, types[name])
            misfits |= misfits_of_column
        feed = {
            "_op": pa.array(self.operations, pa.string()),
            "_lsn": pa.array(self.positions, pa.int64()),
            "_committed_at": pa.array(self.committed_at, pa.timestamp("us")),
            "_ingested_at": pa.array([ingested_at] * len(self), pa.timestamp("us")),
        }
        table = pa.table(columns | feed)
        if misfits:
            table = table.filter(pa.array(row not in misfits for row in range(len(self))))
        if len(table) or not misfits:
            yield "parquet", ParquetTable(table)
        if misfits:
            yield "jsonl", JsonLines([self.document(row, ingested_at) for row in sorted(misfits)])

    def document(self, row: int, ingested_at: datetime) -> dict[str, object]:
        """A row as a JSON object, its values as text; nulls are left out."""
        filled = {name: value for name, value in zip(self.columns, self.values[row], strict=True) if value is not None}
        return filled | {
            "_op": self.operations[row],
            "_lsn": self.positions[row],
            "_committed_at": self.committed_at[row].isoformat(),
            "_ingested_at": ingested_at.isoformat(),
        }


@dataclass(frozen=True)
class ParquetTable:
    """A table as Parquet."""

    table: pa.Table

    def write(self, path: Path) -> None:
        """Write it."""
        pq.write_table(self.table, path, compression="zstd")


@dataclass(frozen=True)
class JsonLines:
    """Objects as JSON lines."""

    documents: list[dict[str, object]]

    def write(self, path: Path) -> None:
        """Write them."""
        lines = (json.dumps(document, ensure_ascii=False) + "\n" for document in self.documents)
        path.write_text("".join(lines), encoding="utf-8")


def typed(values: Sequence[str | None], data_type: str) -> tuple[pa.Array, set[int]]:
    """Values as an array of the contract's type, and where those stand that do not fit it: there the array is null."""
    wanted = arrow_type(data_type)
    if data_type == "varchar":
        return pa.array(values, wanted), set()
    read = READERS.get(data_type, plain)
    written = [read(value) for value in values]
    try:
        return as_array(written, wanted), set()
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        misfits = {row for row, value in enumerate(written) if value is not None and not fits(value, wanted)}
        fitting = [None if row in misfits else value for row, value in enumerate(written)]
        return as_array(fitting, wanted), misfits


def as_array(values: Sequence[str | bool | None], wanted: pa.DataType) -> pa.Array:
    """Values that have been read, as an array; raises Arrow's errors where one does not fit."""
    return pa.array(values, wanted) if pa.types.is_boolean(wanted) else pa.array(values, pa.string()).cast(wanted)


def fits(value: str | bool, wanted: pa.DataType) -> bool:
    """Whether one value can be of a type."""
    try:
        as_array([value], wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return False
    return True


def arrow_type(data_type: str) -> pa.DataType:
    """The Arrow type of a contract type."""
    decimal = DECIMAL.fullmatch(data_type)
    return pa.decimal128(int(decimal[1]), int(decimal[2])) if decimal else PLAIN[data_type]


def plain(value: str | None) -> str | None:
    """Numbers are read by Arrow as they are written."""
    return value


def boolean(value: str | None) -> str | bool | None:
    """PostgreSQL's t and f; what is neither stays as it is, and does not fit."""
    return BOOLEANS.get(value, value) if value is not None else None


def instant(value: str | None) -> str | None:
    """An instant without the offset that a session in UTC writes."""
    return value.removesuffix(UTC_OFFSET) if value is not None else None


READERS: dict[str, Callable[[str | None], str | bool | None]] = {"boolean": boolean, "timestamp": instant}
