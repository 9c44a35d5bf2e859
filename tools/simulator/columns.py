"""Numpy arrays as typed Arrow columns, made from their bytes: that takes no time per value in Python."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.orders import NEVER

TIMESTAMP = pa.timestamp("us")
SCALE = 2
INGESTED_AFTER = 300_000_000
# All blocks of four digits as ASCII codes: numbers become text four digits at a time.
BLOCK = 4
BLOCKS = np.array([list(f"{number:04}".encode()) for number in range(10**BLOCK)], dtype=np.uint8)


def fixed(values: np.ndarray, numpy_type: type, data_type: pa.DataType, present: np.ndarray | None = None) -> pa.Array:
    """Numbers of a fixed width; null where `present` is False."""
    values = np.ascontiguousarray(values, dtype=numpy_type)
    return pa.Array.from_buffers(data_type, len(values), [validity(present), pa.py_buffer(values)])


def validity(present: np.ndarray | None) -> pa.Buffer | None:
    """Arrow's bitmap of what is not null."""
    return None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))


def money(cents: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """Whole cents as decimal(18,2), exactly: Arrow holds decimals as 128-bit little-endian integers.

    Null where `present` is False.
    """
    cents = np.ascontiguousarray(cents, dtype=np.int64)
    halves = np.stack([cents, cents >> 63], axis=1)
    return pa.Array.from_buffers(pa.decimal128(18, SCALE), len(cents), [validity(present), pa.py_buffer(halves)])


def instant(microseconds: np.ndarray) -> pa.Array:
    """Instants; NEVER is null."""
    values = np.asarray(microseconds, dtype=np.int64)
    return fixed(values, np.int64, TIMESTAMP, values != NEVER)


def day(days_since_1970: np.ndarray) -> pa.Array:
    """Dates."""
    return fixed(days_since_1970, np.int32, pa.date32())


def ids(prefix: str, numbers: np.ndarray, width: int = 9, none: int | None = None, suffix: str = "") -> pa.Array:
    """Ids such as O000000042; the number `none` is null. A number too long for `width` widens all ids of the column."""
    numbers = np.asarray(numbers, dtype=np.int64)
    width = max(width, len(str(numbers.max(initial=0))))
    letters = np.empty((len(numbers), len(prefix) + width + len(suffix)), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    letters[:, len(prefix) : len(prefix) + width] = decimal(np.maximum(numbers, 0), width)
    letters[:, len(prefix) + width :] = np.frombuffer(suffix.encode(), dtype=np.uint8)
    return ascii_text(letters, None if none is None else numbers != none)


def ascii_text(letters: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """Texts of one length from a matrix of ASCII codes, a row each."""
    count, width = letters.shape
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(width)
    buffers = [validity(present), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def texts(values: list) -> pa.Array:
    """Text from a list; None is null."""
    return pa.array(values, type=pa.string())


def words(values: np.ndarray) -> pa.Array:
    """Text; empty text is null."""
    values = np.asarray(values).astype(object)
    return pa.array(np.where(values == "", None, values), type=pa.string())


def coded(codes: np.ndarray, labels: np.ndarray | list | pa.Array) -> pa.Array:
    """The label at each code; a negative code is null. Long lists of labels are better given as Arrow arrays."""
    codes = np.asarray(codes)
    positions = fixed(np.maximum(codes, 0), np.int32, pa.int32(), codes >= 0)
    labels = labels if isinstance(labels, pa.Array) else label_texts(tuple(labels))
    return labels.take(positions)


@lru_cache(maxsize=256)
def label_texts(labels: tuple) -> pa.Array:
    """Labels as an Arrow array; the same few are used every day."""
    return texts([None if label is None else str(label) for label in labels])


def repeated(text: str, count: int) -> pa.Array:
    """The same text in every row."""
    encoded = text.encode()
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(len(encoded))
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(encoded * count)])


def whole(values: np.ndarray, none: int | None = None) -> pa.Array:
    """Whole numbers; `none` is null."""
    return fixed(values, np.int64, pa.int64(), None if none is None else np.asarray(values) != none)


def nulls(count: int, data_type: pa.DataType) -> pa.Array:
    """Nothing, `count` times."""
    return pa.nulls(count, data_type)


def ingested_at(instants: np.ndarray) -> pa.Array:
    """When rows reached the landing zone: five minutes later, on the same day."""
    instants = np.asarray(instants, dtype=np.int64)
    midnights = instants // MICROSECONDS_PER_DAY * MICROSECONDS_PER_DAY
    return instant(within_day(instants + INGESTED_AFTER, midnights))


def within_day(instants: np.ndarray, midnight: int | np.ndarray) -> np.ndarray:
    """Instants, at the latest the last microsecond of the day that begins at `midnight`."""
    return np.minimum(instants, midnight + MICROSECONDS_PER_DAY - 1)


def ingestion(instants: np.ndarray, last: int) -> np.ndarray:
    """Microseconds of the arrival of what happened at `instants`, at the latest at `last`."""
    return np.minimum(np.asarray(instants) + INGESTED_AFTER, last)


def decimal(numbers: np.ndarray, digits: int) -> np.ndarray:
    """The lowest digits of numbers in base 10, as a matrix of ASCII codes."""
    blocks = -(-digits // BLOCK)
    letters = np.empty((len(numbers), blocks * BLOCK), dtype=np.uint8)
    rest = np.asarray(numbers, dtype=np.int64)
    for block in range(blocks - 1, -1, -1):
        higher = rest // 10**BLOCK
        letters[:, block * BLOCK : (block + 1) * BLOCK] = BLOCKS[rest - higher * 10**BLOCK]
        rest = higher
    return letters[:, blocks * BLOCK - digits :]


def instant_letters(microseconds: np.ndarray) -> np.ndarray:
    """Instants such as 2025-09-01T10:11:12.123456, as a matrix of ASCII codes."""
    days, where = np.unique(microseconds // MICROSECONDS_PER_DAY, return_inverse=True)
    dates = np.array([text.encode() for text in days.astype("datetime64[D]").astype(str)], dtype="S10")
    seconds, fraction = np.divmod(microseconds % MICROSECONDS_PER_DAY, 1_000_000)
    minutes = seconds // 60
    letters = np.empty((len(microseconds), 26), dtype=np.uint8)
    letters[:, :10] = dates.view(np.uint8).reshape(-1, 10)[where]
    letters[:, 10:19] = np.frombuffer(b"T..:..:..", dtype=np.uint8)
    # Four digits at once: hours and minutes.
    letters[:, [11, 12, 14, 15]] = decimal(minutes // 60 * 100 + minutes % 60, 4)
    letters[:, 17:19] = decimal(seconds % 60, 2)
    letters[:, 19] = ord(".")
    letters[:, 20:] = decimal(fraction, 6)
    return letters


def minute_letters(microseconds: np.ndarray) -> np.ndarray:
    """Instants such as 01/09/2025 10:11, as a matrix of ASCII codes."""
    letters = instant_letters(microseconds)
    # Where each of these characters stands in 2025-09-01T10:11.
    day_first = letters[:, [8, 9, 4, 5, 6, 4, 0, 1, 2, 3, 10, 11, 12, 13, 14, 15]]
    day_first[:, [2, 5]] = ord("/")
    day_first[:, 10] = ord(" ")
    return day_first


def hexadecimal(numbers: np.ndarray, digits: int) -> np.ndarray:
    """The lowest digits of numbers in base 16, as a matrix of ASCII codes."""
    letters = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    shifts = np.arange(digits - 1, -1, -1, dtype=np.uint64) * np.uint64(4)
    return letters[(numbers.astype(np.uint64)[:, None] >> shifts) & np.uint64(15)]


def constant_letters(text: str, count: int) -> np.ndarray:
    """The same text in every row, as a matrix of ASCII codes."""
    return np.broadcast_to(np.frombuffer(text.encode(), dtype=np.uint8), (count, len(text)))


def iso(microseconds: int) -> str:
    """An instant such as 2025-09-01T10:11:12.123456."""
    return str(np.datetime64(int(microseconds), "us"))
