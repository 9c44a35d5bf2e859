"""How the rows of a mart differ between two warehouses."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

# What says something of runs, or of the engine, and not of the business.
LEFT_OUT = ("governance.run_audit", "governance.model_timings")


@dataclass(frozen=True)
class Difference:
    """Rows of a mart that are on one side only, and of those that are on both how many differ, and in which columns."""

    mart: str
    rows_before: int | None
    rows_after: int | None
    added: int
    removed: int
    changed: int
    columns: tuple[str, ...]


def differences(before: Path, after: Path, marts: list[str], keys: dict[str, list[str]]) -> list[Difference]:
    """Of the marts that differ; columns that one side alone has, and those that begin with `_`, are not compared."""
    with duckdb.connect() as connection:
        for side, warehouse in (("before", before), ("after", after)):
            connection.execute(f"attach '{warehouse}' as {side} (read_only)")
        found = [of_mart(connection, mart, keys.get(mart)) for mart in marts if mart not in LEFT_OUT]
    return [one for one in found if one]


def of_mart(connection: duckdb.DuckDBPyConnection, mart: str, key: list[str] | None) -> Difference | None:
    """None where nothing differs."""
    columns = {side: columns_of(connection, side, mart) for side in ("before", "after")}
    counts = {side: count(connection, f"{side}.{mart}") if columns[side] else None for side in columns}
    if not columns["before"] or not columns["after"]:
        added, removed = counts["after"] or 0, counts["before"] or 0
        return Difference(mart, counts["before"], counts["after"], added, removed, 0, ())
    shared = [name for name in columns["after"] if name in columns["before"]]
    listed = ", ".join(quoted(name) for name in shared)
    unpaired = {
        side: f"(select {listed} from {side}.{mart} except all select {listed} from {other}.{mart})"
        for side, other in (("before", "after"), ("after", "before"))
    }
    only = {side: count(connection, rows) for side, rows in unpaired.items()}
    if not only["before"] and not only["after"]:
        return None
    changed, differing = 0, ()
    if key and set(key) <= set(shared):
        joined = f"{unpaired['before']} as b join {unpaired['after']} as a on " + " and ".join(
            f"b.{quoted(name)} is not distinct from a.{quoted(name)}" for name in key
        )
        changed = count(connection, joined)
        others = [name for name in shared if name not in key]
        if changed and others:
            sums = ", ".join(f"count_if(b.{quoted(name)} is distinct from a.{quoted(name)})" for name in others)
            row = connection.execute(f"select {sums} from {joined}").fetchall()[0]
            differing = tuple(name for name, number in zip(others, row, strict=True) if number)
    return Difference(
        mart, counts["before"], counts["after"], only["after"] - changed, only["before"] - changed, changed, differing
    )


def columns_of(connection: duckdb.DuckDBPyConnection, side: str, mart: str) -> list[str]:
    """In their order; none where there is no such table."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name || '.' || table_name = ? "
        "and not starts_with(column_name, '_') order by column_index",
        [side, mart],
    ).fetchall()
    return [name for (name,) in rows]


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Of a relation."""
    return int(connection.execute(f"select count(*) from {rows}").fetchall()[0][0])


def quoted(name: str) -> str:
    """As an identifier."""
    return '"' + name.replace('"', '""') + '"'
