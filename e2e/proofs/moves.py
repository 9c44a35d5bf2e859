"""Rows that move to another parent: later states of landed rows, each with another value in a foreign key."""

import copy
import csv
import io
import json
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from conftest import ROOT
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import Column, Contract, Table, load_contract

# Of each foreign key, how many rows move.
ROWS = 6
# What a moved row names after each of its later states: the first, the second and the third of some parents; "deleted"
# is a change log's delete.
WAYS = ("B", "B", "BA", "BC", "BA")
WAYS_OF_A_CHANGE_LOG = ("B", "BA", "BC", ("deleted", "B"), ("B", "deleted"))
# What makes a state newer than all that landed, besides the time of delivery. Rows of one state share their times.
STEP = timedelta(minutes=7)


@dataclass
class Landed:
    """What has landed of a table: its rows as they came, and how its files are written."""

    table: Table
    folder: Path
    schema: pa.Schema | None = None
    rows: list[dict] = field(default_factory=list)


def move_children(zone: Path, chance: random.Random) -> dict[str, int]:
    """Land files in which rows of every table move to other parents; returns how many states, by foreign key."""
    contract = load_contract(ROOT)
    files = defaultdict(list)
    for file in list_files(zone):
        files[Path(file.path_in_zone).parts[:2]].append(zone / file.path_in_zone)
    landed = {name: read(table, sorted(files[name])) for name, table in contract.tables.items() if files[name]}
    # Parents that never come are parents, too.
    parents = defaultdict(lambda: {"X000000001", "X000000002", "X000000003"})
    for some in landed.values():
        for column in some.table.columns:
            parents[column.name].update(value for row in some.rows if isinstance(value := at(row, column.path), str))
    written = {}
    for (source, name), some in sorted(landed.items()):
        if not some.rows:
            continue
        moved = move(some, foreign_keys(contract, some.table), parents, chance)
        written |= {f"{source}.{name}.{column}": count for column, count in moved.items()}
    return written


def foreign_keys(contract: Contract, table: Table) -> list[Column]:
    """Columns outside a table's key that are the key of another table, or that several tables share to be joined by."""
    named = defaultdict(set)
    for other in contract.tables.values():
        for column in other.columns:
            if column.data_type == "varchar" and not contract.allowed(column):
                named[column.name].add((other.source, other.name))
    keys = {name for other in contract.tables.values() for name in other.key}
    return [
        column
        for column in table.columns
        if column.name not in table.key
        and (column.name in keys or column.name.endswith("_id"))
        and len(named[column.name]) > 1
    ]


def read(table: Table, paths: list[Path]) -> Landed:
    """The rows of a table's files; lines that are no rows are left out."""
    landed = Landed(table, paths[0].parent.parent)
    for path in paths:
        if path.suffix == ".parquet":
            rows = pq.read_table(path)
            landed.schema = landed.schema or rows.schema
            landed.rows.extend(rows.to_pylist())
            continue
        with pa.input_stream(path, compression={".zst": "zstd", ".gz": "gzip"}.get(path.suffix)) as stream:
            text = stream.read().decode(table.csv.encoding if table.format == "csv" else "utf-8", "replace")
        if table.format == "csv":
            landed.rows.extend(read_csv(text, table))
        else:
            landed.rows.extend(filter(None, map(parsed, text.splitlines())))
    return landed


def read_csv(text: str, table: Table) -> list[dict]:
    """The rows of a CSV file that have as many fields as its header."""
    header, *lines = csv.reader(io.StringIO(text), delimiter=table.csv.delimiter)
    return [dict(zip(header, line, strict=True)) for line in lines if len(line) == len(header)]


def parsed(line: str) -> dict | None:
    """A line as an object, None where it is none."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def move(landed: Landed, columns: list[Column], parents: dict[str, set], chance: random.Random) -> dict[str, int]:
    """Write later states of some rows, in files of their own; returns how many there are by column.

    `parents` are the values that there are, by column.
    """
    table = landed.table
    by_key = {tuple(at(row, name) for name in table.key): row for row in landed.rows}
    keys = sorted(key for key in by_key if all(isinstance(part, str) for part in key))
    chance.shuffle(keys)
    newest = {column.name: newest_of(landed, column.name) for column in table.columns if column.name.startswith("_")}
    ways = WAYS_OF_A_CHANGE_LOG if table.feed == "cdc" else WAYS
    states, counts = defaultdict(list), dict.fromkeys((column.name for column in columns), 0)
    for number, column in enumerate(columns * ROWS if keys else []):
        # Where there are few rows they move again, after all their states before.
        turn, place = divmod(number, len(keys))
        row = by_key[keys[place]]
        own = at(row, column.path)
        others = chance.sample(sorted(parents[column.name] - {own, ""}), 2)
        names = {"A": own, "B": others[0], "C": others[1]}
        for step, name in enumerate(ways[number // len(columns) % len(ways)], start=1 + 2 * turn):
            state = copy.deepcopy(row)
            if name != "deleted":
                put(state, column.path, names[name])
            make_newer(state, newest, step, len(states[step]), name == "deleted")
            states[step].append(state)
            counts[column.name] += 1
    days = sorted(landed.folder.glob("ingested_on=*"))
    for step, rows in states.items():
        # Rows of one file would always come in one batch.
        for part in range(2):
            if some := rows[part::2]:
                write(landed, some, chance.choice(days) / f"moves-{step}-{part}")
    return counts


def make_newer(row: dict, newest: dict, step: int, number: int, deleted: bool) -> None:
    """Set the columns of the feed so that the row is the newest of its key; `number` tells rows of one state apart."""
    for name, value in newest.items():
        if name == "_op":
            row[name] = "d" if deleted else "u"
        elif name == "_lsn":
            row[name] = value + step * 10_000 + number
        elif isinstance(value, int):
            row[name] = value + step
        else:
            row[name] = later(value, step)


def newest_of(landed: Landed, name: str) -> object:
    """The greatest value of a column of the feed that is one."""
    values = [row[name] for row in landed.rows if row.get(name) is not None]
    if name == "_op":
        return "u"
    if name in ("_lsn", "_revision"):
        return max(value for value in values if isinstance(value, int) and value < 10**9)
    return max(value for value in values if isinstance(value, datetime) or is_instant(value))


def is_instant(value: object) -> bool:
    """Whether a text is an ISO instant of a year that may be."""
    try:
        return datetime.fromisoformat(value).year < 2030
    except (TypeError, ValueError):
        return False


def later(value: object, steps: int) -> object:
    """An instant some steps later, written as it was."""
    if isinstance(value, str):
        return (datetime.fromisoformat(value) + steps * STEP).isoformat(timespec="microseconds")
    return value + steps * STEP


def at(row: dict, path: str) -> object:
    """The value at a path, None where there is none."""
    for name in path.split("."):
        row = row.get(name) if isinstance(row, dict) else None
    return row


def put(row: dict, path: str, value: object) -> None:
    """Set the value at a path."""
    *folders, name = path.split(".")
    for folder in folders:
        row[folder] = row.get(folder) or {}
        row = row[folder]
    row[name] = value


def write(landed: Landed, rows: list[dict], path: Path) -> None:
    """A file of rows in the table's format."""
    table = landed.table
    if table.format == "parquet":
        pq.write_table(pa.Table.from_pylist(rows, landed.schema), f"{path}.parquet")
    elif table.format == "jsonl":
        lines = "".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)
        Path(f"{path}.jsonl").write_text(lines, encoding="utf-8")
    else:
        with Path(f"{path}.csv").open("w", encoding=table.csv.encoding, newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), delimiter=table.csv.delimiter, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: row.get(name) for name in rows[0]} for row in rows)
