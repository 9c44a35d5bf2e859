"""What each role sees on a real account, held against what `make publish` wrote for it out of the DuckDB build.

A session of each role reads every view that it can see, and tries what it must not see. The emulator has no roles, so
this is run with TARGET=snowflake only; the user needs all roles of the registry.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import yaml
from snowflake.connector.errors import ProgrammingError

from tools.emulator.running import ROOT
from tools.parity.compare import Allowed, Rows, differences, from_duckdb, from_snowflake
from tools.parity.two_runs import RunError

# Tables of the build's own database, which no consumer may enter, marts neither.
CLOSED = (
    "raw.shop__customers",
    "base.base_shop__customers",
    "pii.person_keys",
    "pii.pii_shop__customers",
    "vault.pepper",
)
NOBODY_SEES = "a role without a grant could read it"


def of_all_roles(release: Path, cursor: Any, database: str, allowed: Allowed) -> dict[str, dict[str, list[str]]]:
    """Differences by role and table, of a release and the views in `<database>_SERVING`; empty where all is equal.

    The session has to begin with the build's role. Raises RunError where it cannot read what others must not.
    """
    if unread := [table for table in CLOSED if not can_read(cursor, f"{database}.{table}")]:
        raise RunError(
            f"The build's own role cannot read {', '.join(unread)}, so that others cannot would prove nothing."
        )
    registry = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]["privacy"]
    found = {}
    for role in registry["roles"]:
        # Another role of the user would give its rights to the session too.
        cursor.execute("use secondary roles none")
        cursor.execute(f"use role {database}_{role}")
        hidden = columns_hidden_there(registry["classes"], role)
        with duckdb.connect(str(release / role / "serving.duckdb"), read_only=True) as published:
            found[role] = of_one_role(published, cursor, database, allowed, hidden)
    return found


def of_one_role(
    published: duckdb.DuckDBPyConnection, cursor: Any, database: str, allowed: Allowed, hidden: Iterable[str]
) -> dict[str, list[str]]:
    """Differences by table between one role's release and what a session that has taken the role sees."""
    tables = {
        f"{schema}.{table}"
        for schema, table in published.sql(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall()
    }
    views = visible(cursor, f"{database}_SERVING")
    found = {table: ["only one side shows it to this role"] for table in sorted(tables ^ views)}
    for table in sorted(tables & views):
        ours, theirs = from_duckdb(published, table), from_snowflake(cursor, f"{database}_SERVING.{table}")
        nothing = hidden if table.startswith("personal.") else ()
        found[table] = differences(without(ours, nothing), without(theirs, nothing), allowed) + not_null(
            theirs, nothing
        )
    for table in CLOSED:
        found[table] = [NOBODY_SEES] if can_read(cursor, f"{database}.{table}") else []
    return found


def columns_hidden_there(classes: dict[str, dict[str, str]], role: str) -> list[str]:
    """Columns of clear free texts, where a role is shown them redacted.

    A release holds the text without what identifies somebody; a policy sees no names to look for, and gives nothing.
    """
    if classes["free_text"][role] != "redacted":
        return []
    sources = (ROOT / "models" / "staging").glob("*/_*__sources.yml")
    declared = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sources)
    return sorted(
        {
            column["name"]
            for source in declared
            for table in source["sources"][0]["tables"]
            for column in table["columns"]
            if column.get("config", {}).get("meta", {}).get("classification") == "free_text"
        }
    )


def visible(cursor: Any, database: str) -> set[str]:
    """The views that the session's role sees in a database, by schema and name."""
    cursor.execute(
        f"select lower(table_schema), lower(table_name) from {database}.information_schema.tables "
        "where table_schema <> 'INFORMATION_SCHEMA'"
    )
    return {f"{schema}.{table}" for schema, table in cursor.fetchall()}


def can_read(cursor: Any, table: str) -> bool:
    """Whether the session's role can read a table."""
    try:
        cursor.execute(f"select 1 from {table} limit 1")
    except ProgrammingError:
        return False
    return True


def without(rows: Rows, columns: Iterable[str]) -> Rows:
    """Rows without some columns."""
    kept = [name for name in rows.families if name not in columns]
    return Rows({name: rows.families[name] for name in kept}, rows.values.select(kept))


def not_null(rows: Rows, columns: Iterable[str]) -> list[str]:
    """The columns of some that hold a value, though they should hold none."""
    return [
        f"column {name} shows a clear text"
        for name in columns
        if name in rows.families and rows.values[name].null_count < rows.values.num_rows
    ]
