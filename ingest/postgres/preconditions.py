"""What a database has to be like, looked at first; what is missing is said with the statement that makes it."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from ingest.postgres.config import Config
from ingest.preconditions import NotReady, require_columns
from ingest.tables import Followed


def require_logical(conn: psycopg.Connection[Any]) -> None:
    """The server writes a log from which rows can be read, and lets this user read it."""
    (level,) = conn.execute("show wal_level").fetchone() or ("",)
    if level != "logical":
        raise NotReady(
            f"wal_level is {level}, and has to be logical. Run `alter system set wal_level = logical`, and restart it"
        )
    found = conn.execute(
        "select current_user, rolreplication or rolsuper from pg_roles where rolname = current_user"
    ).fetchone()
    if found and not found[1]:
        raise NotReady(f"{found[0]} may not read the log. Run `alter role {found[0]} replication`")


def look_up(conn: psycopg.Connection[Any], tables: Sequence[Followed]) -> dict[int, Followed]:
    """The tables by the database's oids, each looked at. Raises NotReady where one is not as it has to be."""
    return {look_up_one(conn, table): table for table in tables}


def look_up_one(conn: psycopg.Connection[Any], table: Followed) -> int:
    """The oid of a table: it sends whole rows, has the columns that the contract requires, and a key that is one."""
    name = table.source.table
    found = conn.execute(
        "select c.oid::bigint, c.relreplident = 'f' from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relname = %s and c.relkind = 'r'",
        name.split("."),
    ).fetchone()
    if found is None:
        raise NotReady(f"there is no table {name}. Correct the configuration, or make the table")
    oid, sends_whole_rows = found
    if not sends_whole_rows:
        raise NotReady(
            f"{name} does not log whole rows, so that large values which did not change would be missing. "
            f"Run `alter table {name} replica identity full`"
        )
    there = columns_of(conn, oid)
    require_columns(table, there.__contains__)
    key = sorted(table.name_in_database(column) for column in table.declared.key)
    if not has_key(conn, oid, key):
        raise NotReady(
            f"{name} has no unique index on ({', '.join(key)}) alone that is not deferrable, and the contract "
            "knows its rows by that. Make one, or change the key in the contract"
        )
    return int(oid)


def columns_of(conn: psycopg.Connection[Any], oid: int) -> list[str]:
    """The columns that the log tells of, in their order."""
    rows = conn.execute(
        "select attname::text from pg_attribute where attrelid = %s and attnum > 0 and not attisdropped "
        "and attgenerated = '' order by attnum",
        [oid],
    )
    return [name for (name,) in rows]


def has_key(conn: psycopg.Connection[Any], oid: int, key: list[str]) -> bool:
    """Whether rows are unique by these columns at every moment: two rows that swap keys would else be taken for one."""
    rows = conn.execute(
        "select array(select attname::text from pg_attribute where attrelid = indrelid and attnum = any(indkey) "
        "order by 1) from pg_index where indrelid = %s and indisunique and indimmediate "
        "and indpred is null and indexprs is null",
        [oid],
    )
    return any(columns == key for (columns,) in rows)


def publish(conn: psycopg.Connection[Any], config: Config, tables: Sequence[Followed]) -> None:
    """Make the publication, or add the tables that it lacks."""
    name = config.publication_name
    there = conn.execute("select 1 from pg_publication where pubname = %s", [name]).fetchone()
    rows = conn.execute("select schemaname || '.' || tablename from pg_publication_tables where pubname = %s", [name])
    published = {table for (table,) in rows}
    missing = [table.source.table for table in tables if table.source.table not in published]
    if there and not missing:
        return
    named = sql.SQL(", ").join(sql.Identifier(*table.split(".")) for table in missing)
    begin = "alter publication {} add table {}" if there else "create publication {} for table {}"
    statement = sql.SQL(begin).format(sql.Identifier(name), named)
    try:
        conn.execute(statement)
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotReady(
            f"this user may not publish tables. Have their owner run `{statement.as_string(conn)}`"
        ) from error
