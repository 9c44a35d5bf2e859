"""Debezium's messages become rows of the contract."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from ingest.back_off import say
from ingest.debezium.kinds import Kind
from ingest.debezium.positions import Source
from ingest.preconditions import NotReady
from ingest.rows import Rows, Values
from ingest.tables import Followed

EPOCH = datetime(1970, 1, 1)
# What changes a row, and what empties a table.
ROW_OPERATIONS, TRUNCATE = frozenset("crud"), "t"
# How booleans come from databases that have none: tinyint(1), number(1).
NUMBERS_AS_BOOLEANS = {"0": "false", "1": "true"}

# A row as Debezium writes it; numbers are text.
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """A row is created, updated, deleted or read by a snapshot, or a table is emptied."""

    operation: str
    before: Row | None
    after: Row | None
    source: Source

    @property
    def committed_at(self) -> datetime:
        """When the database committed it, or read it for a snapshot."""
        microseconds = self.source.get("ts_us")
        if microseconds is None:
            microseconds = f"{self.source['ts_ms']}000"
        return EPOCH + timedelta(microseconds=int(microseconds))


def read(message: str | None) -> Event | None:
    """The event of a message; None for those that tell of no row, as heartbeats do."""
    if message is None:
        return None
    # Numbers stay as they are written, with all digits.
    said = json.loads(message, parse_int=str, parse_float=str)
    operation = said.get("op") if isinstance(said, dict) else None
    if operation not in ROW_OPERATIONS and operation != TRUNCATE:
        return None
    return Event(operation, said.get("before"), said.get("after"), said["source"])


def as_text(value: Any, data_type: str) -> str | None:
    """A value as the files want it: instants and days in UTC without a sign of it, booleans by their names."""
    if isinstance(value, str):
        if data_type in ("timestamp", "date"):
            return value.removesuffix("Z")
        return NUMBERS_AS_BOOLEANS.get(value, value) if data_type == "boolean" else value
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Layout:
    """How a table's rows are written from here on: which field of a message is which column."""

    table: Followed
    fields: frozenset[str]
    columns: tuple[str, ...]
    # Field and type of each column that is no constant.
    picks: tuple[tuple[str, str], ...]
    constants: Values

    @classmethod
    def of(cls, table: Followed, row: Row) -> Self:
        """Names of columns are alike in whatever case, as they are in these databases.

        Raises NotReady where the key is not there.
        """
        fields = {name.lower(): name for name in row}
        picked = picked_columns(table, fields)
        for column in table.declared.key:
            if column not in picked:
                raise NotReady(
                    f"{table.source.table} has no column {table.name_in_database(column)} any more, which the "
                    "contract's key needs. Say in the configuration what it is called now, and start with --snapshot"
                )
        return cls(
            table,
            frozenset(row),
            (*picked, *table.source.constants),
            tuple((fields[table.name_in_database(column).lower()], table.own_columns[column]) for column in picked),
            tuple(table.source.constants.values()),
        )

    def row(self, row: Row) -> Values:
        """The row of a message."""
        return (*(as_text(row[name], data_type) for name, data_type in self.picks), *self.constants)

    def key(self, row: Values) -> tuple[str | None, ...]:
        """The key of a row."""
        return tuple(row[self.columns.index(column)] for column in self.table.declared.key)

    def key_row(self, key: Iterable[str | None]) -> Values:
        """A row that says its key only, as deletes need no more."""
        values = dict(zip(self.table.declared.key, key, strict=True))
        return tuple(values.get(column) for column in self.columns)


def picked_columns(table: Followed, there: Iterable[str]) -> list[str]:
    """The columns of the contract that a table has, whose names are given in lower case."""
    constants, names = table.source.constants, frozenset(there)
    return [
        column
        for column in table.own_columns
        if column not in constants and table.name_in_database(column).lower() in names
    ]


class Changes:
    """Collects rows until they are taken to be landed; `greatest` is the greatest position so far."""

    def __init__(self, tables: Iterable[Followed], kind: Kind, positions_from: int):
        self.tables = list(tables)
        self.by_name = {table.source.table.lower(): table for table in self.tables}
        self.kind = kind
        self.positions_from = positions_from
        self.layouts: dict[str, Layout] = {}
        self.rows: dict[tuple[str, tuple[str, ...]], Rows] = {}
        self.count = 0
        self.greatest = 0

    def take(self) -> list[Rows]:
        """The rows so far, table by table in the order of the configuration; those to come begin anew."""
        order = [table.name for table in self.tables]
        taken = sorted(self.rows.values(), key=lambda rows: order.index(rows.table))
        self.rows, self.count = {}, 0
        return taken

    def table_of(self, event: Event) -> Followed | None:
        """The table of an event, None for one that nobody has asked for."""
        return self.by_name.get(f"{event.source.get(self.kind.folder)}.{event.source.get('table')}".lower())

    def position(self, event: Event) -> int:
        """The position of an event."""
        return self.kind.position(event.source) + self.positions_from

    def add(self, event: Event) -> Followed | None:
        """Take in an event; returns the table that it has emptied, whose keys only the landing zone knows."""
        table = self.table_of(event)
        if table is None or event.operation == TRUNCATE:
            return table
        position, at = self.position(event), event.committed_at
        before = self.written(table, event.before) if event.before is not None else None
        if event.after is None:
            assert before is not None, "Debezium sends the row that was deleted"
            self.delete(table, before[0].key(before[1]), position, at)
            return None
        layout, row = self.written(table, event.after)
        operation = event.operation
        if before is not None and operation == "u" and before[0].key(before[1]) != layout.key(row):
            self.delete(table, before[0].key(before[1]), position, at)
            operation = "c"
        self.put(layout, row, operation, position, at)
        return None

    def written(self, table: Followed, row: Row) -> tuple[Layout, Values]:
        """A row of a message as the contract wants it, and how it was written."""
        layout = self.layouts.get(table.name)
        if layout is None or layout.fields != row.keys():
            before, layout = layout, Layout.of(table, row)
            self.layouts[table.name] = layout
            for line in news(before, layout):
                say(line)
        return layout, layout.row(row)

    def delete(self, table: Followed, key: Iterable[str | None], position: int, at: datetime) -> None:
        """A key is gone."""
        layout = self.layouts.get(table.name) or Layout.of(
            table, dict.fromkeys(map(table.name_in_database, table.declared.key))
        )
        self.put(layout, layout.key_row(key), "d", position, at)

    def put(self, layout: Layout, values: Values, operation: str, position: int, at: datetime) -> None:
        """Collect a row."""
        of = (layout.table.name, layout.columns)
        if of not in self.rows:
            self.rows[of] = Rows(*of)
        self.rows[of].add(values, operation, position, at)
        self.greatest = max(self.greatest, position)
        self.count += 1


def news(before: Layout | None, now: Layout) -> Iterator[str]:
    """What a person should know about a table that looks otherwise than before."""
    if before is None:
        return
    table = now.table
    where = f"{table.declared.source}.{table.name} ({table.source.table})"
    names = {table.name_in_database(column).lower() for column in table.own_columns}
    for column in sorted(now.fields - before.fields):
        if column.lower() in names:
            yield f"{where}: column {column} is there now and lands from here on."
        else:
            yield (
                f"{where}: column {column} was added. It does not land, as nobody has said what it holds; add it to "
                "the contract, then start the connector with --snapshot."
            )
    for column in sorted(before.fields - now.fields):
        if column.lower() in names:
            yield (
                f"{where}: column {column} is gone. Rows land without it, and the build will say column_gone; where it "
                "is gone for good, note its last day in the contract, as delivered_until."
            )
