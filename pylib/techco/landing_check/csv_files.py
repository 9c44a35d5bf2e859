"""CSV: a header, then records, written as the contract's csv options say."""

import csv
from collections.abc import Iterator
from itertools import islice

from techco.contract import Column, Table
from techco.landing_check import limits
from techco.landing_check.checker import convertible
from techco.landing_check.findings import Unusable, counted
from techco.landing_check.sql import literal
from techco.landing_check.tally import Fault, FileTally
from techco.landing_check.text import exhaust, line_blocks
from techco.landing_check.text_files import TextChecker


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
        while block := list(islice(records, limits.BATCH_ROWS // 10)):
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


def csv_records(chunks: Iterator[str], table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield (number of the line it begins in, fields) of a CSV text; empty lines are nothing.

    Raises Unusable at a broken quote.
    """
    options = table.csv
    quoting = {"quotechar": options.quote} if options.quote else {"quotechar": None, "quoting": csv.QUOTE_NONE}
    # The limit is the module's; lines are held to the same one before they come here.
    csv.field_size_limit(limits.MAX_LINE_BYTES)
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
