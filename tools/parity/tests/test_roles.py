"""A session that sees more, less or other than its role's release is told; one that sees the same is not."""

import duckdb
import pytest
from snowflake.connector.errors import ProgrammingError

from tools.parity.compare import Allowed, Rows, from_duckdb
from tools.parity.roles import CLOSED, NOBODY_SEES, columns_hidden_there, of_one_role

NOTHING = Allowed({}, {})
PERSONS = (
    "create table personal.shop__customers as select 'k1' as customer_key, 'a***@b.de' as email, 'see [email]' as note"
)


class Session:
    """A cursor of an account: what the role sees of the serving database, and the tables that it can read besides."""

    def __init__(self, seen: duckdb.DuckDBPyConnection, leaks: tuple[str, ...] = ()) -> None:
        self.seen, self.leaks, self.answer = seen, leaks, []

    def execute(self, statement: str) -> None:
        if "information_schema.tables" in statement:
            self.answer = self.seen.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        elif not any(f"DB.{table} " in statement for table in self.leaks):
            raise ProgrammingError("Object does not exist or not authorized.")

    def fetchall(self) -> list[tuple]:
        return self.answer


@pytest.fixture
def compared(monkeypatch):
    """The differences between a release and a session, each made by some statements; tables without any left out."""

    def compare(published: str, seen: str, leaks: tuple[str, ...] = (), hidden: tuple[str, ...] = ()) -> dict:
        def database(statements: str) -> duckdb.DuckDBPyConnection:
            connection = duckdb.connect()
            connection.execute("create schema personal; create schema core;" + statements)
            return connection

        there = database(seen)
        monkeypatch.setattr("tools.parity.roles.from_snowflake", lambda cursor, table: rows(there, table))
        found = of_one_role(database(published), Session(there, leaks), "DB", NOTHING, hidden)
        return {table: told for table, told in found.items() if told}

    def rows(there: duckdb.DuckDBPyConnection, table: str) -> Rows:
        assert table.startswith("DB_SERVING.")
        return from_duckdb(there, table.removeprefix("DB_SERVING."))

    return compare


def test_the_same_is_no_difference(compared):
    assert compared(PERSONS, PERSONS) == {}


def test_a_value_that_is_not_masked_is_told(compared):
    found = compared(PERSONS, PERSONS.replace("a***@b.de", "ana@b.de"))
    assert list(found) == ["personal.shop__customers"]
    assert "ana@b.de" in found["personal.shop__customers"][1]


def test_a_row_of_a_person_out_of_scope_is_told(compared):
    more = PERSONS + " union all select 'k2', 'b***@c.de', null"
    assert "only there" in compared(PERSONS, more)["personal.shop__customers"][0]
    assert "only here" in compared(more, PERSONS)["personal.shop__customers"][0]


def test_a_table_that_one_side_alone_shows_is_told(compared):
    more = PERSONS + "; create table core.fct_order as select 1 as id"
    assert list(compared(PERSONS, more)) == list(compared(more, PERSONS)) == ["core.fct_order"]


def test_a_restricted_table_that_can_be_read_is_told(compared):
    assert compared(PERSONS, PERSONS, leaks=(CLOSED[0],)) == {CLOSED[0]: [NOBODY_SEES]}


def test_a_free_text_is_nothing_there_and_may_be_redacted_here(compared):
    nothing = PERSONS.replace("'see [email]'", "cast(null as varchar)")
    assert compared(PERSONS, nothing, hidden=("note",)) == {}
    clear = PERSONS.replace("[email]", "ana@b.de")
    assert compared(PERSONS, clear, hidden=("note",)) == {
        "personal.shop__customers": ["column note shows a clear text"]
    }


def test_columns_that_are_hidden_come_from_contract_and_registry():
    shown = {"free_text": {"analyst": "redacted", "dpo": "full"}}
    assert {"body", "subject", "details"} <= set(columns_hidden_there(shown, "analyst"))
    assert "email" not in columns_hidden_there(shown, "analyst")
    assert columns_hidden_there(shown, "dpo") == []
