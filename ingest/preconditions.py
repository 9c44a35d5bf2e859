"""What both connectors of databases ask of a table: the columns that the contract requires."""

from collections.abc import Callable

from ingest.back_off import say
from ingest.tables import Followed


class NotReady(Exception):
    """The database is not as it has to be; the message says what to do."""


def require_columns(table: Followed, has: Callable[[str], bool]) -> None:
    """Raise NotReady where the database lacks a required column of a table; say which others are left out."""
    name = table.source.table
    for column in table.declared.columns:
        in_database = table.name_in_database(column.name)
        if column.name.startswith("_") or column.name in table.source.constants or has(in_database):
            continue
        if column.required or column.name in table.declared.key:
            raise NotReady(
                f"{name} has no column {in_database}, which the contract requires as {column.name}. Say in the "
                f"configuration what it is called (`columns: {{{column.name}: …}}`), or what it always is (`constants`)"
            )
        say(f"{name} has no column {in_database}: {column.name} is left out.")
