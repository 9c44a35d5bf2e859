"""Numpy arrays as typed Arrow columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator.calendar import MICROSECONDS_PER_DAY
from simulator.orders import NEVER

TIMESTAMP = pa.timestamp("us")


def money(cents: np.ndarray, scale: int = 2) -> pa.Array:
    """Whole cents as decimal(18,2), exactly: Arrow holds decimals as 128-bit little-endian integers."""
    cents = np.ascontiguousarray(cents, dtype=np.int64)
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = cents, cents >> 63
    return pa.Array.from_buffers(pa.decimal128(18, scale), len(cents), [None, pa.py_buffer(words.tobytes())])


def instant(microseconds: np.ndarray) -> pa.Array:
    """Instants; NEVER is null."""
    values = np.asarray(microseconds, dtype=np.int64)
    return pa.array(values, mask=values == NEVER).cast(TIMESTAMP)


def day(days_since_1970: np.ndarray) -> pa.Array:
    """Dates."""
    return pa.array(np.asarray(days_since_1970, dtype=np.int32)).cast(pa.date32())


def ids(prefix: str, numbers: np.ndarray, width: int = 9, none=None) -> pa.Array:
    """Ids such as O000000042; the number `none` is null."""
    numbers = np.asarray(numbers, dtype=np.int64)
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
    text = pc.binary_join_element_wise(prefix, digits, "")
    return text if none is None else pc.if_else(pa.array(numbers != none), text, None)


def words(values: np.ndarray) -> pa.Array:
    """Text; empty text is null."""
    values = np.asarray(values).astype(object)
    return pa.array(np.where(values == "", None, values), type=pa.string())


def whole(values: np.ndarray) -> pa.Array:
    """Whole numbers."""
    return pa.array(np.asarray(values, dtype=np.int64))


def nulls(count: int, data_type: pa.DataType) -> pa.Array:
    """Nothing, `count` times."""
    return pa.nulls(count, data_type)


def ingested_at(instants: np.ndarray, midnight: int) -> pa.Array:
    """When rows reached the landing zone: five minutes later, on the same day."""
    last = midnight + MICROSECONDS_PER_DAY - 1
    return instant(np.minimum(np.asarray(instants) + 300_000_000, last))
