"""What happens to a statement before fakesnow sees it: it is logged, skipped, rewritten, or run by the emulator itself.

And behind it: any failure is an error that the client understands, and leaves the session as it was.
"""

import re
import traceback
from typing import Any

import fakesnow.cursor
import fakesnow.server
import snowflake.connector.errors as errors
import sqlglot
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.expr import normalise_ident
from sqlglot import exp

from tools.emulator import loading, procedures
from tools.emulator.governance import InForce, plain_view
from tools.emulator.log import StatementLog
from tools.emulator.patching import around
from tools.emulator.skipped import is_skipped, without_comments

DONE = "select 'Statement executed successfully.' as status"
DESCRIBE = re.compile(r"describe\s+(table|view)\s+(?P<name>[\w.$\"]+)", re.IGNORECASE)
MADE_IF_MISSING = re.compile(r"create\s+(transient\s+)?table\s+if\s+not\s+exists\s+(?P<name>[\w.$\"]+)", re.IGNORECASE)
# What Snowflake calls the types that DuckDB has.
TYPES = {
    "VARCHAR": "VARCHAR(16777216)",
    "BIGINT": "NUMBER(38,0)",
    "INTEGER": "NUMBER(38,0)",
    "HUGEINT": "NUMBER(38,0)",
    "DOUBLE": "FLOAT",
    "TIMESTAMP": "TIMESTAMP_NTZ(9)",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMP_TZ(9)",
    "JSON": "VARIANT",
}
SHOW_GRANTS = re.compile(r"show\s+grants\b", re.IGNORECASE)
COLUMN_COMMENTS = re.compile(r'alter\s+(table|view)\s+(\S+)\s+alter\s+(?=".*?"\s+comment\s)', re.IGNORECASE | re.DOTALL)
DYNAMIC_COMMENT = re.compile(r"comment\s+on\s+dynamic\s+table", re.IGNORECASE)
COLUMN_COMMENT = re.compile(r'("[^"]+")\s+comment\s+\$\$(.*?)\$\$', re.IGNORECASE | re.DOTALL)
PUT = re.compile(r"put\s+'(?P<source>[^']+)'\s+'(?P<target>@[^']+)'(?P<options>.*)", re.IGNORECASE | re.DOTALL)
# Snowflake's number for an internal error: the client reports it, where after HTTP 500 it would try again for ever.
INTERNAL_ERROR = 370001

log = StatementLog(None)
in_force = InForce()


def rewritten(statement: str) -> list[str]:
    """The statements that stand for one that fakesnow does not know, or the statement itself."""
    text = without_comments(statement)
    if SHOW_GRANTS.match(text):
        names = ("created_on", "privilege", "granted_on", "name", "granted_to", "grantee_name")
        return ["select " + ", ".join(f"'' as \"{name}\"" for name in names) + " where false"]
    if DYNAMIC_COMMENT.match(text):
        return [DYNAMIC_COMMENT.sub("comment on table", text)]
    if comments := COLUMN_COMMENTS.match(text):
        if comments[1].lower() == "view":
            return [DONE]
        quoted = ((column, comment.replace("'", "''")) for column, comment in COLUMN_COMMENT.findall(text))
        return [f"comment on column {comments[2]}.{column} is '{comment}'" for column, comment in quoted] + [DONE]
    return [plain_view(in_force.with_references(statement))]


@around(FakeSnowflakeCursor, "execute")
def execute(original: Any, cursor: FakeSnowflakeCursor, command: str, *args: Any, **kwargs: Any) -> FakeSnowflakeCursor:
    """Run a statement; every failure is a ProgrammingError, behind which the session has no open transaction."""
    text, skipped = without_comments(command), is_skipped(command)
    log.write(command, skipped)
    try:
        if skipped:
            in_force.note(command)
            return answered(cursor, DONE)
        if told := in_force.answer(command):
            return answered(cursor, told)
        if (made := MADE_IF_MISSING.match(text)) and exists(cursor, made["name"]):
            # fakesnow would forget which files a table has loaded, though it stays.
            return answered(cursor, f"select '{made['name'].upper()} already exists, statement succeeded.' as status")
        if described := DESCRIBE.match(text):
            return answered(cursor, columns_of(cursor, described["name"]))
        if loading.is_copy(command):
            return answered(cursor, loading.copy_into(cursor, command))
        if procedures.is_procedure(command):
            return original(cursor, procedures.run(cursor, command), *args, **kwargs)
        for statement in rewritten(command):
            result = original(cursor, statement, *args, **kwargs)
        in_force.note(command)
        return result
    except Exception as error:
        # DuckDB refuses everything behind an error in a transaction, and dbt goes on with the session.
        if not cursor._conn._in_transaction:
            roll_back(cursor)
        raise as_programming_error(error) from error


def answered(cursor: FakeSnowflakeCursor, query: str) -> FakeSnowflakeCursor:
    """Answer with a query of DuckDB's own, past all that is done to one of Snowflake's."""
    cursor._execute(sqlglot.parse_one(query, read="duckdb"))
    return cursor


def place_of(cursor: FakeSnowflakeCursor, name: str) -> str:
    """A condition on DuckDB's lists of tables and columns: those of one name, completed by the session's."""
    parts = [normalise_ident(part) for part in name.split(".")]
    catalog, schema, table = [cursor._conn.database, cursor._conn.schema][: 3 - len(parts)] + parts
    return f"database_name = '{catalog}' and schema_name = '{schema}' and table_name = '{table}'"


def exists(cursor: FakeSnowflakeCursor, name: str) -> bool:
    """Whether there is a table or view of a name."""
    found = f"select 1 from duckdb_columns() where {place_of(cursor, name)} limit 1"
    return cursor._duck_conn.execute(found).fetchone() is not None


def columns_of(cursor: FakeSnowflakeCursor, name: str) -> str:
    """The query that describes a table or view. fakesnow asks for the columns of all tables to describe one of them."""
    named = place_of(cursor, name)
    if not exists(cursor, name):
        message = f"SQL compilation error: Table '{name.upper()}' does not exist or not authorized."
        raise errors.ProgrammingError(msg=message, errno=2003, sqlstate="42S02")
    known = " ".join(f"when '{kind}' then '{of_snowflake}'" for kind, of_snowflake in TYPES.items())
    kind = f"case data_type {known} else replace(data_type, 'DECIMAL', 'NUMBER') end"
    return (
        f"""select column_name as "name", {kind} as "type", """
        """'COLUMN' as "kind", case when is_nullable then 'Y' else 'N' end as "null?", column_default as "default", """
        f"""'N' as "primary key", 'N' as "unique key", null as "check", null as "expression", comment as "comment", """
        f"""null as "policy name" from duckdb_columns() where {named} order by column_index"""
    )


def roll_back(cursor: FakeSnowflakeCursor) -> None:
    """End a transaction that DuckDB holds open; there may be none."""
    try:
        cursor._duck_conn.rollback()
    except Exception as nothing_open:
        if "no transaction is active" not in str(nothing_open):
            raise


def as_programming_error(error: Exception) -> Exception:
    """An error as the client understands it."""
    if isinstance(error, errors.ProgrammingError | errors.OperationalError):
        return error
    place = traceback.extract_tb(error.__traceback__)[-1]
    text = f"{type(error).__name__} in the emulator ({place.name}, line {place.lineno}): {str(error)[:1500]}"
    return errors.ProgrammingError(msg=text, errno=INTERNAL_ERROR, sqlstate="XX000")


def described(original: Any, *args: Any, **kwargs: Any) -> Any:
    """Describe a result; what cannot be described is a ProgrammingError too."""
    try:
        return original(*args, **kwargs)
    except Exception as error:
        raise as_programming_error(error) from error


for owner, name in ((FakeSnowflakeCursor, "_describe_only"), (fakesnow.server, "describe_as_rowtype")):
    around(owner, name)(described)


@around(FakeSnowflakeCursor, "_describe_last_sql")
def columns_of_the_result(original: Any, cursor: FakeSnowflakeCursor) -> list[tuple]:
    """Name and type of each column, as DuckDB tells them with a result; fakesnow plans each statement once more."""
    return [(name, str(kind), "YES", None, None, None) for name, kind, *_ in cursor._duck_conn.description]


def parsed(original: Any, statement: str) -> exp.Expression:
    """A statement as a tree; `put` with quoted places, and what only the emulator knows, as fakesnow wants them."""
    if put := PUT.match(without_comments(statement)):
        options = [
            exp.Property(this=exp.var(name), value=exp.Boolean(this=value.lower() == "true"))
            for name, value in re.findall(r"(\w+)\s*=\s*(\w+)", put["options"])
        ]
        properties = exp.Properties(expressions=options)
        return exp.Put(this=exp.Literal.string(put["source"]), target=exp.var(put["target"]), properties=properties)
    try:
        return original(statement)
    except errors.ProgrammingError:
        if (
            is_skipped(statement)
            or loading.is_copy(statement)
            or procedures.is_procedure(statement)
            or in_force.answer(statement)
            or rewritten(statement) != [statement]
        ):
            return exp.Command(this=without_comments(statement).split()[0].upper(), expression=statement)
        raise


# The server parses a statement to see its kind, and the cursor would parse it again: as long as a small one runs.
seen_by_server: dict[str, exp.Expression] = {}
# More than clients ask at a time; what was skipped is never fetched.
MOST_SEEN = 50


@around(fakesnow.server, "parse_one")
def parsed_by_server(original: Any, statement: str) -> exp.Expression:
    """A statement as a tree, left for the cursor that runs it next."""
    if len(seen_by_server) > MOST_SEEN:
        seen_by_server.clear()
    tree = seen_by_server[statement] = parsed(original, statement)
    return tree


@around(fakesnow.cursor, "parse_one")
def parsed_by_cursor(original: Any, statement: str) -> exp.Expression:
    """The server's tree, or one of its own."""
    return seen_by_server.pop(statement, None) or parsed(original, statement)


@around(fakesnow.server, "gcs_stage_info")
def local_stage(original: Any, request: Any, expression: Any, put: dict) -> dict:
    """Let the client write into the stage's folder: it takes patterns, which an upload to one address does not."""
    return put["stageInfo"]
