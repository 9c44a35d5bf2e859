"""CSV: a header, then records, written as the contract's csv options say."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from techco.contract.raw_contract import Column, Table
from techco.contract.validation import limits
from techco.contract.validation.checker import Depth, convertible
from techco.contract.validation.findings import Unusable, counted
from techco.contract.validation.row_counts import Fault, FileTally
from techco.contract.validation.sql import filled
from techco.contract.validation.text import TextFile, exhaust, lines_of
from techco.contract.validation.text_files import TextChecker
from techco.contract.validation.text_patterns import NUMBER_WITH_COMMA, pattern_of, pattern_of_format
from techco.sql import literal

# Numbers of the lines in which records begin, and the records as lists of text.
Block = tuple[np.ndarray, pa.ListArray]
RECORDS = pa.list_(pa.large_string())


class CsvChecker(TextChecker):
    """A header, then records; columns in any order."""

    def __init__(self, table: Table, zone: Path, depth: Depth, database: duckdb.DuckDBPyConnection):
        super().__init__(table, zone, depth, database)
        options = self.table.csv
        self.encoding = options.encoding
        formats = {"date": options.date_format, "timestamp": options.timestamp_format}
        # What the feed adds is in ISO, whatever the sender writes.
        own = (column for column in self.table.columns if not column.name.startswith("_"))
        self.formats = {column.name: written for column in own if (written := formats.get(column.data_type))}

    def read_rows(self, number: int, pieces: Iterator[bytes]) -> None:
        """Read the header, then put the records of a file into batches."""
        tally, blocks = self.tallies[number], record_blocks(pieces, self.table, self.limit and 2 * self.limit)
        try:
            block = next(blocks, None)
            if block is None:
                for counts in tally.columns.values():
                    counts.present = True
                return
            lines, records = block
            header = records[0].as_py()
            places = self.read_header(tally, header)
            self.collect(number, places, len(header), chain([(lines[1:], records[1:])], blocks))
        except Unusable:
            # Bytes behind a broken quote may be no text at all, which says more.
            exhaust(pieces)
            raise

    def glance(self, tallies: list[FileTally]) -> None:
        """The header, which stands for a row."""
        for tally in tallies:
            header = csv_header(self.zone / tally.file.path_in_zone, self.table)
            tally.rows = 1 if header else 0
            self.read_header(tally, header or [])

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

    def collect(self, number: int, places: list[int | None], width: int, blocks: Iterable[Block]) -> None:
        """Put records of `width` fields into batches, all of them or the first `limit`; count the others.

        All records are read, because the build's reader takes a quote that is never closed for the end of the file.
        """
        tally, too_long, taken = self.tallies[number], Fault(), 0
        for lines, records in blocks:
            widths = pc.list_value_length(records).to_numpy()
            even = np.flatnonzero(widths == width)
            tally.unreadable += len(records) - len(even)
            for at in np.flatnonzero(widths > width + limits.SPARE_FIELDS):
                too_long.add(1, int(lines[at]), f"{widths[at]:,}")
            if self.limit is not None:
                even = even[: self.limit - taken]
            taken += len(even)
            fields = records.take(pa.array(even)).flatten()
            columns = {
                f"v{i}": pa.nulls(len(even), fields.type) if at is None else fields[at::width]
                for i, at in enumerate(places)
            }
            self.fill(number, lines[even], columns)
        if too_long.count:
            tally.note(
                "error",
                "wrong_field_count",
                None,
                f"{counted(width, 'field')} per line, as in the header",
                f"another number in {counted(too_long.count, 'line')}, first {too_long.value} in line {too_long.row}",
                "So many are not even read; have the sender quote fields that hold the delimiter",
            )

    def tally_batch(self) -> None:
        """Count over the records; an empty field is null, and so is a blank one of text."""
        columns = list(self.columns.values())
        fields = (f"nullif(v{i}, '')" for i in range(len(columns)))
        values = "".join(
            f", {filled(field, column.data_type)} as v{i}"
            for i, (field, column) in enumerate(zip(fields, columns, strict=True))
        )
        self.count(self.conn, self.tallies, columns, f"select file, row{values} from batch")

    def converts(self, value: str, column: Column) -> str:
        """SQL: whether a field can be read, after the table's decimal sign and date format."""
        if self.table.csv.decimal_comma and column.data_type.startswith(("decimal", "double", "bigint")):
            number = f"replace(replace({value}, '.', ''), ',', '.')"
            written = f"regexp_full_match({value}, {literal(NUMBER_WITH_COMMA)})"
            return f"{written} and {convertible(number, column.data_type, pattern_of(column.data_type, is_json=False))}"
        if column.name in self.formats:
            strptime_format = self.formats[column.name]
            written = f"regexp_full_match({value}, {literal(pattern_of_format(strptime_format))})"
            return f"{written} and try_strptime({value}, {literal(strptime_format)}) is not null"
        return convertible(value, column.data_type, pattern_of(column.data_type, is_json=False))


def csv_header(path: Path, table: Table) -> list[str] | None:
    """The names in the first line of a CSV file; None where there are none that can be read."""
    try:
        return next(csv_records(TextFile(path, table.csv.encoding).pieces(), table), (0, None))[1]
    except (Unusable, OSError):
        return None


def record_blocks(pieces: Iterator[bytes], table: Table, limit: int | None = None) -> Iterator[Block]:
    """Yield the records of a CSV text, the header among them; empty lines are nothing.

    Behind line `limit`, records that have as many fields as the header may be left out.
    Raises Unusable at a broken quote.
    """
    first, width, delimiter = 1, None, table.csv.delimiter
    for piece in pieces:
        if b"\r" in piece or (table.csv.quote and table.csv.quote.encode() in piece):
            yield from parsed_blocks(chain([piece], pieces), table, first, limit, width)
            return
        # Without a quote a line is a record, and to count its delimiters takes a tenth of the time of parsing it.
        if width and limit is not None and first > limit and (alike := lines_of_width(piece, delimiter, width)):
            first += alike
            continue
        lines = lines_of(piece)
        numbers = np.arange(first, first + len(lines))
        first += len(lines)
        widths = pc.count_substring(lines, delimiter).to_numpy() + 1
        wanted = pc.binary_length(lines).to_numpy() > len("\n")
        width = width or (int(widths[wanted.argmax()]) if wanted.any() else None)
        if limit is not None:
            wanted &= (numbers <= limit) | (widths != width)
        if wanted.any():
            records = pc.ascii_rtrim(lines.filter(pa.array(wanted)), "\n")
            yield numbers[wanted], pc.split_pattern(records, delimiter)


def lines_of_width(piece: bytes, delimiter: str, width: int) -> int:
    """How many lines a piece has, where all have as many fields; 0 where some may have another number."""
    marks = piece.translate(None, delete=bytes(set(range(256)) - set(f"{delimiter}\n".encode())))
    lines = marks.count(b"\n")
    return lines if marks == (delimiter * (width - 1) + "\n").encode() * lines else 0


def parsed_blocks(
    pieces: Iterator[bytes], table: Table, first: int, limit: int | None, width: int | None
) -> Iterator[Block]:
    """The same for a text with quotes, from line `first` on; `width` is that of the header, if it was read before."""
    records = csv_records(pieces, table, first)
    while block := list(islice(records, limits.BATCH_ROWS // 10)):
        width = width or len(block[0][1])
        if limit is not None:
            block = [(line, record) for line, record in block if line <= limit or len(record) != width]
        if block:
            yield np.array([line for line, _ in block]), pa.array([record for _, record in block], RECORDS)


def csv_records(pieces: Iterator[bytes], table: Table, first: int = 1) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line it begins in, fields) of a CSV text that begins in line `first`."""
    options = table.csv
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    # The limit is the module's; lines are held to the same one before they come here.
    csv.field_size_limit(limits.MAX_LINE_BYTES)
    lines = (f"{line}\n" for piece in pieces for line in piece.decode().removesuffix("\n").split("\n"))
    reader = csv.reader(
        lines, delimiter=options.delimiter, quotechar=options.quote or None, quoting=quoting, strict=True
    )
    while True:
        begin = first + reader.line_num
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
