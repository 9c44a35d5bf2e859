"""The messages of PostgreSQL's output plugin pgoutput, protocol version 1.

Values come as text; the format is described in PostgreSQL's manual, "Logical Replication Message Formats".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from struct import Struct
from struct import error as TooShort


class Unchanged(Enum):
    """A large value that an update left as it was: PostgreSQL does not send it again."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED
Tuple = tuple[str | Unchanged | None, ...]

EPOCH = datetime(2000, 1, 1)
BEGIN, COMMIT, RELATION, COLUMN = Struct(">qqI"), Struct(">Bqqq"), Struct(">I"), Struct(">Ii")
TRUNCATE, COUNT, LENGTH, OID = Struct(">IB"), Struct(">H"), Struct(">I"), Struct(">I")


class BadMessage(Exception):
    """Bytes that are no message of pgoutput, version 1."""


@dataclass(frozen=True)
class Begin:
    """A transaction begins; what follows was committed at `committed_at`, in UTC."""

    committed_at: datetime


@dataclass(frozen=True)
class Commit:
    """A transaction is through; the log goes on at `end`."""

    end: int


@dataclass(frozen=True)
class Relation:
    """What a table looks like from here on: its columns, as (name, type's oid)."""

    oid: int
    schema: str
    name: str
    columns: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row was inserted (`old` None), updated, or deleted (`new` None).

    `old` is the whole row with REPLICA IDENTITY FULL; else its key with nulls beside, and of updates only where the
    key has changed.
    """

    oid: int
    old: Tuple | None
    new: Tuple | None
    is_update: bool = False
    is_old_whole: bool = False


@dataclass(frozen=True)
class Truncate:
    """Tables were emptied."""

    oids: tuple[int, ...]


Message = Begin | Commit | Relation | Change | Truncate


def decode(message: bytes) -> Message | None:
    """One message; None for those that say nothing about rows. Raises BadMessage."""
    try:
        kind = message[:1]
        return DECODERS[kind](message) if kind in DECODERS else other(kind)
    except (TooShort, IndexError, UnicodeDecodeError, ValueError) as error:
        # Not what the message holds, which may be personal.
        raise BadMessage(
            f"a message of kind {message[:1]!r} with {len(message)} bytes cannot be read ({type(error).__name__})"
        ) from error


def other(kind: bytes) -> None:
    """Origins, types and logical messages are passed over; anything else is a version that was not asked for."""
    if kind not in (b"O", b"Y", b"M"):
        raise BadMessage(f"a message of the unknown kind {kind!r}")


def begin(message: bytes) -> Begin:
    """Position of the commit, instant, transaction id."""
    _, microseconds, _ = BEGIN.unpack_from(message, 1)
    return Begin(EPOCH + timedelta(microseconds=microseconds))


def commit(message: bytes) -> Commit:
    """Flags, position of the commit, position behind it, instant."""
    _, _, end, _ = COMMIT.unpack_from(message, 1)
    return Commit(end)


def relation(message: bytes) -> Relation:
    """Oid, schema, name, replica identity, columns."""
    (oid,) = RELATION.unpack_from(message, 1)
    schema, at = text(message, 5)
    name, at = text(message, at)
    (count,) = COUNT.unpack_from(message, at + 1)
    at += 3
    columns = []
    for _ in range(count):
        column, at = text(message, at + 1)
        type_oid, _ = COLUMN.unpack_from(message, at)
        columns.append((column, type_oid))
        at += 8
    return Relation(oid, schema or "pg_catalog", name, tuple(columns))


def insert(message: bytes) -> Change:
    """Oid, N, the new row."""
    (oid,) = OID.unpack_from(message, 1)
    expect(message, 5, b"N")
    return Change(oid, None, row(message, 6)[0])


def update(message: bytes) -> Change:
    """Oid, the old key (K) or the old row (O) where it is sent, N, the new row."""
    (oid,) = OID.unpack_from(message, 1)
    old, at = row(message, 6) if message[5:6] in (b"K", b"O") else (None, 5)
    expect(message, at, b"N")
    return Change(oid, old, row(message, at + 1)[0], True, message[5:6] == b"O")


def delete(message: bytes) -> Change:
    """Oid, the old key or the old row."""
    (oid,) = OID.unpack_from(message, 1)
    expect(message, 5, b"KO")
    return Change(oid, row(message, 6)[0], None, False, message[5:6] == b"O")


def truncate(message: bytes) -> Truncate:
    """Number of tables, options, oids."""
    count, _ = TRUNCATE.unpack_from(message, 1)
    return Truncate(tuple(OID.unpack_from(message, 6 + 4 * i)[0] for i in range(count)))


def row(message: bytes, at: int) -> tuple[Tuple, int]:
    """The values of a row, and where the message goes on behind it."""
    (count,) = COUNT.unpack_from(message, at)
    at += 2
    values: list[str | Unchanged | None] = []
    for _ in range(count):
        kind = message[at]
        at += 1
        if kind == 116:  # t: text
            (length,) = LENGTH.unpack_from(message, at)
            at += 4
            value = message[at : at + length]
            if len(value) < length:
                raise ValueError("it ends within a value")
            values.append(value.decode())
            at += length
        elif kind == 110:  # n: null
            values.append(None)
        elif kind == 117:  # u: unchanged
            values.append(UNCHANGED)
        else:
            raise ValueError(f"a value of the unknown kind {kind}")
    return tuple(values), at


def text(message: bytes, at: int) -> tuple[str, int]:
    """A name that ends with a zero byte, and where the message goes on behind it."""
    end = message.index(b"\0", at)
    return message[at:end].decode(), end + 1


def expect(message: bytes, at: int, kinds: bytes) -> None:
    """Raise ValueError where the part that begins here is of another kind."""
    if message[at] not in kinds:
        raise ValueError(f"a part of the unknown kind {message[at]}")


DECODERS: dict[bytes, Callable[[bytes], Message]] = {
    b"B": begin,
    b"C": commit,
    b"R": relation,
    b"I": insert,
    b"U": update,
    b"D": delete,
    b"T": truncate,
}
