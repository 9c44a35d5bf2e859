"""Take persons out of landed files: a new file beside the old one, then in its place, under the same name.

Which rows are meant is read from base, where an erasure has marked them. Classified values become null, and ids
`erased:<key>`; every other row stays as it is, byte by byte in text formats. Rows that could not be used are replaced
whole, because what slipped into a wrong field may be anything. A file that cannot be rewritten keeps no other from it:
it is named at the end, with what to do.
"""

import csv
import gzip
import hmac
import io
import json
import os
import re
import shutil
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from techco.contract.blank import is_blank
from techco.contract.landing_zone import format_of
from techco.contract.raw_contract import Contract, Table
from techco.privacy import vault
from techco.sql import only_row

ACTION = "rewrite_landed_file"
# What reading or writing a file may end in. Their texts may hold values, so that only the kind is told.
FAULTS = (OSError, ValueError, LookupError, EOFError, zlib.error, csv.Error, pa.ArrowException)


class RewriteError(Exception):
    """A file was not rewritten; the message says why, and what to do."""


class MissingError(RewriteError):
    """There is no such file any more."""


@dataclass(frozen=True)
class Marks:
    """The marked rows of a file: person's key by row number, by the text columns of the key, and by raw row.

    `key_of_row` are the text columns of the key by row number, to tell that a file is still what was loaded.
    """

    by_row: dict[int, tuple[str, bool]]
    by_key: dict[tuple[str, ...], str]
    by_raw: dict[str, str]
    key_of_row: dict[int, tuple[str, ...]]


@dataclass(frozen=True)
class Persons:
    """The keys of whom files are rewritten for, and the secrets by which their rows are known in files.

    `looks_personal` finds what stands in columns without a class, as vars: privacy says.
    """

    keys: frozenset[str]
    pepper: str
    secret: str
    looks_personal: re.Pattern[str]

    def include(self, person_id: object) -> bool:
        """Whether an id in a file is one of theirs."""
        return person_id not in (None, "") and vault.pseudonym(self.pepper, str(person_id)) in self.keys


def rewrite(
    connection: duckdb.DuckDBPyConnection, landing: Path, contract: Contract, persons: Persons
) -> tuple[dict[str, int], dict[str, RewriteError]]:
    """Rewrite the files of `landing` that hold `persons`.

    Returns the rows changed in each file, and the files that could not be rewritten with the reason; both by path. Each
    file is written down in base.privacy_actions before it is touched and finished after.
    """
    marks = {
        file: (table, found)
        for table in contract.tables.values()
        if is_built(connection, table)
        for file, found in marked_rows(connection, table, sorted(persons.keys)).items()
    }
    rewritten, left = {}, {}
    for file, (table, found) in sorted(marks.items()):
        try:
            if rows := rewrite_file(connection, landing, file, table, Anonymiser(table, found, persons)):
                rewritten[file] = rows
        except RewriteError as error:
            left[file] = error
        except FAULTS as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            left[file] = RewriteError(
                f"cannot be read or written ({why}). Make it so, restore it from a backup, or delete it."
            )
    return rewritten, left


def rewrite_file(
    connection: duckdb.DuckDBPyConnection, landing: Path, file: str, table: Table, change: "Anonymiser"
) -> int:
    """Rewrite one file; return how many rows changed. Raises RewriteError or one of FAULTS, and it is as before."""
    require_inside(landing, landing / file)
    path = (landing / file).resolve()
    new = path.with_name(f".{path.name}.rewriting")
    new.unlink(missing_ok=True)
    try:
        if not WRITERS[format_of(file) or ""](path, new, table, change):
            finish(connection, file)
            return 0
        note(connection, file, change.rows)
        shutil.copymode(path, new)
        # On the disk before it takes the other's place.
        with open(new, "rb+") as written:
            os.fsync(written.fileno())
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    finish(connection, file)
    return sum(change.rows.values())


def is_built(connection: duckdb.DuckDBPyConnection, table: Table) -> bool:
    """Whether base holds the table."""
    name = f"base_{table.source}__{table.name}"
    found = "select count(*) from duckdb_tables() where schema_name = 'base' and table_name = ?"
    return bool(only_row(connection, found, [name])[0])


def marked_rows(connection: duckdb.DuckDBPyConnection, table: Table, keys: list[str]) -> dict[str, Marks]:
    """The rows of these persons, by file."""
    texts = key_texts(table)
    found: dict[str, Marks] = defaultdict(lambda: Marks({}, {}, {}, {}))
    rows = connection.execute(
        f"select _file, _row, _erased_key, _raw, {', '.join(texts) or 'null'} "
        f"from base.base_{table.source}__{table.name} where list_contains(?, _erased_key)",
        [keys],
    ).fetchall()
    for file, row, person_key, raw, *key in rows:
        marks = found[file]
        if format_of(file) == "parquet":
            marks.by_row[row] = (person_key, raw is not None)
        elif raw is not None:
            marks.by_raw[raw.rpartition(":")[2]] = person_key
        if texts and None not in key and raw is None:
            marks.by_key[tuple(key)] = person_key
            marks.key_of_row[row] = tuple(key)
    return found


def key_texts(table: Table) -> list[str]:
    """The columns of the key that are text and not classified: what a line in a file can be told by."""
    plain = {c.name for c in table.columns if c.data_type == "varchar" and not c.classification}
    return [name for name in table.key if name in plain]


def require_inside(landing: Path, path: Path) -> None:
    """Raise RewriteError for a file that a link leads to, or that is none."""
    if path.is_symlink() or not path.resolve().is_relative_to(landing.resolve()):
        raise RewriteError(
            "leads out of the landing zone or is a link, and nothing outside is touched. Put the file itself in its "
            "place, or take the person out of the one that it leads to and delete the link."
        )
    if not path.exists():
        raise MissingError(
            "is not there any more, though base has loaded it. If it was moved, delete it where it is now; if it was "
            "deleted, nothing is left to do for it, and the next run takes it as done."
        )
    if not path.is_file():
        raise RewriteError("is no file. Restore the file from a backup, or delete what has its name.")


def note(connection: duckdb.DuckDBPyConnection, file: str, rows: dict[str, int]) -> None:
    """Write down that a file is about to be rewritten, in place of what a run wrote that was stopped then."""
    connection.execute(
        "delete from base.privacy_actions where action = ? and details = ? and done_at is null", [ACTION, file]
    )
    for person_key, count in rows.items():
        connection.execute(
            "insert into base.privacy_actions "
            "select md5(concat_ws('|', ?, ?, ?, now())), ?, ?, null, null, "
            "timezone('UTC', now()), null, ?, ?",
            [ACTION, person_key, file, ACTION, person_key, count, file],
        )


def finish(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Write down that a file is rewritten."""
    connection.execute(
        "update base.privacy_actions set done_at = timezone('UTC', now()) "
        "where action = ? and details = ? and done_at is null",
        [ACTION, file],
    )


def changed_since(table: Table) -> RewriteError:
    """A file that is not what base has loaded: whose its rows are is not known."""
    return RewriteError(
        f"is not as it was when it was loaded into base_{table.source}__{table.name}: rows of the persons are not "
        "where they were, so whose its rows are is not known. Restore it from a backup, or delete it."
    )


class Anonymiser:
    """Says what becomes of a row; counts changed rows by person in `rows`."""

    def __init__(self, table: Table, marks: Marks, persons: Persons):
        self.table, self.marks, self.persons = table, marks, persons
        self.rows: dict[str, int] = defaultdict(int)
        self.seen: set[object] = set()
        self.classified = {column.name: column for column in table.columns if column.classification}
        self.texts = {c.name for c in table.columns if not c.classification and c.data_type == "varchar"} - {*table.key}
        self.person = next((c for c in table.columns if c.classification == "person_id"), None)

    def of_key(self, values: Callable[[str], object]) -> str | None:
        """Whose a usable row is, by the text columns of its key; None where it names another person."""
        key = tuple(str(values(name)) for name in key_texts(self.table))
        self.seen.add(key)
        named = values(self.person.name) if self.person else None
        if not is_blank(named) and not self.persons.include(named):
            return None
        return self.marks.by_key.get(key)

    def of_raw(self, raw: str) -> str | None:
        """Whose an unusable row is; base keeps a keyed hash of it."""
        digest = hmac.digest(self.persons.secret.encode(), raw.encode(errors="replace"), "sha256").hex()[:16]
        self.seen.add(digest)
        return self.marks.by_raw.get(digest)

    def require_all_seen(self, rows: Iterable[bytes | str]) -> None:
        """Raise RewriteError where a row of the persons is not in the file, of which these are the rows as they were.

        An unusable row that was replaced before cannot be told from another one.
        """
        unseen = [person_key for digest, person_key in self.marks.by_raw.items() if digest not in self.seen]
        replaced = sum(
            row.startswith(b"erased:") if isinstance(row, bytes) else row.startswith("erased:") for row in rows
        )
        if not self.marks.by_key.keys() <= self.seen or len(unseen) > replaced:
            raise changed_since(self.table)

    def replaced(self, name: str, value: object, person_key: str) -> object:
        """A classified value: an id by what names nobody, an array without content, others by nothing.

        Of a text without class what looks personal is held back, as in macros/privacy/held_back.sql.
        """
        if is_blank(value):
            return value
        if name in self.texts:
            return "[held back]" if isinstance(value, str) and self.persons.looks_personal.search(value) else value
        if self.classified[name].elements and isinstance(value, list):
            return [{k: v for k, v in item.items() if k != "content"} for item in value if isinstance(item, dict)]
        if self.classified[name].elements and (array := json_array(value)) is not None:
            return json.dumps(self.replaced(name, array, person_key), ensure_ascii=False, separators=(",", ":"))
        return f"erased:{person_key}" if self.person and name == self.person.name else None


def json_array(value: object) -> list[Any] | None:
    """An array that Parquet and CSV hold as JSON text; None for anything else."""
    try:
        array = json.loads(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return array if isinstance(array, list) else None


def rewrite_jsonl(path: Path, new: Path, table: Table, change: Anonymiser) -> bool:
    """Write `path` without the persons to `new`; return whether a line differs."""
    lines = read_bytes(path).split(b"\n")
    changed = [changed_line(line, table, change) for line in lines]
    change.require_all_seen(lines)
    if changed == lines:
        return False
    write_bytes(new, path, b"\n".join(changed))
    if len(read_bytes(new, path).split(b"\n")) != len(lines):
        raise RewriteError("was not rewritten: the new file would have another number of lines. Report it as a fault.")
    return True


def changed_line(line: bytes, table: Table, change: Anonymiser) -> bytes:
    """A JSON line without its person; the same bytes where it is nobody's of them."""
    text = line.rstrip(b"\r").decode("utf-8", "surrogateescape")
    if person_key := change.of_raw(text) if change.marks.by_raw else None:
        change.rows[person_key] += 1
        return f"erased:{person_key}".encode()
    try:
        document = json.loads(text)
    except ValueError:
        return line
    paths = {column.name: column.path.split(".") for column in table.columns}
    if not isinstance(document, dict):
        return line
    person_key = change.of_key(lambda name: at(document, paths[name]))
    if person_key is None:
        return line
    before = json.dumps(document)
    for name in (*change.classified, *change.texts):
        put(document, paths[name], change.replaced(name, at(document, paths[name]), person_key))
    if json.dumps(document) == before:
        return line
    change.rows[person_key] += 1
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogateescape")


def at(document: object, path: list[str]) -> object:
    """What stands at a path of a document; None where nothing does."""
    for name in path:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def put(document: object, path: list[str], value: object) -> None:
    """Set a value that is there at a path of a document."""
    holder = at(document, path[:-1])
    if isinstance(holder, dict) and path[-1] in holder:
        holder[path[-1]] = value


def rewrite_csv(path: Path, new: Path, table: Table, change: Anonymiser) -> bool:
    """Write `path` without the persons to `new`; return whether a record differs."""
    encoding = table.csv.encoding
    content = read_bytes(path)
    text = content.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    records = list(csv_records(text, table.csv.quote))
    header = fields_of(records[0], table) if records else []
    changed = records[:1] + [changed_record(record, header, table, change) for record in records[1:]]
    change.require_all_seen(records)
    if changed == records:
        return False
    write_bytes(new, path, "".join(changed).encode(encoding, "surrogateescape" if encoding == "utf-8" else "strict"))
    again = read_bytes(new, path).decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    if len(list(csv_records(again, table.csv.quote))) != len(records):
        raise RewriteError("was not rewritten: the new file would have another number of rows. Report it as a fault.")
    return True


def csv_records(text: str, quote: str) -> Iterator[str]:
    """The records of a CSV text with their line ends; a quoted field may hold line ends of its own."""
    begin, quoted = 0, False
    for place, character in enumerate(text):
        if quote and character == quote:
            quoted = not quoted
        elif character == "\n" and not quoted:
            yield text[begin : place + 1]
            begin = place + 1
    if begin < len(text):
        yield text[begin:]


def fields_of(record: str, table: Table) -> list[str]:
    """The fields of one record."""
    quote = table.csv.quote or None
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    lines = io.StringIO(record, newline="")
    return next(csv.reader(lines, delimiter=table.csv.delimiter, quotechar=quote, quoting=quoting), [])


def changed_record(record: str, header: list[str], table: Table, change: Anonymiser) -> str:
    """A CSV record without its person; the same text where it is nobody's of them."""
    fields = fields_of(record, table)
    names = [name.lstrip("\ufeff").lower() for name in header]
    end = record[len(record.rstrip("\r\n")) :]
    if person_key := change.of_raw(raw_record(fields, names, table)) if change.marks.by_raw else None:
        change.rows[person_key] += 1
        return f"erased:{person_key}{end}"
    if len(fields) != len(names):
        return record
    values = dict(zip(names, fields, strict=True))
    person_key = change.of_key(lambda name: values.get(name.lower(), "") or None)
    if person_key is None:
        return record
    for name in (*change.classified, *change.texts):
        if name.lower() in values:
            values[name.lower()] = str(change.replaced(name, values[name.lower()], person_key) or "")
    if list(values.values()) == fields:
        return record
    change.rows[person_key] += 1
    written = io.StringIO(newline="")
    quote = table.csv.quote or None
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    writer = csv.writer(written, delimiter=table.csv.delimiter, quotechar=quote, quoting=quoting, lineterminator=end)
    writer.writerow(values.values())
    return written.getvalue()


def raw_record(fields: list[str], names: list[str], table: Table) -> str:
    """A record as base keeps it where it is not good: its fields, or what its columns hold, as JSON."""
    if len(fields) != len(names):
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    values = dict(zip(names, fields, strict=True))
    held = {column.name: values.get(column.name.lower()) or None for column in table.columns}
    return json.dumps(held, ensure_ascii=False, separators=(",", ":"))


def rewrite_parquet(path: Path, new: Path, table: Table, change: Anonymiser) -> bool:
    """Write `path` without the persons to `new`; return whether a row differs."""
    file = pq.ParquetFile(path)
    rows, metadata = file.read(), file.metadata
    require_same_rows(rows, table, change)
    kept = {*table.key, *(column.name for column in table.columns if column.name.startswith("_"))}
    columns, touched = [], set()
    for name in rows.column_names:
        values = rows.column(name).to_pylist()
        for number, (person_key, is_unusable) in change.marks.by_row.items():
            place = number - 1
            if name in change.classified or (name in change.texts and not is_unusable):
                value = change.replaced(name, values[place], person_key)
            else:
                value = None if is_unusable and name not in kept else values[place]
            if value != values[place] and not str(values[place]).startswith("erased:"):
                values[place] = value
                touched.add(number)
        columns.append(pa.array(values, rows.schema.field(name).type))
    if not touched:
        return False
    for number in touched:
        change.rows[change.marks.by_row[number][0]] += 1
    compression = metadata.row_group(0).column(0).compression.lower() if metadata.num_row_groups else "snappy"
    pq.write_table(
        pa.Table.from_arrays(columns, schema=rows.schema),
        new,
        compression="none" if compression == "uncompressed" else compression,
        row_group_size=max((metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)), default=None),
    )
    others = pa.array([number + 1 not in touched for number in range(rows.num_rows)])
    again = pq.read_table(new)
    if again.num_rows != rows.num_rows or not again.filter(others).equals(rows.filter(others)):
        raise RewriteError("was not rewritten: rows of others would not be the same. Report it as a fault.")
    if change.person and any(map(change.persons.include, set(again.column(change.person.name).to_pylist()))):
        raise changed_since(table)
    return True


def require_same_rows(rows: pa.Table, table: Table, change: Anonymiser) -> None:
    """Raise RewriteError where a marked row is not in the file, or another is in its place."""
    if any(number > rows.num_rows for number in change.marks.by_row):
        raise changed_since(table)
    texts = [name for name in key_texts(table) if name in rows.column_names]
    if len(texts) < len(key_texts(table)):
        return
    keys = list(zip(*(rows.column(name).to_pylist() for name in texts), strict=True))
    if any(tuple(map(str, keys[number - 1])) != key for number, key in change.marks.key_of_row.items()):
        raise changed_since(table)


WRITERS = {"jsonl": rewrite_jsonl, "csv": rewrite_csv, "parquet": rewrite_parquet}


def read_bytes(path: Path, named: Path | None = None) -> bytes:
    """A file's content, unpacked as the name says, which is `named` where the file has another for now."""
    suffix, content = (named or path).suffix, path.read_bytes()
    if suffix == ".gz":
        return gzip.decompress(content)
    if suffix == ".zst":
        with pa.CompressedInputStream(pa.BufferReader(content), "zstd") as stream:
            return bytes(stream.read())
    return content


def write_bytes(path: Path, named: Path, content: bytes) -> None:
    """Write a file that will get the name `named`, packed as that says."""
    if named.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif named.suffix == ".zst":
        packed = pa.BufferOutputStream()
        with pa.CompressedOutputStream(packed, "zstd") as stream:
            stream.write(content)
        content = packed.getvalue().to_pybytes()
    path.write_bytes(content)
