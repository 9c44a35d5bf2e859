"""Statements do what Snowflake's documentation says, where fakesnow alone does something else."""

import datetime
import json

import pytest
from snowflake.connector.errors import ProgrammingError

from tools.emulator.skipped import is_skipped


def one(cursor, sql):
    """The only value of a query."""
    return cursor.execute(sql).fetchone()[0]


@pytest.mark.parametrize(
    "statement",
    [
        "grant select on future tables in schema TECHCO.CORE to role TECHCO_ANALYST",
        "revoke all privileges on table a.b.c from role x",
        "create role if not exists TECHCO_ANALYST comment = 'reads marts'",
        "create or replace masking policy p as (v varchar) returns varchar -> '***'",
        "create row access policy if not exists p as (c varchar) returns boolean -> true",
        "alter table a.b.c modify column email set masking policy p",
        "alter table a.b.c add row access policy p on (country_code)",
        "alter table a.b.c cluster by (order_date)",
        "create warehouse if not exists W warehouse_size = 'xsmall'",
        "alter session set query_tag = 'x'",
        "use warehouse W",
        "/* by dbt */ -- and by hand\n  grant usage on schema s to role r",
    ],
)
def test_what_an_engine_without_roles_cannot_do_is_skipped(statement):
    assert is_skipped(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "create table a.b.grants (id int)",
        "select 'grant select on x to role y'",
        "alter table a.b.c add column tag varchar",
        "insert into role values (1)",
        "use schema raw",
        "create view warehouse_stock as select 1",
    ],
)
def test_what_it_can_do_is_not(statement):
    assert not is_skipped(statement)


def test_skipped_statements_are_logged_in_their_order(cursor, issued):
    before = len(issued())
    cursor.execute("create role if not exists FIRST_ROLE")
    cursor.execute("select 1")
    cursor.execute("grant role FIRST_ROLE to role sysadmin")
    assert issued()[before:] == ["create role if not exists FIRST_ROLE", "grant role FIRST_ROLE to role sysadmin"]


def test_a_null_instant_is_null_and_microseconds_are_kept(cursor):
    cursor.execute("select cast(null as timestamp_ntz), cast('2026-01-31 10:00:00.123456' as timestamp_ntz)")
    assert cursor.fetchone() == (None, datetime.datetime(2026, 1, 31, 10, 0, 0, 123456))


def test_text_that_is_no_instant_is_null_where_it_is_tried(cursor):
    cursor.execute(
        "select try_cast(x as timestamp), try_cast(x as timestamp_ntz) from (select '2026-02-31T10:00:00' as x)"
    )
    assert cursor.fetchall() == [(None, None)]


def test_an_error_is_told_once_and_the_session_goes_on(cursor):
    with pytest.raises(ProgrammingError):
        cursor.execute("select no_such_function(1)")
    assert one(cursor, "select 1") == 1


def test_a_failed_statement_leaves_an_open_transaction_to_its_owner(cursor):
    cursor.execute("create table TECHCO.T.A (id int)")
    cursor.execute("begin")
    cursor.execute("insert into TECHCO.T.A values (1)")
    cursor.execute("rollback")
    assert one(cursor, "select count(*) from TECHCO.T.A") == 0


def test_merge_changes_and_counts_and_refuses_two_sources_for_one_row(cursor):
    cursor.execute("create table TECHCO.T.A (id int, v varchar)")
    cursor.execute("insert into TECHCO.T.A values (1, 'old'), (2, 'old')")
    cursor.execute(
        "merge into TECHCO.T.A as t using (select 1 as id, 'new' as v union all select 3, 'new') as s on t.id = s.id "
        "when matched then update set v = s.v when not matched then insert (id, v) values (s.id, s.v)"
    )
    assert cursor.fetchone() == (1, 1)
    assert cursor.execute("select * from TECHCO.T.A order by id").fetchall() == [(1, "new"), (2, "old"), (3, "new")]
    with pytest.raises(ProgrammingError):
        cursor.execute(
            "merge into TECHCO.T.A as t using (select 1 as id, 'a' as v union all select 1, 'b') as s on t.id = s.id "
            "when matched then update set v = s.v"
        )


def test_amounts_are_added_up_exactly(cursor):
    cursor.execute("create table TECHCO.T.A (amount decimal(18, 2))")
    cursor.execute("insert into TECHCO.T.A values (0.10), (0.20), (9999999999999.99)")
    assert str(one(cursor, "select sum(amount) from TECHCO.T.A")) == "10000000000000.29"


def test_constraints_are_accepted_and_not_enforced(cursor):
    cursor.execute("create table TECHCO.T.A (id int primary key, v int, unique (v))")
    cursor.execute("insert into TECHCO.T.A values (1, 1), (1, 1)")
    assert one(cursor, "select count(*) from TECHCO.T.A") == 2


def test_flatten_counts_from_zero_in_each_array_and_keeps_empty_ones_where_asked(cursor):
    rows = (
        '(select 1 as id, parse_json(\'["a", "b"]\') as v union all select 2, parse_json(\'["c"]\') '
        "union all select 3, parse_json('[]')) as r"
    )
    flat = "select r.id, f.index, f.value::varchar from {}, lateral flatten(input => r.v{}) as f order by 1, 2"
    assert cursor.execute(flat.format(rows, "")).fetchall() == [(1, 0, "a"), (1, 1, "b"), (2, 0, "c")]
    assert cursor.execute(flat.format(rows, ", outer => true")).fetchall()[-1] == (3, None, None)


def test_lambdas_see_the_elements_of_a_json_array(cursor):
    array = 'parse_json(\'[{"n": 1, "m": 2}, {"m": 3}]\')'
    assert one(cursor, f"select array_size(filter({array}, x -> x:n::varchar is null))") == 1
    made = one(cursor, f"select to_json(transform({array}, x -> object_construct_keep_null('n', x:n)))")
    assert json.loads(made) == [{"n": 1}, {"n": None}]


def test_trim_takes_the_characters_it_is_given(cursor):
    assert one(cursor, "select rtrim('a...', '.')") == "a"


def test_regexp_replace_takes_all_matches_and_minds_case_as_told(cursor):
    assert one(cursor, r"select regexp_replace('aXbx.', '(\\b|b)x[.]', '\\1y', 1, 0, 'i')") == "aXby"
    assert one(cursor, "select regexp_replace('aAa', 'a', 'b', 1, 0, 'i')") == "bbb"
    assert one(cursor, "select regexp_replace('aAa', 'a', 'b', 1, 0, 'c')") == "bAb"
    assert one(cursor, "select regexp_replace('aAa', v, 'b', 1, 0, 'i') from (select '[a]' as v)") == "bbb"


def test_columns_of_another_database_are_described(cursor):
    cursor.execute("create database if not exists OTHER")
    cursor.execute("create schema if not exists OTHER.S")
    cursor.execute("create or replace table OTHER.S.A (id int, v varchar)")
    cursor.execute("use schema TECHCO.T")
    assert [row[0] for row in cursor.execute("describe table OTHER.S.A").fetchall()] == ["ID", "V"]
