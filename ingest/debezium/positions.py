"""Where a change stands in a database's log, as one number that grows with each change of a key.

The same change has the same number whenever it is read, so that the warehouse counts a repeat once. Rows of a snapshot
have a number below those of all changes that the snapshot does not hold.
"""

from collections.abc import Mapping

# What Debezium says of the place of a change; numbers come as text.
Source = Mapping[str, str | None]

# The warehouse keeps a position and an operation in 64 bits (macros/staging/latest_rows.sql).
BITS = 61
# Oracle: changes of a transaction that are told apart; of those behind them, the one that landed last counts.
ORACLE_CHANGE_BITS = 20
# SQL Server: log block within a virtual log file, in sectors of 512 bytes, and record within the block, of 24 bytes
# at least in 60 kB.
BLOCK_BITS, RECORD_BITS = 28, 12


class BadPosition(Exception):
    """A position that cannot be read, or that has no room in 61 bits."""


def of_binlog(source: Source) -> int:
    """MySQL: number of the log file, position of the event, number of the row within the event.

    The log is written at commit. A row takes a byte at least, so that position and row together stay below the next
    event's position.
    """
    _, _, number = text(source, "file").rpartition(".")
    return fitting(source, (digits(source, number), 29), (digits(source, source.get("pos")) + row_of(source), 32))


def of_oracle(source: Source) -> int:
    """SCN of the commit and number of the change within its transaction; a snapshot reads as of an SCN."""
    scn = digits(source, source.get("commit_scn") or source.get("scn"))
    change = min(int(source.get("txSeq") or 0), 2**ORACLE_CHANGE_BITS - 1)
    return fitting(source, (scn, BITS - ORACLE_CHANGE_BITS), (change, ORACLE_CHANGE_BITS))


def of_sql_server(source: Source) -> int:
    """LSN of the change, in three parts: virtual log file, block, record.

    A row is locked until its transaction ends, and by a snapshot (repeatable read) until that is through.
    """
    lsn = source.get("change_lsn") or text(source, "commit_lsn")
    parts = lsn.split(":")
    if len(parts) != 3:
        raise BadPosition(f"the LSN {lsn} has not three parts")
    file, block, record = (int(part, 16) for part in parts)
    return fitting(source, (file, BITS - BLOCK_BITS - RECORD_BITS), (block, BLOCK_BITS), (record, RECORD_BITS))


def fitting(source: Source, *parts: tuple[int, int]) -> int:
    """Parts beside each other, each in so many bits; raises BadPosition where one has no room in them."""
    position = 0
    for part, bits in parts:
        if part >= 2**bits:
            raise BadPosition(f"the position {dict(source)} is too great: {part} has no room in {bits} bits")
        position = position << bits | part
    return position


def row_of(source: Source) -> int:
    """The number of a row within its event."""
    return int(source.get("row") or 0)


def text(source: Source, name: str) -> str:
    """A part of a position that has to be there."""
    found = source.get(name)
    if not found:
        raise BadPosition(f"the position {dict(source)} has no {name}")
    return found


def digits(source: Source, value: str | None) -> int:
    """A number, as text."""
    if value is None or not value.isdecimal():
        raise BadPosition(f"the position {dict(source)} holds {value!r}, which is no number")
    return int(value)
