"""The policies that were issued to Snowflake, evaluated on DuckDB as a session with some roles would see them."""

import re
from collections.abc import Iterable

import duckdb

from tools.emulator.governance import InForce

TAG_OF_COLUMN = re.compile(r"system\$get_tag_on_current_column\('[^']*'\)", re.IGNORECASE)
PEPPER = "a pepper for tests"
# Who may see which rows, and the parents by which persons are found.
SCOPES = """
create schema TECHCO.intermediate; create schema TECHCO.core; create schema TECHCO.vault;
create table TECHCO.vault.pepper as select 'a pepper for tests' as pepper;
create table TECHCO.intermediate.int_person__scopes as
    select * from (values ('marketing', 'consents'), ('support', 'german'), ('marketing', 'both'), ('support', 'both'))
    as t (role_name, customer_key);
create table TECHCO.intermediate.int_email_domain__shared as select 'example.com' as email_domain;
create table TECHCO.core.fct_order as
    select * from (values ('O1', 'consents'), ('O2', 'german'), ('O3', 'neither'), ('O4', 'unknown'))
    as t (order_id, customer_key);
"""


def policies(statements: Iterable[str]) -> dict[str, str]:
    """The bodies that policies have after some statements, by their names without schema, in lower case."""
    made = InForce()
    for statement in statements:
        made.note(statement)
    return {name.split(".")[-1].lower(): body for name, (_, body) in made.policies.items()}


def session(roles: Iterable[str]) -> duckdb.DuckDBPyConnection:
    """An engine that answers as a session of some roles of the registry does; TECHCO is its database."""
    connection = duckdb.connect()
    held = ", ".join(f"'TECHCO_{role.upper()}'" for role in roles)
    connection.execute("attach ':memory:' as TECHCO")
    connection.execute(SCOPES)
    connection.execute(f"create macro is_role_in_session(name) as coalesce(list_contains([{held}], name), false)")
    connection.execute("create macro sha2(value, bits) as sha256(value)")
    connection.execute(
        "create macro regexp_instr(value, pattern, place, occurrence, part, flags) as "
        "regexp_matches(value, pattern, 'i')::integer"
    )
    return connection


def shown(body: str, classification: str, clear: str, roles: Iterable[str]) -> object:
    """What a masking policy gives for a column that is tagged with a class. `clear`: its value, in SQL."""
    expression = TAG_OF_COLUMN.sub(f"'{classification}'", body)
    with session(roles) as connection:
        return connection.execute(f"select {expression} from (select {clear} as clear)").fetchone()[0]


def rows_seen(body: str, keys: Iterable[str], roles: Iterable[str]) -> list[str]:
    """Those of some keys whose rows a row access policy lets through."""
    listed = ", ".join(f"('{key}')" for key in keys)
    with session(roles) as connection:
        found = connection.execute(f"select of_key from (values {listed}) as t (of_key) where {body} order by of_key")
        return [key for (key,) in found.fetchall()]
