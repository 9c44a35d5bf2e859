"""Tables of either engine as pandas frames that look the same, and back.

A Python model gets a DuckDBPyRelation from dbt-duckdb and a Snowpark DataFrame from dbt-snowflake. Neither library is
imported here, as each engine has only its own.
"""

import re
from typing import Any

import pandas as pd

# What a type of the contract is called by DuckDB (without precision) and by Snowpark, and what holds it in pandas.
DTYPES = {
    "Int64": {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "ByteType", "ShortType", "IntegerType", "LongType"},
    "float64": {"FLOAT", "DOUBLE", "DECIMAL", "FloatType", "DoubleType", "DecimalType"},
    "boolean": {"BOOLEAN", "BooleanType"},
    "string": {"VARCHAR", "StringType"},
    "datetime64[us]": {"DATE", "TIMESTAMP", "DateType", "TimestampType"},
}
DTYPE_OF = {name: dtype for dtype, names in DTYPES.items() for name in names}


def to_pandas(relation: Any) -> pd.DataFrame:
    """The rows of what `dbt.ref` gives, of shape (rows, columns), in no particular order.

    Names are in lower case. Integers are Int64, decimals and doubles float64, booleans boolean, text string, dates and
    times datetime64[us]. Null is nan in doubles, NaT in times and NA elsewhere. Decimals of more than 15 digits lose
    the last ones, and on Snowflake so do integers above 2^53 that stand in a column with nulls.

    Raises TypeError for what is no table of either engine, and for a column of another type: cast it where it is made.
    """
    if hasattr(relation, "to_pandas"):
        types = {field.name: type(field.datatype).__name__ for field in relation.schema.fields}
        frame: pd.DataFrame = relation.to_pandas()
    elif hasattr(relation, "df"):
        given = [str(column_type).partition("(")[0] for column_type in relation.types]
        types = dict(zip(relation.columns, given, strict=True))
        frame = relation.df()
    else:
        raise TypeError(f"{type(relation).__name__} is neither a DuckDBPyRelation nor a Snowpark DataFrame")
    if others := {name: column_type for name, column_type in types.items() if column_type not in DTYPE_OF}:
        raise TypeError(f"columns of types that the contract has not: {others}")
    return frame.astype({name: DTYPE_OF[column_type] for name, column_type in types.items()}).rename(columns=str.lower)


def from_pandas(frame: pd.DataFrame, session: Any) -> Any:
    """What a model returns for dbt to write: the frame on DuckDB, and on Snowflake a Snowpark DataFrame of its rows.

    Names are written in upper case for Snowflake, which would quote any other. Integers become bigint, float64 double,
    string varchar, boolean boolean, datetime64 timestamp. The index is left out.

    Raises ValueError for a name that is not in lower case letters, digits and underscores, as an engine would quote it,
    and for a column whose dtype is object: without a row nobody knows its type.
    """
    if odd := [name for name in frame.columns if not re.fullmatch(r"[a-z_][a-z0-9_]*", str(name))]:
        raise ValueError(f"columns {odd} are not in lower case letters, digits and underscores")
    if untyped := [name for name, dtype in frame.dtypes.items() if pd.api.types.is_object_dtype(dtype)]:
        raise ValueError(f"columns {untyped} have no type: an empty table would have none either")
    frame = frame.reset_index(drop=True)
    if hasattr(session, "create_dataframe"):
        return session.create_dataframe(frame.rename(columns=str.upper))
    return frame
