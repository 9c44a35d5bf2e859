"""Frames look the same from both engines. Snowpark is imitated, as it is installed for Snowflake only."""

import datetime
from decimal import Decimal
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest
from techco.predictions.frames import from_pandas, to_pandas

# The seven types of the contract, a row of values and one of nulls.
TYPES = {
    "a_bigint": "bigint",
    "a_double": "double",
    "a_decimal": "decimal(18,2)",
    "a_varchar": "varchar",
    "a_boolean": "boolean",
    "a_date": "date",
    "a_timestamp": "timestamp",
}
ROWS = [(7, 0.5, Decimal("12.34"), "é", True, datetime.date(2025, 9, 1), datetime.datetime(2025, 9, 1, 10, 0, 0, 5))]
DTYPES = ["Int64", "float64", "float64", "string", "boolean", "datetime64[us]", "datetime64[us]"]


class FakeSession:
    """Keeps what it is given, as a Snowpark session would upload it."""

    def create_dataframe(self, frame):
        self.uploaded = frame
        return "a Snowpark DataFrame"


def of_snowpark(rows, **types):
    """What Snowpark gives: names in upper case, doubles for integers with nulls, objects for most else."""
    datatypes = {
        "bigint": "LongType",
        "double": "DoubleType",
        "decimal(18,2)": "DecimalType",
        "varchar": "StringType",
        "boolean": "BooleanType",
        "date": "DateType",
        "timestamp": "TimestampType",
    }
    fields = [
        SimpleNamespace(name=name.upper(), datatype=type(datatypes.get(given, given), (), {})())
        for name, given in types.items()
    ]
    columns = zip(*rows, strict=True) if rows else [[]] * len(types)
    frame = pd.DataFrame(
        {field.name: pd.Series(list(values), dtype=object) for field, values in zip(fields, columns, strict=True)}
    )
    for field in fields:
        if type(field.datatype).__name__ in ("LongType", "DoubleType"):
            frame[field.name] = frame[field.name].astype("float64")
        if type(field.datatype).__name__ == "TimestampType":
            frame[field.name] = frame[field.name].astype("datetime64[ns]")
    return SimpleNamespace(schema=SimpleNamespace(fields=fields), to_pandas=lambda: frame)


def of_duckdb(connection, rows, **types):
    connection.execute(f"create table t ({', '.join(f'{name} {given}' for name, given in types.items())})")
    for row in rows:
        connection.execute(f"insert into t values ({', '.join('?' * len(row))})", row).fetchall()
    return connection.table("t")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


@pytest.mark.parametrize("rows", [[], ROWS, [*ROWS, (None,) * len(TYPES)]], ids=["none", "values", "nulls"])
def test_both_engines_give_the_same_frame(connection, rows):
    of_one, of_other = to_pandas(of_duckdb(connection, rows, **TYPES)), to_pandas(of_snowpark(rows, **TYPES))
    assert of_one.dtypes.astype(str).tolist() == DTYPES
    assert of_one.columns.tolist() == list(TYPES)
    pd.testing.assert_frame_equal(of_one, of_other)


def test_a_frame_comes_back_to_duckdb_as_it_was(connection):
    rows = [*ROWS, (None,) * len(TYPES)]
    frame = from_pandas(to_pandas(of_duckdb(connection, rows, **TYPES)), connection)
    connection.register("frame", frame)
    connection.execute("create table back as select * from frame").fetchall()
    # A date is a midnight in pandas, a decimal a double.
    kept = "a_bigint, a_double, a_varchar, a_boolean, a_timestamp"
    back = connection.sql(f"select {kept} from back order by a_bigint nulls last")
    assert [str(column_type) for column_type in back.types] == ["BIGINT", "DOUBLE", "VARCHAR", "BOOLEAN", "TIMESTAMP"]
    assert back.fetchall() == [(7, 0.5, "é", True, ROWS[0][6]), (None,) * 5]


def test_a_snowpark_session_is_given_upper_case_names_and_a_plain_index():
    session = FakeSession()
    frame = pd.DataFrame({"customer_key": ["a", "b"], "cluster_number": np.array([0, 1])}, index=[5, 3])
    assert from_pandas(frame, session) == "a Snowpark DataFrame"
    assert session.uploaded.columns.tolist() == ["CUSTOMER_KEY", "CLUSTER_NUMBER"]
    assert session.uploaded.index.equals(pd.RangeIndex(2))
    assert session.uploaded["CUSTOMER_KEY"].tolist() == ["a", "b"]
    assert frame.columns.tolist() == ["customer_key", "cluster_number"]


@pytest.mark.parametrize("name", ["Customer", "two words", "", "é", 7])
def test_names_that_an_engine_would_quote_are_refused_on_both(connection, name):
    for session in (FakeSession(), connection):
        with pytest.raises(ValueError, match="lower case"):
            from_pandas(pd.DataFrame({name: [1]}), session)


def test_what_is_no_table_is_refused():
    with pytest.raises(TypeError, match="list is neither"):
        to_pandas([1])


def test_a_type_that_the_contract_has_not_is_refused_by_name(connection):
    with pytest.raises(TypeError, match=r"big.*HUGEINT"):
        to_pandas(connection.sql("select 1::hugeint as big"))
    with pytest.raises(TypeError, match=r"DOC.*VariantType"):
        to_pandas(of_snowpark([], doc="VariantType"))


def test_a_column_without_a_type_is_refused():
    """A table without a row would be written with a column of no type at all."""
    with pytest.raises(ValueError, match="model_name"):
        from_pandas(
            pd.DataFrame({"model_name": pd.Series([], dtype="object"), "value": pd.Series([], dtype="float64")}), None
        )
