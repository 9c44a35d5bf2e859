"""Search for clear values of persons, and for secrets, in whatever leaves the restricted schemas.

The simulator says which values there are. All of them are searched at once (Aho and Corasick's automaton), in lower
case, whole and inside longer texts.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import yaml
from ahocorasick_rs import AhoCorasick
from techco.privacy import vault

from tools.simulator.emit.answers import answers_folder
from tools.simulator.emit.clear_values import FILE

ROOT = Path(__file__).resolve().parent.parent
PROJECT = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
RESTRICTED = tuple(PROJECT["restricted_schemas"])
# What a role sees of the clear values stands in this schema of its release, and nowhere else in it.
OF_PERSONS = "personal"
# Numbers may be part of longer ones that mean something else, as hashes do; other values are leaks wherever they stand.
NUMBER = re.compile(r"[0-9a-f .,:()*+-]+")
# People write these with and without what stands between the digits.
DIGITS_TOO = ("phone", "national_id", "payment")
SECRET = "secret"


@dataclass(frozen=True)
class Hit:
    """Where a value of a kind was found; the value itself is told by its beginning, as a report is read by many."""

    place: str
    kind: str
    beginning: str

    def __str__(self) -> str:
        return f"{self.place} holds a value of kind {self.kind} that begins with {self.beginning!r}"


class Search:
    """All clear values of a landing zone, and secrets, ready to be searched for."""

    def __init__(self, values: Iterable[tuple[str, str]], secrets: Iterable[str] = ()):
        """`values`: pairs of kind and value."""
        self.kinds: dict[str, str] = {}
        for kind, value in (*values, *((SECRET, secret) for secret in secrets)):
            for spelling in spellings(kind, value.lower()):
                self.kinds.setdefault(spelling, kind)
        self.patterns = list(self.kinds)
        self.is_number = [bool(NUMBER.fullmatch(pattern)) for pattern in self.patterns]
        self.automaton = AhoCorasick(self.patterns)

    @classmethod
    def of_zone(cls, landing: Path, secrets: Iterable[str] = ()) -> "Search":
        """For the values that the simulator listed beside a zone; of those that are words like others, none."""
        listed = pq.read_table(answers_folder(landing) / FILE, columns=["kind", "value", "is_distinctive"]).to_pylist()
        return cls(((row["kind"], row["value"]) for row in listed if row["is_distinctive"]), secrets)

    def in_text(self, text: str, place: str) -> set[Hit]:
        """What stands in a text."""
        text = text.lower()
        found = set()
        for pattern, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
            if self.is_number[pattern] and (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                continue
            value = self.patterns[pattern]
            found.add(Hit(place, self.kinds[value], value[:3]))
        return found

    def in_tables(self, connection: duckdb.DuckDBPyConnection, database: str, name: str, but: tuple[str, ...]):
        """What stands in any column, of any type, of tables and views, but for some schemas."""
        found = set()
        columns = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where database_name = ? and not internal and not list_contains(?, schema_name) order by all",
            [database, list(but)],
        ).fetchall()
        for schema, table, column in columns:
            relation = f'"{database}"."{schema}"."{table}"'
            held = f'select string_agg(distinct cast("{column}" as varchar), chr(10)) from {relation}'
            text = connection.execute(held).fetchone()[0] or ""
            found |= self.in_text(text, f"{name}: {schema}.{table}.{column}")
            found |= self.in_text(f"{schema}.{table}.{column}", f"{name}: the name of {schema}.{table}.{column}")
        comments = connection.execute(
            "select string_agg(comment, chr(10)) from (select comment from duckdb_columns() where database_name = $1 "
            "union all select comment from duckdb_tables() where database_name = $1 "
            "union all select comment from duckdb_views() where database_name = $1 "
            "union all select sql from duckdb_views() where database_name = $1)",
            [database],
        ).fetchone()[0]
        return found | self.in_text(comments or "", f"{name}: comments and definitions of views")

    def in_warehouse(self, warehouse: Path) -> set[Hit]:
        """What stands outside the restricted schemas of a warehouse."""
        with opened(warehouse) as connection:
            return self.in_tables(connection, warehouse.stem, warehouse.name, RESTRICTED)

    def in_restricted(self, warehouse: Path) -> Counter:
        """How many values of each kind the restricted schemas hold, by schema: what a search must be able to find."""
        with opened(warehouse) as connection:
            found = self.in_tables(connection, warehouse.stem, warehouse.name, ())
        counted = Counter((hit.place.split(": ")[-1].split(".")[0], hit.kind) for hit in found)
        return Counter({key: count for key, count in counted.items() if key[0] in RESTRICTED})

    def in_releases(self, releases: Path) -> set[Hit]:
        """What stands in published files, but for what the registry shows the role in clear."""
        found = set()
        for release in sorted(path for path in releases.iterdir() if path.is_dir() and not path.is_symlink()):
            for role in sorted(path for path in release.iterdir() if path.is_dir()):
                for file in sorted(path for path in role.rglob("*") if path.is_file()):
                    name = str(file.relative_to(releases))
                    hits = self.in_published(file, name)
                    found |= {hit for hit in hits if not may_see(role.name, hit)}
        return found

    def in_published(self, file: Path, name: str) -> set[Hit]:
        """What stands in one published file."""
        if file.suffix == ".duckdb":
            with opened(file) as connection:
                return self.in_tables(connection, file.stem, name, ())
        if file.suffix == ".parquet":
            with duckdb.connect() as connection:
                # As a table of the schema that its folder is named for.
                connection.execute(f'create schema "{file.parent.name}"')
                view = f'"{file.parent.name}"."{file.stem}"'
                connection.execute(f"create view {view} as from read_parquet('{file}', hive_partitioning = false)")
                return self.in_tables(connection, "memory", name, ())
        return self.in_file(file, name)

    def in_folder(self, folder: Path) -> set[Hit]:
        """What stands in the files of a folder, with those below it; links are not followed."""
        found = set()
        for parent, _, names in os.walk(folder):
            for path in (Path(parent, name) for name in names):
                if path.is_file() and not path.is_symlink():
                    found |= self.in_file(path, str(path.relative_to(folder.parent)))
        return found

    def in_file(self, file: Path, name: str) -> set[Hit]:
        """What stands in a file, as text whatever it is."""
        return self.in_text(file.read_bytes().decode("utf-8", errors="replace"), name)


def spellings(kind: str, value: str) -> Iterator[str]:
    """A value as it may be written: also with JSON's escapes, and without what stands between digits."""
    yield value
    escaped = json.dumps(value)[1:-1]
    if escaped != value:
        yield escaped
    digits = "".join(filter(str.isdigit, value))
    if kind in DIGITS_TOO and NUMBER.fullmatch(value) and len(digits) >= 10:
        yield digits


def may_see(role: str, hit: Hit) -> bool:
    """Whether the registry shows a role this kind in clear, at this place."""
    classes = PROJECT["privacy"]["classes"]
    schema = hit.place.split(": ")[-1].split(".")[0]
    shown = {name for name, roles in classes.items() if roles[role] == "full"}
    # Whoever reads free texts as they were typed sees what people quote in them.
    return schema == OF_PERSONS and (hit.kind in shown or "free_text" in shown)


def opened(file: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a finished database with what its views read: the vault."""
    connection = duckdb.connect()
    vault.attach(connection, holds_persons=False)
    # Under its own name, by which its views name what they read.
    connection.execute(f"attach '{file}' as \"{file.stem}\" (read_only)")
    return connection
