"""Parquet: the footer says most, and `full` decodes the rows."""

import glob
from collections import defaultdict
from collections.abc import Callable

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from techco.contract.raw_contract import DECIMAL, Column
from techco.contract.validation import limits
from techco.contract.validation.checker import Checker, Progress
from techco.contract.validation.findings import Unusable, printable
from techco.contract.validation.row_counts import FileTally
from techco.sql import identifier

# Names that the reader of parquet files puts beside their columns; DuckDB refuses a file that has them already.
RESERVED = frozenset({"filename", "file_row_number", "_file", "_row", "_ingested_on"})
# The usable columns of a file: name in the file, name in the contract, type in the file.
Schema = tuple[tuple[str, str, str], ...]


class ParquetChecker(Checker):
    """Footers say most; `full` has DuckDB decode the rows, as the build will."""

    def read_all(self, tallies: list[FileTally], done: Progress) -> None:
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
            for start in range(0, len(alike), limits.BATCH_FILES):
                self.read_rows(alike[start : start + limits.BATCH_FILES], columns)
                for tally in alike[start : start + limits.BATCH_FILES]:
                    done(tally.file)

    def glance(self, tallies: list[FileTally]) -> None:
        """Footers only."""
        for tally in tallies:
            try:
                self.read_footer(tally)
            except Unusable as reason:
                tally.give_up(reason)

    def read_footer(self, tally: FileTally) -> Schema:
        """Count rows and judge the schema; returns its usable columns."""
        path = self.path(tally)
        if not tally.file.bytes:
            raise Unusable("unreadable", "a parquet file", "a file of 0 bytes", "Land the file again")
        try:
            # Opened once for both, which takes half the time of two by their path.
            with pa.OSFile(str(path)) as raw, pq.ParquetFile(raw) as file:
                refuse_truncated(raw, file.metadata)
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


def refuse_truncated(raw: pa.NativeFile, metadata: pq.FileMetaData) -> None:
    """Raise Unusable where data lie outside of what is between the file's first mark and its footer."""
    begins_whole = raw.read_at(4, 0) == b"PAR1"
    marks_at = raw.size() - 8
    footer_at = marks_at - int.from_bytes(raw.read_at(4, marks_at), "little")
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
    """
    Whether decimal(precision, scale) has room for the type's digits.

    Integers, and decimals of 18 digits with more of them before the point, are looked at value by value: a system that
    writes money as decimal(18,2) is not refused because the contract keeps a third decimal.
    """
    if pa.types.is_integer(found):
        return True
    if not pa.types.is_decimal(found) or found.scale > scale:
        return False
    return bool(found.precision <= 18 or found.precision - found.scale <= precision - scale)


def holds_bigint(found: pa.DataType) -> bool:
    """Integers, and decimals that are whole and have 18 digits at most."""
    whole = pa.types.is_decimal(found) and found.scale == 0 and found.precision <= 18
    return bool(pa.types.is_integer(found) or whole)


def holds_text(found: pa.DataType) -> bool:
    """Text in any of Arrow's layouts."""
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found) or pa.types.is_string_view(found))


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
