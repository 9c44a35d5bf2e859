"""Columns that look personal and have no class: by the name, or by the values at the beginning of each file.

Only `make validate` asks: a build would pay for it each day, and a class is decided when a column comes.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Column, Contract, Table
from techco.contract.validation.csv_files import csv_records
from techco.contract.validation.file_paths import misplacement
from techco.contract.validation.findings import Finding, Unusable, counted
from techco.contract.validation.text import TextFile
from techco.privacy.personal_patterns import Kind, class_of_name, kinds_of_value

# So many rows of each file are looked at, and so many values have to look alike where one could be chance.
ROWS, ENOUGH = 50, 3
# Types that hold no identifier.
OF_NOBODY = ("date", "timestamp", "boolean", "double", "decimal")
DECLARE = "declare `not_personal: <reason>` in its config.meta"


def unclassified(files: Iterable[LandedFile], contract: Contract, zone: Path) -> list[Finding]:
    """An error for each column of the contract or of a file that looks personal without a class; each column once."""
    findings = [finding for table in contract.tables.values() for finding in by_contract(table)]
    tables = {(table.source, table.name): Judge(table) for table in contract.tables.values()}
    for file in files:
        if misplacement(file, contract) is None:
            findings += tables[file.named].judge(file, zone)
    return findings


def by_contract(table: Table) -> Iterator[Finding]:
    """Columns that the contract knows by a personal name."""
    for column in table.columns:
        suggested = class_of_name(column.name)
        if suggested and not column.classification and not column.not_personal:
            yield finding(
                f"models/staging/{table.source}/_{table.source}__sources.yml", f"{table.name}.{column.name}", suggested
            )


def finding(file: str, column: str, classification: str, found: str = "", known: bool = True) -> Finding:
    """What to say of a column."""
    classify = f"Classify it (`tags: [pii]` and `classification: {classification}` in its config)"
    if not known:
        classify = f"Add it to the contract: classified (`tags: [pii]`, `classification: {classification}`)"
    return Finding(
        "error",
        file,
        column,
        "nothing personal, as it has no class",
        found or f"a name that says {classification}",
        f"{classify}, or {DECLARE}",
        "personal_value" if found else "personal_name",
    )


class Judge:
    """Looks at the files of one table, and says of each column once that it looks personal."""

    def __init__(self, table: Table):
        self.table = table
        self.by_path = {column.path.lower(): column for column in table.columns}
        self.told: set[str] = set()

    def judge(self, file: LandedFile, zone: Path) -> list[Finding]:
        """Findings about the columns of a file that no file before it gave away."""
        values: dict[str, list[str]] = defaultdict(list)
        try:
            for name, value in READERS[file.format or ""](zone / file.path_in_zone, self.table):
                if name not in self.told:
                    values[name].append(value)
        except (Unusable, OSError, pa.ArrowException, ValueError):
            # What cannot be read is told by the check of the format.
            return []
        return [
            found for name, texts in values.items() for found in self.of_column(file, name, list(filter(None, texts)))
        ]

    def of_column(self, file: LandedFile, name: str, texts: list[str]) -> Iterator[Finding]:
        """What a column's name and values say."""
        column = self.known(name)
        if column and (column.classification or column.not_personal or column.data_type.startswith(OF_NOBODY)):
            self.told.add(name)
            return
        suggested = None if column else class_of_name(name) or class_of_name("_".join(name.split(".")[-2:]))
        kind, row = (None, 0) if suggested else looks_like(texts)
        if suggested or kind:
            self.told.add(name)
        if suggested:
            yield finding(file.path_in_zone, name, suggested, known=False)
        elif kind:
            place = f"the first is value {row} of {counted(len(texts), 'value')} looked at"
            found = f"values that look like {kind.words} ({place})"
            yield finding(file.path_in_zone, name, kind.classification, found, column is not None)

    def known(self, name: str) -> Column | None:
        """The contract's column; what an array's objects hold is the array's."""
        parts = name.lower().split(".")
        return next(
            (
                self.by_path[".".join(parts[:n])]
                for n in range(len(parts), 0, -1)
                if ".".join(parts[:n]) in self.by_path
            ),
            None,
        )


def looks_like(texts: list[str]) -> tuple[Kind | None, int]:
    """The kind of personal data that values are, and where the first stands; None where it could be chance."""
    found: dict[str, tuple[Kind, set[str], int]] = {}
    for row, text in enumerate(texts, 1):
        for kind in kinds_of_value(text):
            found.setdefault(kind.words, (kind, set(), row))[1].add(text)
    for kind, different, first in found.values():
        if kind.sure or (len(different) >= ENOUGH and 2 * len(different) >= len(set(texts))):
            return kind, first
    return None, 0


def parquet_values(path: Path, table: Table) -> Iterator[tuple[str, str]]:
    """(column, value as text) of the first rows."""
    with pq.ParquetFile(path) as file:
        wanted = [field.name for field in file.schema_arrow if holds_text(field.type)]
        for name in wanted:
            yield name, ""
        for batch in islice(file.iter_batches(ROWS, columns=wanted), 1):
            for name, values in batch.to_pydict().items():
                yield from ((name, str(value)) for value in values if value is not None)


def holds_text(data_type: pa.DataType) -> bool:
    """Whether a value could be an identifier: text or a whole number."""
    if pa.types.is_dictionary(data_type):
        return holds_text(data_type.value_type)
    return bool(pa.types.is_string(data_type) or pa.types.is_large_string(data_type) or pa.types.is_integer(data_type))


def csv_values(path: Path, table: Table) -> Iterator[tuple[str, str]]:
    """(column, value) of the first records."""
    records = islice(csv_records(TextFile(path, table.csv.encoding).pieces(), table), ROWS + 1)
    _, header = next(records, (0, []))
    for name in header:
        yield name, ""
    for _, record in records:
        yield from zip(header, record, strict=False)


def json_values(path: Path, table: Table) -> Iterator[tuple[str, str]]:
    """(path, value as text) of the first documents."""
    lines = (line for piece in TextFile(path, "utf-8").pieces() for line in piece.split(b"\n") if line)
    for line in islice(lines, ROWS):
        try:
            document = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(document, dict):
            yield from leaves(document, "")


def leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    """(path, text) of all values in a document; objects of an array share their paths."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, path)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value)
    else:
        yield path, ""


READERS = {"parquet": parquet_values, "jsonl": json_values, "csv": csv_values}
