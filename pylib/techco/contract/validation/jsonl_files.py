"""JSON lines: one object on each line, its columns wherever the contract's paths lead."""

import json
from collections.abc import Iterator

import numpy as np

from techco.contract.raw_contract import Column
from techco.contract.validation import limits
from techco.contract.validation.checker import absent_optional, convertible
from techco.contract.validation.findings import Finding, counted
from techco.contract.validation.row_counts import FileTally
from techco.contract.validation.sql import filled
from techco.contract.validation.text import lines_of
from techco.contract.validation.text_files import TextChecker
from techco.contract.validation.text_patterns import pattern_of
from techco.sql import literal


class JsonChecker(TextChecker):
    """One JSON object per line; empty lines are nothing."""

    def read_rows(self, number: int, pieces: Iterator[bytes]) -> None:
        """Put the lines of a file into batches, all of them or the first `limit`."""
        first = 1
        for piece in pieces:
            lines = lines_of(piece)
            taken = lines if self.limit is None else lines[: max(0, self.limit - first + 1)]
            self.fill(number, np.arange(first, first + len(taken)), {"line": taken})
            first += len(lines)
            if len(taken) < len(lines):
                return

    def converts(self, value: str, column: Column) -> str:
        """SQL: whether the build reads the text of a value as the column's type."""
        return convertible(value, column.data_type, pattern_of(column.data_type, is_json=True))

    def is_bad(self, position: int, column: Column) -> str | None:
        """As for any format; and a column of text holds no object or array unless the contract says so."""
        if column.data_type == "varchar" and not column.elements:
            return f"t{position} in ('OBJECT', 'ARRAY')"
        return super().is_bad(position, column)

    def tally_batch(self) -> None:
        """Parse the lines and count. A bare carriage return ends a line, as for the build's reader."""
        self.conn.execute("""
            create or replace temp table documents as
            select
                file, row, payload,
                payload is not null and (starts_with(line, '{') or json_type(payload) = 'OBJECT') as is_object
            from (
                select file, row, line, try_cast(line as json) as payload
                from (select file, row, unnest(string_split(line, chr(13))) as line from batch)
                where line not in ('', chr(10))
            )
        """)
        columns = list(self.columns.values())
        paths = ", ".join(literal(json_path(column.path)) for column in columns)
        texts = (f"fields[{i + 1}]" for i in range(len(columns)))
        values = "".join(
            f", {filled(text, column.data_type)} as v{i}, types[{i + 1}] as t{i}"
            for i, (text, column) in enumerate(zip(texts, columns, strict=True))
        )
        extracted = f"json_extract_string(payload, [{paths}]) as fields, json_type(payload, [{paths}]) as types"
        fields = f"select file, row, {extracted} from documents where is_object"
        self.count(self.conn, self.tallies, columns, f"select file, row{values} from ({fields})")
        self.find_present()
        self.find_shapes()
        self.count_distinct()

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
        inner = sorted({column.path.rpartition(".")[0] for column in self.columns.values()} - {""})
        paths = ", ".join(literal(path) for path in ["$", *map(json_path, inner)])
        # To group texts takes half the time of grouping lists.
        keys = f"case when is_object then to_json(json_keys(payload, [{paths}])) end as keys"
        query = f"""
            select file, count(*), min(row) as first_row, keys
            from (select file, row, {keys} from documents)
            group by file, keys
            order by file, first_row
        """
        for number, count, row, found in self.conn.execute(query).fetchall():
            if found is None:
                self.tallies[number].unreadable += count
                continue
            keys = json.loads(found)
            self.tallies[number].unknown.update(dict.fromkeys(key for key in keys[0] if key not in known))
            for of_object in keys:
                if of_object and len(set(of_object)) < len(of_object):
                    twice = next(key for key in of_object if of_object.count(key) > 1)
                    self.tallies[number].doubled.add(count, row, twice)

    def count_distinct(self) -> None:
        """Count the different documents of each file."""
        query = "select file, count(distinct hash(payload)) from documents where is_object group by file"
        for number, distinct in self.conn.execute(query).fetchall():
            self.tallies[number].distinct += distinct

    def judge_absent(self, tally: FileTally, column: Column) -> None:
        """A document leaves out what is null, so one file without an optional column says nothing."""
        if column.required and tally.rows >= limits.ENOUGH_TO_JUDGE:
            super().judge_absent(tally, column)

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


def json_path(path: str) -> str:
    """A contract path as a JSON path: device.id is $."device"."id"."""
    return "$" + "".join(f'."{part}"' for part in path.split("."))
