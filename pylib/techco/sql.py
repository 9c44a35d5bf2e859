"""Texts and names inside of SQL, and what a query of one row gives."""

from collections.abc import Sequence
from typing import Any

import duckdb


def literal(value: object) -> str:
    """A value, written as text, as an SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def only_row(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()) -> tuple[Any, ...]:
    """The row of a query that gives one."""
    (row,) = connection.execute(query, parameters).fetchall()
    return row
