"""Results on their way to the client: what fakesnow sends wrong, or has no form for."""

import json
from typing import Any

import fakesnow.arrow
import fakesnow.rowtype
import fakesnow.server
import pyarrow as pa
import pyarrow.compute as pc

from tools.emulator.patching import around


@around(fakesnow.arrow, "timestamp_to_sf_struct")
def timestamps(original: Any, column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Instants; a null, which fakesnow sends as the year 1970, stays null."""
    structs = original(column)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    count = structs.type.num_fields
    return pa.StructArray.from_arrays(
        [pc.fill_null(structs.field(place), 0) for place in range(count)],
        fields=[structs.type.field(place) for place in range(count)],
        mask=pc.is_null(whole),
    )


class Types(dict):
    """Snowflake's type for each of DuckDB's: nested values travel as variants, all integers as numbers."""

    def get(self, name: str, default: Any = None) -> Any:
        """The type, or `default` where there is none."""
        nested = name.endswith("]") or name.startswith(("STRUCT", "MAP"))
        return super().get(name) or ("variant" if nested else default)


INTEGERS = ("SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT", "UHUGEINT")
fakesnow.rowtype.duckdb_to_sf_type = Types(
    fakesnow.rowtype.duckdb_to_sf_type,
    **dict.fromkeys(INTEGERS, "fixed"),
    FLOAT="real",
    UUID="text",
    TIMESTAMP_S="timestamp_ntz",
    TIMESTAMP_MS="timestamp_ntz",
)


@around(fakesnow.server, "to_sf")
def to_sf(original: Any, table: pa.Table, rowtype: list) -> pa.Table:
    """A table as Snowflake sends it: nested values as JSON text, integers in types that the client knows."""
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if pa.types.is_nested(field.type):
            texts = [None if value is None else json.dumps(value, default=str) for value in column.to_pylist()]
            table = table.set_column(place, field.name, pa.array(texts, pa.string()))
        elif pa.types.is_unsigned_integer(field.type) or field.type in (pa.int8(), pa.int16()):
            table = table.set_column(place, field.name, column.cast(pa.int64()))
    return original(table, rowtype)
