"""JSON lines: one object on each line, its columns wherever the contract's paths lead."""

from collections.abc import Iterator

from techco.contract import Column
from techco.landing_check import limits
from techco.landing_check.checker import absent_optional
from techco.landing_check.findings import Finding, counted
from techco.landing_check.sql import literal
from techco.landing_check.tally import Fault, FileTally
from techco.landing_check.text import line_blocks
from techco.landing_check.text_files import TextChecker


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
        if column.required and tally.rows >= limits.ENOUGH_TO_JUDGE:
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


def json_path(path: str) -> str:
    """A contract path as a JSON path: device.id is $."device"."id"."""
    return "$" + "".join(f'."{part}"' for part in path.split("."))
