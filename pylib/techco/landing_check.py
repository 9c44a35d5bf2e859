"""Holds landed files against the raw contract.

An error is what would lose data or make wrong numbers if it were built; a warning is what the build copes with: a
missing optional column becomes null, a row that cannot be read, typed or keyed goes to the quarantine. Whatever a file
holds ends in findings, never in an exception.
"""

import codecs
import csv
import glob
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from techco.contract import DECIMAL, Column, Contract, Table
from techco.landing_zone import LandedFile, partition_date

Severity = Literal["error", "warning"]
Depth = Literal["sample", "full"]

SAMPLE_LINES = 1_000
CHUNK_BYTES = 1 << 20
# What one line may need in memory; DuckDB's reader of the build takes the same limit as its max_line_size.
MAX_LINE_BYTES = 64 << 20
# How much text one query looks at: enough to hide a query's fixed cost of some milliseconds, little memory.
BATCH_ROWS = 100_000
BATCH_CHARACTERS = 64 << 20
BATCH_FILES = 200
# A whole column is judged wrong by at least so many values; fewer may be single bad rows, which the quarantine takes.
ENOUGH_TO_JUDGE = 20
MAX_UNKNOWN_COLUMNS = 20

EXTENSIONS = {
    "parquet": (".parquet",),
    "jsonl": (".jsonl", ".jsonl.gz", ".jsonl.zst"),
    "csv": (".csv", ".csv.gz", ".csv.zst"),
}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
# Names that the reader of parquet files puts beside their columns; DuckDB refuses a file that has them already.
RESERVED = frozenset({"filename", "file_row_number", "_file", "_row", "_ingested_on"})


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with one file; `column` is None where it is about the whole file."""

    severity: Severity
    file: str
    column: str | None
    expected: str
    found: str
    advice: str
    code: str

    def __str__(self) -> str:
        return f"{printable(self.file)}: {self.detail()}"

    def detail(self) -> str:
        """The finding on one line, without the file."""
        column = f"column {printable(self.column)}: " if self.column is not None else ""
        return f"{column}expected {self.expected}; found {self.found}. {self.advice}."


class Unusable(Exception):
    """A file, or the rest of it, cannot be read; carries what a Finding says."""

    def __init__(self, code: str, expected: str, found: str, advice: str):
        super().__init__(found)
        self.code, self.expected, self.found, self.advice = code, expected, found, advice


def check(
    files: Iterable[LandedFile],
    contract: Contract,
    zone: Path,
    depth: Depth = "sample",
    progress: Callable[[LandedFile], None] | None = None,
) -> list[Finding]:
    """Findings about `files` of the landing folder `zone`, in the order of files, errors first.

    `sample` reads the bytes of every text file, the first 1,000 of its lines as rows, and the footers of parquet
    files; `full` reads every row. `progress` is called with each file when it has been read.
    """
    findings: list[Finding] = []
    by_table: dict[tuple[str, str], list[LandedFile]] = defaultdict(list)
    done = progress or (lambda file: None)
    for file in files:
        misplaced = misplacement(file, contract)
        if misplaced:
            findings.append(misplaced)
            done(file)
        else:
            by_table[file.source, file.table].append(file)
    for name, landed in by_table.items():
        table = contract.tables[name]
        findings += CHECKERS[table.format](contract, table, Path(zone), depth).run(landed, done)
    return sorted(findings, key=lambda f: (f.file, f.severity, f.code, f.column or ""))


# ---------- where a file lies


def misplacement(file: LandedFile, contract: Contract) -> Finding | None:
    """What is wrong with the path of a file, None where its table reads it."""

    def finding(code: str, expected: str, found: str, advice: str) -> Finding:
        return Finding("error", file.path_in_zone, None, expected, found, advice, code)

    parts = file.path_in_zone.split("/")
    place = "a path like <source>/<table>/ingested_on=YYYY-MM-DD/<file>"
    if "\ufffd" in file.path_in_zone:
        return finding("bad_name", "a file name in UTF-8", "other bytes in the name", "Rename the file")
    if len(parts) > 1 and parts[0] not in contract.sources:
        known = ", ".join(sorted(contract.sources))
        return finding(
            "unknown_source",
            f"the folder of a source ({known})",
            f"the folder {printable(parts[0])}",
            "Move the file, or add the source to the contract",
        )
    if len(parts) > 2 and (parts[0], parts[1]) not in contract.tables:
        known = ", ".join(sorted(table for source, table in contract.tables if source == parts[0]))
        return finding(
            "unknown_table",
            f"the folder of a table of {parts[0]} ({known})",
            f"the folder {printable(parts[1])}",
            "Move the file, or add the table to the contract",
        )
    if len(parts) < 4 or not parts[2].startswith("ingested_on="):
        return finding("not_partitioned", place, "no folder ingested_on=… above the file", "Move the file into one")
    if partition_date(parts[2]) is None:
        return finding("invalid_date", "a day as YYYY-MM-DD", printable(parts[2]), "Rename the folder")
    if len(parts) > 4:
        return finding("nested", place, "a folder below ingested_on=…", "Move the file up")
    file_format = contract.tables[parts[0], parts[1]].format
    if not parts[3].endswith(EXTENSIONS[file_format]):
        return finding(
            "wrong_extension",
            f"a name ending in {' or '.join(EXTENSIONS[file_format])}",
            printable(parts[3]),
            "Land the table in the format that its contract says, or change the contract",
        )
    return None


# ---------- what rows hold


@dataclass
class Fault:
    """How many values of a column fail in one way, where the first one stands and what it is."""

    count: int = 0
    row: int | None = None
    value: str | None = None

    def add(self, count: int, row: int | None, value: str | None = None) -> None:
        """Take in the count of later rows."""
        if count and not self.count:
            self.row, self.value = row, value
        self.count += count


@dataclass
class ColumnTally:
    """What the rows of one file hold in one column; `present` where the file has the column at all."""

    present: bool = False
    filled: int = 0
    bad: Fault = field(default_factory=Fault)
    outside: Fault = field(default_factory=Fault)
    missing: Fault = field(default_factory=Fault)

    def seen(self) -> bool:
        """Whether the column is known to be there."""
        self.present |= self.filled > 0
        return self.present


@dataclass
class FileTally:
    """What one file holds: `rows` that are readable, rows that are not, unknown columns in order of appearance."""

    file: LandedFile
    columns: dict[str, ColumnTally]
    rows: int = 0
    unreadable: Fault = field(default_factory=Fault)
    unknown: dict[str, None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    usable: bool = True

    def note(self, severity: Severity, code: str, column: str | None, expected: str, found: str, advice: str) -> None:
        """Add a finding about this file."""
        self.findings.append(Finding(severity, self.file.path_in_zone, column, expected, found, advice, code))

    def give_up(self, reason: Unusable) -> None:
        """The file cannot be read: this is its only finding."""
        self.findings.clear()
        self.usable = False
        self.note("error", reason.code, None, reason.expected, reason.found, reason.advice)


class Checker:
    """Checks the files of one table; a subclass reads one kind of file."""

    row_word = "row"

    def __init__(self, contract: Contract, table: Table, zone: Path, depth: Depth):
        self.contract, self.table, self.zone, self.depth = contract, table, zone, depth
        self.columns = {column.name: column for column in table.columns}
        self.names = {column.name.lower(): column.name for column in table.columns}

    def run(self, files: list[LandedFile], done: Callable[[LandedFile], None]) -> list[Finding]:
        """All findings about `files`."""
        tallies = [FileTally(file, {name: ColumnTally() for name in self.columns}) for file in files]
        self.read_all(tallies, done)
        for tally in tallies:
            if tally.usable:
                self.judge(tally)
        return list(chain(self.judge_together(tallies), *(tally.findings for tally in tallies)))

    def read_all(self, tallies: list[FileTally], done: Callable[[LandedFile], None]) -> None:
        """Fill the tallies from their files."""
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
        if tally.unreadable.count:
            tally.note(
                "warning",
                "not_an_object",
                None,
                "one JSON object per line",
                f"{counted(tally.unreadable.count, 'line')} without one, the first is line {tally.unreadable.row}",
                "They go to the quarantine; have the sender correct them",
            )
        elif not tally.rows and not tally.findings:
            tally.note("warning", "empty", None, "rows", "none", "Nothing to do if the sender had none")
        self.judge_unknown(tally)
        for name, counts in tally.columns.items():
            self.judge_column(tally, self.columns[name], counts)

    def judge_unknown(self, tally: FileTally) -> None:
        """Columns that the contract does not know are read by nobody."""
        advice = "It is left out; add it to the contract to use it"
        for name in islice(tally.unknown, MAX_UNKNOWN_COLUMNS):
            tally.note("warning", "unknown_column", name, "a column of the contract", "an unknown name", advice)
        more = len(tally.unknown) - MAX_UNKNOWN_COLUMNS
        if more > 0:
            tally.note(
                "warning", "unknown_column", None, "columns of the contract", f"{more:,} more unknown names", advice
            )

    def judge_column(self, tally: FileTally, column: Column, counts: ColumnTally) -> None:
        """What is wrong with one column of a file."""
        if not counts.present:
            self.judge_absent(tally, column)
            return
        self.judge_type(tally, column, counts)
        if counts.outside.count:
            allowed = ", ".join(self.contract.allowed(column))
            listed = f"a member of domain {column.domain} ({allowed})" if column.domain else f"one of {allowed}"
            self.note_rows(tally, "outside_list", column, listed, counts.outside)
        if counts.missing.count:
            self.note_rows(tally, "missing_value", column, "a value (the column is required)", counts.missing)

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
        """Values that cannot be read as the column's type: all of them, or some."""
        if not counts.bad.count:
            return
        if counts.bad.count < counts.filled or counts.filled < ENOUGH_TO_JUDGE:
            self.note_rows(tally, "unconvertible", column, f"values of type {column.data_type}", counts.bad)
            return
        tally.note(
            "error",
            "wrong_type",
            column.name,
            f"values of type {column.data_type}",
            f"none among {counted(counts.filled, 'value')} ({self.first(column, counts.bad)})",
            "Have the sender correct the column, or change its data_type in the contract",
        )

    def note_rows(self, tally: FileTally, code: str, column: Column, expected: str, fault: Fault) -> None:
        """A warning about some rows."""
        what = "none" if code == "missing_value" else "something else"
        sampled = " at the beginning of the file" if self.sampled(tally) else ""
        found = f"{what} in {fault.count:,} of {counted(tally.rows, 'row')}{sampled} ({self.first(column, fault)})"
        advice = "These rows go to the quarantine; have the sender correct them"
        tally.note("warning", code, column.name, expected, found, advice)

    def sampled(self, tally: FileTally) -> bool:
        """Whether there may be rows that were not looked at."""
        return self.depth == "sample" and tally.rows + tally.unreadable.count >= SAMPLE_LINES

    def first(self, column: Column, fault: Fault) -> str:
        """Where the first faulty value stands, and what it is unless it is about a person: findings reach logs."""
        value = "" if fault.value is None or column.classification else f": {printable(fault.value)}"
        return f"first in {self.row_word} {fault.row}{value}"

    # The SQL below names the value of the i-th column `v<i>`, its row `row`, and only has columns that the file has.

    def problems(self, position: int, column: Column, exempt: str) -> dict[str, str]:
        """The conditions on `v<position>` by name of the fault, without those that cannot occur."""
        value = f"v{position}"
        conditions = {}
        if column.data_type != "varchar":
            conditions["bad"] = f"{value} is not null and not coalesce({self.converts(value, column)}, false)"
        allowed = self.contract.allowed(column)
        if allowed:
            conditions["outside"] = f"cast({value} as varchar) not in ({', '.join(map(literal, allowed))})"
        if column.required:
            conditions["missing"] = f"{value} is null and not ({exempt})"
        return conditions

    def converts(self, value: str, column: Column) -> str:
        """SQL: whether a value that is not null can be read as the column's type."""
        return convertible(value, column.data_type)

    def count(
        self,
        conn: duckdb.DuckDBPyConnection,
        tallies: Mapping[object, FileTally],
        columns: list[Column],
        rows: str,
        parameters: tuple = (),
    ) -> None:
        """Add what `rows` (SQL with file, row, v0…) hold in `columns` to `tallies`, by what the SQL calls `file`."""
        positions = {column.name: i for i, column in enumerate(columns)}
        conditions = {
            (column.name, fault): (f"v{i}", condition)
            for i, column in enumerate(columns)
            for fault, condition in self.problems(i, column, self.exemption(column, positions)).items()
        }
        filled = [f"count(v{i})" for i in range(len(columns))]
        failed = [f"count(*) filter (where {condition})" for _, condition in conditions.values()]
        query = f"select file, {', '.join(['count(*)', *filled, *failed])} from ({rows}) group by file"
        results = conn.execute(query, parameters).fetchall()
        faulty = [key for at, key in enumerate(conditions, 2 + len(columns)) if any(result[at] for result in results)]
        firsts = self.first_faults(conn, {key: conditions[key] for key in faulty}, rows, parameters)
        for file, total, *figures in results:
            tally = tallies[file]
            tally.rows += total
            for column, number in zip(columns, figures, strict=False):
                tally.columns[column.name].filled += number
            for (column, fault), number in zip(conditions, figures[len(columns) :], strict=True):
                if number:
                    getattr(tally.columns[column], fault).add(number, *firsts[file, column, fault])

    def first_faults(
        self,
        conn: duckdb.DuckDBPyConnection,
        conditions: Mapping[tuple[str, str], tuple[str, str]],
        rows: str,
        parameters: tuple,
    ) -> dict[tuple, tuple]:
        """(row, value) of the first fault by (file, column, fault). Apart from the counting, as most rows have none."""
        if not conditions:
            return {}
        query = f"select file, {', '.join(first_of(*condition) for condition in conditions.values())}"
        return {
            (file, *key): place
            for file, *places in conn.execute(f"{query} from ({rows}) group by file", parameters).fetchall()
            for key, place in zip(conditions, zip(places[::2], places[1::2], strict=True), strict=True)
        }

    def exemption(self, column: Column, positions: dict[str, int]) -> str:
        """When a required column may be null: a deleted row of a change log needs its key only."""
        if (
            self.table.feed != "cdc"
            or "_op" not in positions
            or column.name in (*self.table.key, "_op", "_lsn", "_committed_at")
        ):
            return "false"
        return f"coalesce(v{positions['_op']}, '') = 'd'"


def first_of(value: str, condition: str) -> str:
    """SQL: the first row that meets a condition, and its value."""
    shown, where = f"left(cast({value} as varchar), 200)", f"filter (where {condition})"
    return f"min(row) {where}, arg_min({shown}, row) {where}"


def convertible(value: str, data_type: str) -> str:
    """SQL: whether a value can be read as the type. A number with a fraction is no bigint, though engines round it."""
    typed = f"try_cast({value} as {data_type}) is not null"
    if data_type == "bigint":
        return f"{typed} and coalesce(try_cast({value} as double) % 1, 0) = 0"
    return typed


def absent_optional(column: Column, found: str) -> tuple[str, str, str]:
    """Expected, found and advice for an optional column that is not there."""
    return f"an optional column of type {column.data_type}", found, "It becomes null; check whether it was renamed"


# ---------- parquet

# The usable columns of a file: name in the file, name in the contract, type in the file.
Schema = tuple[tuple[str, str, str], ...]


class ParquetChecker(Checker):
    """Footers say most; `full` has DuckDB decode the rows, as the build will."""

    def read_all(self, tallies: list[FileTally], done: Callable[[LandedFile], None]) -> None:
        """Fill the tallies from footers, then from rows."""
        by_schema: dict[Schema, list[FileTally]] = defaultdict(list)
        for tally in tallies:
            try:
                columns = self.read_footer(tally)
            except Unusable as reason:
                tally.give_up(reason)
            else:
                # DuckDB refuses a file with a reserved name before it reads a row.
                refused = any(finding.code == "reserved_column" for finding in tally.findings)
                if self.depth == "full" and tally.rows and not refused:
                    by_schema[columns].append(tally)
                    continue
            done(tally.file)
        for columns, alike in by_schema.items():
            for start in range(0, len(alike), BATCH_FILES):
                self.read_rows(alike[start : start + BATCH_FILES], columns)
                for tally in alike[start : start + BATCH_FILES]:
                    done(tally.file)

    def read_footer(self, tally: FileTally) -> Schema:
        """Count rows and judge the schema; returns its usable columns."""
        path = self.path(tally)
        if not tally.file.bytes:
            raise Unusable("unreadable", "a parquet file", "a file of 0 bytes", "Land the file again")
        try:
            with pq.ParquetFile(path) as file:
                refuse_truncated(path, file.metadata)
                tally.rows = file.metadata.num_rows
                schema = file.schema_arrow
        except Unusable:
            raise
        except Exception as error:
            # Broken bytes come back as nearly any kind of exception.
            raise unreadable_parquet(str(error)) from error
        return self.read_schema(tally, schema)

    def read_schema(self, tally: FileTally, schema: pa.Schema) -> Schema:
        """Judge names and types; returns the usable columns."""
        usable = []
        for found in schema:
            name = self.names.get(found.name.lower())
            if found.name.lower() in RESERVED:
                tally.note(
                    "error", "reserved_column", found.name, "a name of its own", "one that the reader adds", "Rename it"
                )
            elif name is None:
                tally.unknown[found.name] = None
            elif tally.columns[name].present:
                tally.note("error", "duplicate_column", name, "one column of that name", "two", "Rename one of them")
            else:
                tally.columns[name].present = True
                if holds(found.type, self.columns[name].data_type):
                    usable.append((found.name, name, str(found.type)))
                else:
                    self.note_type(tally, self.columns[name], found.type)
        return tuple(usable)

    def note_type(self, tally: FileTally, column: Column, found: pa.DataType) -> None:
        """An error about the type that a file declares."""
        tally.note(
            "error",
            "wrong_type",
            column.name,
            f"type {column.data_type}",
            f"parquet type {printable(str(found))}",
            "Have the sender write that type, or change data_type in the contract",
        )

    def read_rows(self, tallies: list[FileTally], columns: Schema) -> None:
        """Decode the rows of files whose usable columns are the same; where that fails, in halves."""
        chosen = [self.columns[name] for _, name, _ in columns]
        values = "".join(f", {identifier(found)} as v{i}" for i, (found, _, _) in enumerate(columns))
        rows = f"""
            select filename as file, file_row_number + 1 as row{values}
            from read_parquet(
                ?, filename = true, file_row_number = true, union_by_name = true, hive_partitioning = false
            )
        """
        by_path = {str(self.zone / tally.file.path_in_zone): tally for tally in tallies}
        try:
            # A connection of its own, as broken files can leave one unusable. The reader takes names for glob patterns.
            with duckdb.connect() as conn:
                parameters = ([glob.escape(path) for path in by_path],)
                # Counting alone would be answered from statistics, without a look at the values.
                all_values = ", ".join(["row", *(f"v{i}" for i in range(len(columns)))])
                conn.execute(f"select bit_xor(hash({all_values})) from ({rows})", parameters).fetchall()
                for tally in tallies:
                    tally.rows = 0
                self.count(conn, by_path, chosen, rows, parameters)
        except duckdb.Error as error:
            if len(tallies) > 1:
                middle = len(tallies) // 2
                self.read_rows(tallies[:middle], columns)
                self.read_rows(tallies[middle:], columns)
                return
            # What follows a quote in such a message may be a value, and findings reach logs.
            tallies[0].give_up(unreadable_parquet(str(error).split('"')[0]))


def refuse_truncated(path: Path, metadata: pq.FileMetaData) -> None:
    """Raise Unusable where data lie outside of what is between the file's first mark and its footer."""
    with open(path, "rb") as raw:
        begins_whole = raw.read(4) == b"PAR1"
        footer_at = raw.seek(-8, os.SEEK_END) - int.from_bytes(raw.read(4), "little")
    if not begins_whole:
        raise unreadable_parquet("its beginning is cut off")
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for leaf in range(row_group.num_columns if row_group.num_rows else 0):
            chunk = row_group.column(leaf)
            start = chunk.data_page_offset
            if chunk.has_dictionary_page:
                start = min(start, chunk.dictionary_page_offset or start)
            if start < 4 or chunk.total_compressed_size < 0 or start + chunk.total_compressed_size > footer_at:
                raise unreadable_parquet(f"row group {group + 1} lies outside of it")


def unreadable_parquet(reason: str) -> Unusable:
    """What to say of a parquet file that is cut or broken."""
    return Unusable(
        "unreadable",
        "a whole parquet file",
        f"one that cannot be read ({printable(reason)})",
        "Land the file again; write under a name that begins with . and rename when whole",
    )


def holds(found: pa.DataType, data_type: str) -> bool:
    """Whether every value of a parquet type is one of the contract type, or values that fit it are."""
    if pa.types.is_dictionary(found):
        found = found.value_type
    if pa.types.is_null(found):
        return True
    decimal = DECIMAL.fullmatch(data_type)
    if decimal:
        return holds_decimal(found, int(decimal[1]), int(decimal[2]))
    return HOLDS[data_type](found)


def holds_decimal(found: pa.DataType, precision: int, scale: int) -> bool:
    """Whether decimal(precision, scale) has room for the type's digits; integers are looked at value by value."""
    if pa.types.is_integer(found):
        return True
    return pa.types.is_decimal(found) and found.scale <= scale and found.precision - found.scale <= precision - scale


def holds_bigint(found: pa.DataType) -> bool:
    """Integers, and decimals that are whole and have 18 digits at most."""
    whole = pa.types.is_decimal(found) and found.scale == 0 and found.precision <= 18
    return pa.types.is_integer(found) or whole


def holds_text(found: pa.DataType) -> bool:
    """Text in any of Arrow's layouts."""
    return pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found)


def holds_timestamp(found: pa.DataType) -> bool:
    """Timestamps of any unit, without a zone or in UTC."""
    return pa.types.is_timestamp(found) and (found.tz is None or found.tz in ("UTC", "Etc/UTC", "+00:00"))


HOLDS: dict[str, Callable[[pa.DataType], bool]] = {
    "bigint": holds_bigint,
    "double": lambda found: pa.types.is_floating(found) or pa.types.is_integer(found),
    "varchar": holds_text,
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date,
    "timestamp": holds_timestamp,
}


# ---------- text: JSON lines and CSV


@dataclass
class Batch:
    """Rows of several files that one query looks at; `fields` are columns of text, one list per `v<i>` or `line`."""

    fields: tuple[list[str | None], ...]
    files: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    characters: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time for the query."""
        return len(self.rows) >= BATCH_ROWS or self.characters >= BATCH_CHARACTERS

    def to_arrow(self, names: list[str]) -> pa.Table:
        """The batch as file, row and the named text columns; in pieces, as DuckDB gives one to each thread."""
        arrays = [pa.array(self.files, pa.int32()), pa.array(self.rows, pa.int64())]
        arrays += [pa.array(values, pa.large_string()) for values in self.fields]
        table = pa.table(arrays, names=["file", "row", *names])
        return pa.Table.from_batches(table.to_batches(max_chunksize=BATCH_ROWS // 8), table.schema)


class TextChecker(Checker):
    """Reads every byte once, in pieces; rows of many small files share a query."""

    row_word = "line"
    encoding = "utf-8"

    def read_all(self, tallies: list[FileTally], done: Callable[[LandedFile], None]) -> None:
        """Fill the tallies, file by file."""
        self.tallies = dict(enumerate(tallies))
        self.batch = self.new_batch()
        self.limit = SAMPLE_LINES if self.depth == "sample" else None
        with duckdb.connect() as self.conn:
            self.read_each(done)
            self.flush()

    def read_each(self, done: Callable[[LandedFile], None]) -> None:
        """Put the rows of all files into batches."""
        for number, tally in self.tallies.items():
            try:
                chunks = text_chunks(self.path(tally), self.encoding)
                self.read_rows(number, chunks)
                exhaust(chunks)
            except Unusable as reason:
                tally.give_up(reason)
            done(tally.file)

    def read_rows(self, number: int, chunks: Iterator[str]) -> None:
        """Put the rows of a file into batches, all of them or the first `limit`."""
        raise NotImplementedError

    def tally_batch(self) -> None:
        """Count what is in the relation `batch`."""
        raise NotImplementedError

    def fields(self) -> list[str]:
        """The names of a batch's text columns."""
        return [f"v{i}" for i in range(len(self.columns))]

    def new_batch(self) -> Batch:
        """An empty batch."""
        return Batch(tuple([] for _ in self.fields()))

    def flush(self) -> None:
        """Look at what has been collected."""
        batch, self.batch = self.batch, self.new_batch()
        if batch.rows:
            self.conn.register("batch", batch.to_arrow(self.fields()))
            self.tally_batch()
            self.conn.unregister("batch")


class JsonChecker(TextChecker):
    """One JSON object per line; empty lines are nothing."""

    def fields(self) -> list[str]:
        """A batch holds whole lines."""
        return ["line"]

    def read_rows(self, number: int, chunks: Iterator[str]) -> None:
        """Put the lines of a file into batches."""
        for first, lines in line_blocks(chunks):
            taken = lines if self.limit is None else lines[: max(0, self.limit - first + 1)]
            batch = self.batch
            batch.fields[0].extend(taken)
            batch.files.extend([number] * len(taken))
            batch.rows.extend(range(first, first + len(taken)))
            batch.characters += sum(map(len, taken))
            if batch.full:
                self.flush()
            if len(taken) < len(lines):
                return

    def tally_batch(self) -> None:
        """Parse the lines and count. A bare carriage return ends a line for the build's reader, so it breaks one."""
        self.conn.execute("""
            create or replace temp view documents as
            select
                file, row, payload,
                payload is not null and (starts_with(line, '{') or json_type(payload) = 'OBJECT') as is_object
            from (
                select *, case when not contains(line, chr(13)) then try_cast(line as json) end as payload
                from batch
                where line <> ''
            )
        """)
        columns = list(self.columns.values())
        paths = ", ".join(literal(json_path(column.path)) for column in columns)
        values = "".join(f", fields[{i + 1}] as v{i}" for i in range(len(columns)))
        fields = f"select file, row, json_extract_string(payload, [{paths}]) as fields from documents where is_object"
        self.count(self.conn, self.tallies, columns, f"select file, row{values} from ({fields})")
        self.find_present()
        self.find_shapes()

    def find_present(self) -> None:
        """Note which columns occur in each file, be it as null; only where no value has shown it yet."""
        files = {number for (number,) in self.conn.execute("select distinct file from documents").fetchall()}
        unsure = [
            column
            for column in self.columns.values()
            if not all(self.tallies[number].columns[column.name].seen() for number in files)
        ]
        if not unsure:
            return
        paths = ", ".join(literal(json_path(column.path)) for column in unsure)
        flags = "".join(f", bool_or(present[{i + 1}])" for i in range(len(unsure)))
        present = f"select file, json_exists(payload, [{paths}]) as present from documents where is_object"
        for number, *found in self.conn.execute(f"select file{flags} from ({present}) group by file").fetchall():
            for column, is_present in zip(unsure, found, strict=True):
                self.tallies[number].columns[column.name].present |= is_present

    def find_shapes(self) -> None:
        """Count the lines that hold no object, and note the top-level keys that no column's path begins with."""
        known = {column.path.split(".")[0] for column in self.columns.values()}
        query = """
            select file, count(*), min(row) as first_row, keys
            from (select file, row, case when is_object then json_keys(payload) end as keys from documents)
            group by file, keys
            order by file, first_row
        """
        for number, count, row, keys in self.conn.execute(query).fetchall():
            if keys is None:
                self.tallies[number].unreadable.add(count, row)
            else:
                self.tallies[number].unknown.update(dict.fromkeys(key for key in keys if key not in known))

    def judge_absent(self, tally: FileTally, column: Column) -> None:
        """A document leaves out what is null, so one file without an optional column says nothing."""
        if column.required and tally.rows >= ENOUGH_TO_JUDGE:
            super().judge_absent(tally, column)
        elif column.required and tally.rows:
            absent = Fault(count=tally.rows, row=1)
            self.note_rows(tally, "missing_value", column, "a value (the column is required)", absent)

    def judge_together(self, tallies: list[FileTally]) -> list[Finding]:
        """An optional column that no file has at all, said of the first file."""
        read = [tally for tally in tallies if tally.usable and tally.rows]
        if not read:
            return []
        first, found = read[0].file.path_in_zone, f"it in no document of {counted(len(read), 'file')}"
        return [
            Finding("warning", first, column.name, *absent_optional(column, found), "missing_column")
            for column in self.columns.values()
            if not column.required and not any(tally.columns[column.name].present for tally in read)
        ]


class CsvChecker(TextChecker):
    """A header, then records; columns in any order."""

    def __init__(self, *args):
        super().__init__(*args)
        self.encoding = self.table.csv.encoding

    def read_rows(self, number: int, chunks: Iterator[str]) -> None:
        """Read the header, then put the records of a file into batches."""
        tally, records = self.tallies[number], csv_records(chunks, self.table)
        try:
            _, header = next(records, (0, None))
            if header is None:
                for counts in tally.columns.values():
                    counts.present = True
                return
            self.collect(number, self.read_header(tally, header), len(header), islice(records, self.limit))
        except Unusable:
            # Bytes behind a broken quote may be no text at all, which says more.
            exhaust(chunks)
            raise

    def read_header(self, tally: FileTally, header: list[str]) -> list[int | None]:
        """Judge the names; returns where in a record each column of the contract stands."""
        places: dict[str, int] = {}
        for at, found in enumerate(header):
            name = self.names.get(found.lower())
            if name is None:
                tally.unknown[found] = None
            elif name in places:
                tally.note("error", "duplicate_column", name, "one column of that name", "two", "Rename one of them")
            else:
                places[name] = at
                tally.columns[name].present = True
        return [places.get(name) for name in self.columns]

    def collect(
        self, number: int, places: list[int | None], width: int, records: Iterator[tuple[int, list[str]]]
    ) -> None:
        """Put records of `width` fields into batches; any other number of fields is an error."""
        uneven = Fault()
        while block := list(islice(records, BATCH_ROWS // 10)):
            even = [(line, record) for line, record in block if len(record) == width]
            if len(even) < len(block):
                line, record = next((line, record) for line, record in block if len(record) != width)
                uneven.add(len(block) - len(even), line, f"{len(record):,}")
            batch = self.batch
            batch.files.extend([number] * len(even))
            batch.rows.extend(line for line, _ in even)
            for values, at in zip(batch.fields, places, strict=True):
                values.extend([None] * len(even) if at is None else [record[at] for _, record in even])
            batch.characters += sum(sum(map(len, record)) for _, record in even)
            if batch.full:
                self.flush()
        if uneven.count:
            self.tallies[number].note(
                "error",
                "wrong_field_count",
                None,
                f"{counted(width, 'field')} per line, as in the header",
                f"another number in {counted(uneven.count, 'line')}, first {uneven.value} in line {uneven.row}",
                "Have the sender quote fields that hold the delimiter, and land the file again",
            )

    def tally_batch(self) -> None:
        """Count over the records; an empty field is null."""
        columns = list(self.columns.values())
        values = "".join(f", nullif(v{i}, '') as v{i}" for i in range(len(columns)))
        self.count(self.conn, self.tallies, columns, f"select file, row{values} from batch")

    def converts(self, value: str, column: Column) -> str:
        """SQL: whether a field can be read, after the table's decimal sign and date format."""
        options = self.table.csv
        if options.decimal_comma and column.data_type.startswith(("decimal", "double")):
            # A point would be a separator of thousands, which nothing here reads.
            return convertible(f"translate({value}, '.,', '?.')", column.data_type)
        if options.date_format and column.data_type == "date":
            return f"try_strptime({value}, {literal(options.date_format)}) is not null"
        return super().converts(value, column)


CHECKERS: dict[str, type[Checker]] = {"parquet": ParquetChecker, "jsonl": JsonChecker, "csv": CsvChecker}


def exhaust(chunks: Iterator[str]) -> None:
    """Read to the end, for the checks that reading makes."""
    for _ in chunks:
        pass


def text_chunks(path: Path, encoding: str) -> Iterator[str]:
    """Yield a text file in pieces of about 1 MiB, without byte order mark; raises Unusable at what is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, line, line_bytes = 0, 1, 0
    for data in byte_chunks(path):
        waiting = len(decoder.getstate()[0])
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeError as error:
            start = getattr(error, "start", 0)
            line += data[: max(0, start - waiting)].count(b"\n")
            raise not_text(encoding, offset - waiting + start, line) from error
        if "\0" in text:
            line += text[: text.index("\0")].count("\n")
            raise Unusable(
                "nul_byte", "text", f"a NUL byte in line {line}", "Have the sender remove it, and land the file again"
            )
        line_bytes = longest_open_line(data, line_bytes, line)
        yield text if offset else text.removeprefix("\ufeff")
        offset += len(data)
        line += text.count("\n")


def longest_open_line(data: bytes, open_bytes: int, line: int) -> int:
    """Bytes of the line that is open after `data`; raises Unusable where a line is longer than the build can read."""
    end = data.find(b"\n")
    longest = open_bytes + (len(data) if end < 0 else end)
    if longest > MAX_LINE_BYTES:
        raise Unusable(
            "line_too_long",
            f"lines of at most {MAX_LINE_BYTES >> 20} MiB",
            f"a longer one, line {line}",
            "Have the sender end each record with a newline",
        )
    return longest if end < 0 else len(data) - data.rfind(b"\n") - 1


def not_text(encoding: str, offset: int, line: int) -> Unusable:
    """What to say of bytes that are not in the encoding."""
    name = {"utf-8": "UTF-8"}.get(encoding, encoding)
    return Unusable(
        "invalid_utf8" if name == "UTF-8" else "invalid_encoding",
        f"text in {name}",
        f"bytes that are none, at byte {offset:,} in line {line}",
        f"Have the sender write {name}, and land the file again",
    )


def byte_chunks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed, and then b"" once; raises Unusable where it cannot be read."""
    compression = COMPRESSIONS.get(path.suffix)
    try:
        with open(path, "rb", buffering=0) as raw:
            if compression == "gzip" and not path.stat().st_size:
                raise OSError("it has 0 bytes")
            stream = pa.CompressedInputStream(raw, compression) if compression else raw
            while data := stream.read(CHUNK_BYTES):
                yield data
    except OSError as error:
        raise Unusable(
            "unreadable",
            f"a whole {compression} file" if compression else "a readable file",
            f"one that cannot be read ({printable(str(error))})",
            "Land the file again; write under a name that begins with . and rename when whole",
        ) from error
    yield b""


def line_blocks(chunks: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the first line, lines without their ends) from pieces of text."""
    number, open_line = 1, []
    for chunk in chunks:
        whole, newline, rest = chunk.rpartition("\n")
        if not newline:
            open_line.append(chunk)
            continue
        lines = without_returns("".join([*open_line, whole]))
        open_line = [rest]
        yield number, lines
        number += len(lines)
    last = "".join(open_line)
    if last:
        yield number, without_returns(last)


def without_returns(text: str) -> list[str]:
    """The lines of a text; a carriage return before the newline is part of the newline."""
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def csv_records(chunks: Iterator[str], table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line it begins in, fields) of a CSV text; empty lines are nothing.

    Raises Unusable at a broken quote.
    """
    options = table.csv
    quoting = {"quotechar": options.quote} if options.quote else {"quotechar": None, "quoting": csv.QUOTE_NONE}
    # The limit is the module's; lines are held to the same one before they come here.
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = (f"{line}\n" for _, block in line_blocks(chunks) for line in block)
    reader = csv.reader(lines, delimiter=options.delimiter, strict=True, **quoting)
    while True:
        begin = reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise Unusable(
                "broken_quote",
                "fields that are unquoted or wholly within quotes",
                f"a record that breaks this, beginning in line {begin} ({error})",
                "Have the sender double the quotes inside of fields, and land the file again",
            ) from error
        if record is None:
            return
        if record:
            yield begin, record


# ---------- words


def printable(text: str) -> str:
    """Text from a file on one line of limited length, without characters that steer a terminal."""
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text[:200])
    return shown if len(shown) <= 160 else f"{shown[:160]}…"


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 row, 2,000 rows."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def json_path(path: str) -> str:
    """A contract path as a JSON path: device.id is $."device"."id"."""
    return "$" + "".join(f'."{part}"' for part in path.split("."))
