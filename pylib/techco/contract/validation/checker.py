"""Judges what was counted in the files of a table, whatever their format."""

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Column, Table
from techco.contract.validation import limits
from techco.contract.validation.findings import Finding, Unusable, counted, printable
from techco.contract.validation.row_counts import ColumnTally, FileTally
from techco.sql import literal

Depth = Literal["sample", "full"]
# What is called with each file that has been read.
Progress = Callable[[LandedFile], object]
# What SQL calls a file: its number, or its path.
File = TypeVar("File", bound=int | str)


class Checker:
    """Checks the files of one table; a subclass reads one kind of file. `database` is for queries of all checkers."""

    row_word = "row"

    def __init__(self, table: Table, zone: Path, depth: Depth, database: duckdb.DuckDBPyConnection):
        self.table, self.zone, self.depth, self.database = table, zone, depth, database
        self.columns = {column.name: column for column in table.columns}
        self.names = {column.name.lower(): column.name for column in table.columns}

    def run(self, files: list[LandedFile], done: Progress) -> tuple[list[FileTally], list[Finding]]:
        """What `files` hold, each with its findings, and the findings about all of them together."""
        tallies = self.tallies_of(files)
        self.read_all(tallies, done)
        for tally in tallies:
            if tally.usable:
                self.judge(tally)
        return tallies, self.judge_together(tallies)

    def columns_of(self, files: list[LandedFile]) -> list[FileTally]:
        """Which columns files have that were checked before."""
        tallies = self.tallies_of(files)
        self.glance(tallies)
        return tallies

    def tallies_of(self, files: list[LandedFile]) -> list[FileTally]:
        """A tally for each file, with nothing counted yet."""
        return [FileTally(file, {name: ColumnTally() for name in self.columns}) for file in files]

    def read_all(self, tallies: list[FileTally], done: Progress) -> None:
        """Fill the tallies from their files."""
        raise NotImplementedError

    def glance(self, tallies: list[FileTally]) -> None:
        """Fill the tallies with what says which columns there are."""
        raise NotImplementedError

    def judge_together(self, tallies: list[FileTally]) -> list[Finding]:
        """Findings that need all files of the table; none for most formats."""
        return []

    def path(self, tally: FileTally) -> Path:
        """Where the file is; raises Unusable for what is no readable file."""
        path = self.zone / tally.file.path_in_zone
        if not path.is_file():
            raise Unusable("unreadable", "a regular file", "none under that name", "Land the file again")
        return path

    def judge(self, tally: FileTally) -> None:
        """Turn what was counted into findings."""
        if not (tally.rows or tally.unreadable or tally.findings):
            tally.note("warning", "empty", None, "rows", "none", "Nothing to do if the sender had none")
        if tally.doubled.count:
            tally.note(
                "error",
                "duplicate_key",
                tally.doubled.value,
                "each key once in an object",
                f"it twice in {counted(tally.doubled.count, 'line')}, the first is line {tally.doubled.row}",
                "Nobody knows which of the two values counts; have the sender correct it",
            )
        self.judge_unknown(tally)
        for name, counts in tally.columns.items():
            self.judge_column(tally, self.columns[name], counts)

    def judge_unknown(self, tally: FileTally) -> None:
        """Columns that the contract does not know are read by nobody."""
        advice = "It is left out; add it to the contract to use it"
        for name in islice(tally.unknown, limits.MAX_UNKNOWN_COLUMNS):
            tally.note("warning", "unknown_column", name, "a column of the contract", "an unknown name", advice)
        more = len(tally.unknown) - limits.MAX_UNKNOWN_COLUMNS
        if more > 0:
            tally.note(
                "warning", "unknown_column", None, "columns of the contract", f"{more:,} more unknown names", advice
            )

    def judge_column(self, tally: FileTally, column: Column, counts: ColumnTally) -> None:
        """What is wrong with one column of a file."""
        if counts.present:
            self.judge_type(tally, column, counts)
        else:
            self.judge_absent(tally, column)

    def judge_absent(self, tally: FileTally, column: Column) -> None:
        """A file without the column."""
        if column.required:
            tally.note(
                "error",
                "missing_column",
                column.name,
                f"a required column of type {column.data_type}",
                "no such column",
                "Have the sender deliver it, or make it optional in the contract",
            )
        else:
            tally.note("warning", "missing_column", column.name, *absent_optional(column, "no such column"))

    def judge_type(self, tally: FileTally, column: Column, counts: ColumnTally) -> None:
        """A column of which no value can be read as its type; where only some cannot, base says so of their rows."""
        if counts.bad.count < counts.filled or counts.filled < limits.ENOUGH_TO_JUDGE:
            return
        # Findings reach logs, where nothing about a person may stand.
        value = "" if counts.bad.value is None or column.classification else f": {printable(counts.bad.value)}"
        tally.note(
            "error",
            "wrong_type",
            column.name,
            f"values of type {column.data_type}",
            f"none among {counted(counts.filled, 'value')} (first in {self.row_word} {counts.bad.row}{value})",
            "Have the sender correct the column, or change its data_type in the contract",
        )

    # The SQL below names the value of the i-th column `v<i>`, its row `row`, and only has columns that the file has.

    def is_bad(self, position: int, column: Column) -> str | None:
        """SQL: whether a value cannot be read as the column's type; None where any value can."""
        if column.data_type == "varchar":
            return None
        return f"v{position} is not null and not coalesce({self.converts(f'v{position}', column)}, false)"

    def converts(self, value: str, column: Column) -> str:
        """SQL: whether a value that is not null can be read as the column's type."""
        return convertible(value, column.data_type, written=None)

    def count(
        self,
        conn: duckdb.DuckDBPyConnection,
        tallies: Mapping[File, FileTally],
        columns: list[Column],
        rows: str,
        parameters: Sequence[object] = (),
    ) -> None:
        """Add what `rows` (SQL with file, row, v0…) hold in `columns` to `tallies`, by what the SQL calls `file`."""
        positions = {column.name: i for i, column in enumerate(columns)}
        conditions = {
            column.name: condition if exempt is None else f"({condition}) and not ({exempt})"
            for i, column in enumerate(columns)
            if (condition := self.is_bad(i, column))
            for exempt in [self.exemption(column, positions)]
        }
        filled = [f"count(v{i})" for i in range(len(columns))]
        failed = [f"count(*) filter (where {condition})" for condition in conditions.values()]
        query = f"select file, {', '.join(['count(*)', *filled, *failed])} from ({rows}) group by file"
        results = conn.execute(query, parameters).fetchall()
        faulty = [name for at, name in enumerate(conditions, 2 + len(columns)) if any(result[at] for result in results)]
        shown = {name: (f"v{positions[name]}", conditions[name]) for name in faulty}
        firsts: dict[tuple[File, str], tuple[Any, Any]] = self.first_faults(conn, shown, rows, parameters)
        for file, total, *figures in results:
            tally = tallies[file]
            tally.rows += total
            for column, number in zip(columns, figures, strict=False):
                tally.columns[column.name].filled += number
            for name, number in zip(conditions, figures[len(columns) :], strict=True):
                if number:
                    tally.columns[name].bad.add(number, *firsts[file, name])

    def first_faults(
        self,
        conn: duckdb.DuckDBPyConnection,
        conditions: Mapping[str, tuple[str, str]],
        rows: str,
        parameters: Sequence[object],
    ) -> dict[tuple[File, str], tuple[Any, Any]]:
        """(row, value) of the first fault by (file, column). Apart from the counting, as most rows have none."""
        if not conditions:
            return {}
        query = f"select file, {', '.join(first_of(*condition) for condition in conditions.values())}"
        return {
            (file, name): place
            for file, *places in conn.execute(f"{query} from ({rows}) group by file", parameters).fetchall()
            for name, place in zip(conditions, zip(places[::2], places[1::2], strict=True), strict=True)
        }

    def exemption(self, column: Column, positions: dict[str, int]) -> str | None:
        """When a column may hold anything: a deleted row of a change log needs its key and its place there."""
        if (
            self.table.feed != "cdc"
            or "_op" not in positions
            or column.name in (*self.table.key, "_op", "_lsn", "_committed_at")
        ):
            return None
        return f"coalesce(v{positions['_op']}, '') = 'd'"


def first_of(value: str, condition: str) -> str:
    """SQL: the first row that meets a condition, and its value."""
    shown, where = f"left(cast({value} as varchar), 200)", f"filter (where {condition})"
    return f"min(row) {where}, arg_min({shown}, row) {where}"


def convertible(value: str, data_type: str, written: str | None) -> str:
    """SQL: whether the build reads a value as the type; text must match `written`, if there is such a pattern."""
    typed = f"try_cast({value} as {data_type})"
    if data_type == "double":
        return f"abs({typed}) <= 1.7976931348623157e308"
    if written is None:
        return f"{typed} is not null"
    return f"regexp_full_match({value}, {literal(written)}) and {typed} is not null"


def absent_optional(column: Column, found: str) -> tuple[str, str, str]:
    """Expected, found and advice for an optional column that is not there."""
    return f"an optional column of type {column.data_type}", found, "It becomes null; check whether it was renamed"
