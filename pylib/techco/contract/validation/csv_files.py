"""CSV: a header, then records, written as the contract's csv options say."""

import csv
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from techco.contract.raw_contract import Column, Table
from techco.contract.validation import limits
from techco.contract.validation.checker import Depth, convertible
from techco.contract.validation.findings import Unusable, counted
from techco.contract.validation.row_counts import Fault, FileTally
from techco.contract.validation.sql import filled
from techco.contract.validation.text import exhaust, line_blocks, text_chunks
from techco.contract.validation.text_files import TextChecker
from techco.contract.validation.text_patterns import NUMBER_WITH_COMMA, pattern_of, pattern_of_format
from techco.sql import literal


class CsvChecker(TextChecker):
    """A header, then records; columns in any order."""

    def __init__(self, table: Table, zone: Path, depth: Depth):
        super().__init__(table, zone, depth)
        options = self.table.csv
        self.encoding = options.encoding
        formats = {"date": options.date_format, "timestamp": options.timestamp_format}
        # What the feed adds is in ISO, whatever the sender writes.
        own = (column for column in self.table.columns if not column.name.startswith("_"))
        self.formats = {column.name: written for column in own if (written := formats.get(column.data_type))}

    def read_rows(self, number: int, chunks: Iterator[str]) -> None:
        """Read the header, then put the records of a file into batches."""
        tally, records = self.tallies[number], csv_records(chunks, self.table, self.limit and 2 * self.limit)
        try:
            _, header = next(records, (0, None))
            if header is None:
                for counts in tally.columns.values():
                    counts.present = True
                return
            self.collect(number, self.read_header(tally, header), len(header), records)
        except Unusable:
            # Bytes behind a broken quote may be no text at all, which says more.
            exhaust(chunks)
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

    def collect(
        self, number: int, places: list[int | None], width: int, records: Iterator[tuple[int, list[str]]]
    ) -> None:
        """Put records of `width` fields into batches, all of them or the first `limit`; count the others.

        All records are read, because the build's reader takes a quote that is never closed for the end of the file.
        """
        tally, too_long, taken = self.tallies[number], Fault(), 0
        while block := list(islice(records, limits.BATCH_ROWS // 10)):
            even = [(line, record) for line, record in block if len(record) == width]
            tally.unreadable += len(block) - len(even)
            for line, record in block if len(even) < len(block) else ():
                if len(record) > width + limits.SPARE_FIELDS:
                    too_long.add(1, line, f"{len(record):,}")
            if self.limit is not None:
                even = even[: max(0, self.limit - taken)]
            taken += len(even)
            self.fill(number, places, even)
        if too_long.count:
            tally.note(
                "error",
                "wrong_field_count",
                None,
                f"{counted(width, 'field')} per line, as in the header",
                f"another number in {counted(too_long.count, 'line')}, first {too_long.value} in line {too_long.row}",
                "So many are not even read; have the sender quote fields that hold the delimiter",
            )

    def fill(self, number: int, places: list[int | None], records: list[tuple[int, list[str]]]) -> None:
        """Put records into the batch, and look at it when it is full."""
        batch = self.batch
        batch.files.extend([number] * len(records))
        batch.rows.extend(line for line, _ in records)
        for values, at in zip(batch.fields, places, strict=True):
            values.extend([None] * len(records) if at is None else [record[at] for _, record in records])
        batch.characters += sum(sum(map(len, record)) for _, record in records)
        if batch.full:
            self.flush()

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
        return next(csv_records(text_chunks(path, table.csv.encoding), table), (0, None))[1]
    except (Unusable, OSError):
        return None


def csv_records(chunks: Iterator[str], table: Table, limit: int | None = None) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line it begins in, fields) of a CSV text; empty lines are nothing.

    Behind line `limit`, records that have as many fields as the header may be left out.
    Raises Unusable at a broken quote.
    """
    options = table.csv
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if options.quote else csv.QUOTE_NONE
    # The limit is the module's; lines are held to the same one before they come here.
    csv.field_size_limit(limits.MAX_LINE_BYTES)
    blocks = line_blocks(chunks)
    first, delimiters = 1, None
    block: list[str] = []
    for first, block in blocks:
        text = "\n".join(block)
        if (options.quote and options.quote in text) or "\r" in text:
            break
        # Without a quote a line is a record, and to count its delimiters takes a tenth of the time of parsing it.
        for number, line in enumerate(block, first):
            if not line:
                continue
            found = line.count(options.delimiter)
            delimiters = found if delimiters is None else delimiters
            if limit is None or number <= limit or found != delimiters:
                yield number, line.split(options.delimiter)
        first, block = first + len(block), []
    lines = (f"{line}\n" for some in chain([block], (block for _, block in blocks)) for line in some)
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
