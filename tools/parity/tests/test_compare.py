"""The comparison finds each kind of difference, and nothing where there is none."""

import duckdb
import pytest

from tools.parity.compare import Allowed, differences, family, from_duckdb, of_snowflake

NOTHING = Allowed({}, {})
TABLE = (
    "select 1 as id, cast(12.50 as decimal(18, 2)) as amount, cast(1.5 as double) as ratio, 'a' as name, "
    "date '2026-01-31' as day, timestamp '2026-01-31 10:00:00.123456' as at, true as is_it"
)


def rows(query: str):
    """A query's rows as those of a table."""
    with duckdb.connect() as connection:
        connection.execute(f"create view made as {query}")
        return from_duckdb(connection, "made")


def test_the_same_rows_do_not_differ_whatever_their_order():
    one = rows("select * from (values (1, 'a'), (2, 'b'), (2, 'b')) as t (id, name)")
    other = rows("select * from (values (2, 'b'), (1, 'a'), (2, 'b')) as t (id, name)")
    assert differences(one, other, NOTHING) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("12.50 as", "12.51 as"),
        ("1.5 as", "1.50001 as"),
        ("'a'", "cast(null as varchar)"),
        ("01-31'", "02-01'"),
        (".123456", ".123457"),
        ("true", "false"),
        ("select 1 ", "select 2 "),
    ],
)
def test_each_value_counts(changed, said):
    found = differences(rows(TABLE), rows(TABLE.replace(changed, said)), NOTHING)
    assert [difference.split(" such as")[0] for difference in found] == [
        "1 rows are only here,",
        "1 rows are only there,",
    ]


def test_a_row_that_is_there_twice_is_not_the_same_as_one():
    assert differences(rows(f"{TABLE} union all {TABLE}"), rows(TABLE), NOTHING)[0].startswith("1 rows are only here")


def test_a_column_that_one_side_lacks_and_a_type_of_another_family_are_told():
    assert differences(rows("select 1 as a, 2 as b"), rows("select 1 as a"), NOTHING) == [
        "column b is on one side only"
    ]
    assert differences(rows("select 1 as a"), rows("select '1' as a"), NOTHING) == [
        "column a is integer here and text there"
    ]
    assert differences(rows("select 1 as a"), rows("select cast(1 as decimal(18, 2)) as a"), NOTHING) == [
        "column a is integer here and decimal there"
    ]


def test_width_is_each_engines_own_and_a_doubles_last_digits_are_too():
    one = rows("select cast(1 as integer) as a, cast(2.5 as decimal(18, 2)) as b, cast(0.1 as double) + 0.2 as c")
    other = rows("select cast(1 as hugeint) as a, cast(2.5 as decimal(38, 4)) as b, cast(0.3 as double) as c")
    assert differences(one, other, NOTHING) == []


def test_an_allowed_column_may_differ_and_one_compared_as_set_in_its_value_only():
    one, other, unset = (rows(f"select 1 as id, {value} as at") for value in ("'x'", "'y'", "cast(null as varchar)"))
    assert differences(one, other, Allowed({"at": "reason"}, {})) == []
    assert differences(one, other, Allowed({}, {"at": "reason"})) == []
    assert differences(one, unset, Allowed({}, {"at": "reason"})) != []


def test_families_are_the_same_in_both_engines_words():
    # Numbers of types as Snowflake's documentation of its Python connector lists them.
    told = [(0, 0), (0, 2), (1, None), (2, None), (3, None), (8, 9), (13, None)]
    assert [of_snowflake(code, scale) for code, scale in told] == [
        family(kind) for kind in ("BIGINT", "DECIMAL(18,2)", "DOUBLE", "VARCHAR", "DATE", "TIMESTAMP", "BOOLEAN")
    ]
