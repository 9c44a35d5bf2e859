"""Compare what two engines built: column names, families of types, and rows, in both directions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

ALLOWED = Path(__file__).with_name("allowed.yml")
# What a type says in both engines; width and precision are each engine's own.
FAMILIES = {
    "integer": ("BIGINT", "INTEGER", "HUGEINT", "SMALLINT", "TINYINT"),
    "decimal": ("DECIMAL",),
    "float": ("DOUBLE", "FLOAT"),
    "text": ("VARCHAR",),
    "date": ("DATE",),
    "timestamp": ("TIMESTAMP",),
    "boolean": ("BOOLEAN",),
}
# Snowflake's numbers for types, as its connector tells them.
OF_SNOWFLAKE = {0: "number", 1: "float", 2: "text", 3: "date", 8: "timestamp", 13: "boolean"}
# A double is equal where its first digits are: the order in which an engine adds up decides the others.
SAME_DIGITS = 9


@dataclass(frozen=True)
class Allowed:
    """Differences that are none, with their reasons: columns not compared, or only whether there is a value; tables."""

    not_compared: dict[str, str]
    compared_as_set: dict[str, str]
    tables_not_compared: dict[str, str] = field(default_factory=dict)


def read_allowed(path: Path = ALLOWED) -> Allowed:
    """The list of allowed differences."""
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Allowed(listed["not_compared"], listed["compared_as_set"], listed["tables_not_compared"])


@dataclass(frozen=True)
class Rows:
    """All rows of a table: families by column, and the values; names in lower case."""

    families: dict[str, str]
    values: pa.Table


def from_duckdb(connection: duckdb.DuckDBPyConnection, table: str) -> Rows:
    """A table or view of a DuckDB warehouse; raises duckdb.Error where there is none."""
    relation = connection.sql(f"select * from {table}")
    names = [name.lower() for name in relation.columns]
    families = {name: family(str(kind)) for name, kind in zip(names, relation.types, strict=True)}
    return Rows(families, relation.to_arrow_table().rename_columns(names))


def family(kind: str) -> str:
    """The family of a DuckDB type; the type itself where it belongs to none."""
    plain = kind.split("(")[0]
    return next((name for name, kinds in FAMILIES.items() if plain in kinds), plain)


def from_snowflake(cursor: Any, table: str) -> Rows:
    """A table or view of a Snowflake database, through its connector; raises its ProgrammingError."""
    cursor.execute(f"select * from {table}")
    families = {column.name.lower(): of_snowflake(column.type_code, column.scale) for column in cursor.description}
    values = cursor.fetch_arrow_all(force_return_table=True)
    return Rows(families, values.rename_columns(list(families)))


def of_snowflake(type_code: int, scale: int | None) -> str:
    """The family of a Snowflake type."""
    found = OF_SNOWFLAKE.get(type_code, f"type {type_code}")
    if found == "number":
        return "decimal" if scale else "integer"
    return found


def differences(one: Rows, other: Rows, allowed: Allowed) -> list[str]:
    """What is not the same and not allowed to differ; empty where all is equal."""
    if one.families.keys() != other.families.keys():
        return [f"column {name} is on one side only" for name in sorted(one.families.keys() ^ other.families.keys())]
    columns = [name for name in one.families if name not in allowed.not_compared]
    found = [
        f"column {name} is {one.families[name]} here and {other.families[name]} there"
        for name in columns
        if one.families[name] != other.families[name]
    ]
    if found:
        return found
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("here", one.values)
    connection.register("there", other.values)
    compared = ", ".join(
        f'"{name}" is null as "{name}"' if name in allowed.compared_as_set else comparable(name, one.families[name])
        for name in columns
    )
    # Equal rows cancel out, in one pass over both sides: `except all` takes one each way, and numbers equal rows.
    names = ", ".join(f'"{name}"' for name in columns)
    unpaired = f"""
        select {names}, sum("on side") as "left over"
        from (select {compared}, 1 as "on side" from here union all select {compared}, -1 as "on side" from there)
        group by {names}
        having "left over" <> 0
    """
    found_by_side = connection.execute(
        f"""
        select if("left over" > 0, 'here', 'there') as side, sum(abs("left over")), min(cast(row({names}) as varchar))
        from ({unpaired}) group by side order by side
        """
    ).fetchall()
    found += [f"{count} rows are only {side}, such as {example[:400]}" for side, count, example in found_by_side]
    return found


def comparable(name: str, kind: str) -> str:
    """A column as both engines give the same value."""
    if kind == "integer":
        return f'cast("{name}" as decimal(38, 0)) as "{name}"'
    if kind == "decimal":
        return f'cast("{name}" as decimal(38, 10)) as "{name}"'
    if kind == "float":
        return f'format(\'{{:.{SAME_DIGITS - 1}e}}\', "{name}") as "{name}"'
    if kind == "timestamp":
        return f'cast("{name}" as timestamp) as "{name}"'
    return f'"{name}"'
