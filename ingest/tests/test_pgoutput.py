"""Messages written by hand, byte by byte, after PostgreSQL's manual."""

from datetime import datetime
from struct import pack

import pytest

from ingest.postgres.pgoutput import UNCHANGED, BadMessage, Begin, Change, Commit, Relation, Truncate, decode

# A table and the type of its columns, by their oids.
ORDERS = 16_385
TEXT = 25


def values(*row: str | object | None) -> bytes:
    written = pack(">H", len(row))
    for value in row:
        if value is None:
            written += b"n"
        elif value is UNCHANGED:
            written += b"u"
        else:
            written += b"t" + pack(">I", len(value.encode())) + value.encode()
    return written


def test_a_transaction_says_when_it_was_committed_and_where_the_log_goes_on():
    # 1 January 2000 and a day, a second and a microsecond.
    assert decode(b"B" + pack(">qqI", 0x1234, 86_401_000_001, 740)) == Begin(datetime(2000, 1, 2, 0, 0, 1, 1))
    assert decode(b"C\0" + pack(">qqq", 0x1234, 0x1268, 86_401_000_001)) == Commit(0x1268)


def test_a_table_is_described_before_its_first_row():
    message = b"R" + pack(">I", ORDERS) + b"public\0orders\0f" + pack(">H", 2)
    message += b"\1order_id\0" + pack(">Ii", TEXT, -1) + b"\0status\0" + pack(">Ii", TEXT, -1)
    assert decode(message) == Relation(ORDERS, "public", "orders", (("order_id", TEXT), ("status", TEXT)))


def test_an_insert_has_a_new_row_alone():
    message = b"I" + pack(">I", ORDERS) + b"N" + values("O1", None)
    assert decode(message) == Change(ORDERS, None, ("O1", None))


def test_an_update_has_the_old_row_where_the_table_logs_whole_rows():
    message = b"U" + pack(">I", ORDERS) + b"O" + values("O1", "paid") + b"N" + values("O1", UNCHANGED)
    assert decode(message) == Change(ORDERS, ("O1", "paid"), ("O1", UNCHANGED), is_update=True, is_old_whole=True)


def test_an_update_of_a_key_has_the_old_key_and_else_nothing_old():
    message = b"U" + pack(">I", ORDERS) + b"K" + values("O1", None) + b"N" + values("O2", "paid")
    assert decode(message) == Change(ORDERS, ("O1", None), ("O2", "paid"), is_update=True)
    message = b"U" + pack(">I", ORDERS) + b"N" + values("O1", "paid")
    assert decode(message) == Change(ORDERS, None, ("O1", "paid"), is_update=True)


def test_a_delete_has_an_old_row_alone():
    message = b"D" + pack(">I", ORDERS) + b"O" + values("O1", "Straße\n2")
    assert decode(message) == Change(ORDERS, ("O1", "Straße\n2"), None, is_old_whole=True)


def test_several_tables_are_emptied_at_once():
    assert decode(b"T" + pack(">IBII", 2, 0, ORDERS, ORDERS + 7)) == Truncate((ORDERS, ORDERS + 7))


def test_what_says_nothing_about_rows_is_passed_over():
    assert decode(b"O" + pack(">q", 1) + b"elsewhere\0") is None
    assert decode(b"Y" + pack(">I", 16_400) + b"public\0mood\0") is None


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"S" + pack(">IB", 740, 1),
        b"I" + pack(">I", ORDERS) + b"N" + values("O1", "secret@example.com")[:-3],
        b"I" + pack(">I", ORDERS) + b"N" + pack(">H", 1) + b"b" + pack(">I", 1) + b"x",
        b"U" + pack(">I", ORDERS) + b"X" + values("O1"),
        b"B\0\0",
        b"R" + pack(">I", ORDERS) + b"public",
        b"I" + pack(">I", ORDERS) + b"N" + pack(">H", 1) + b"t" + pack(">I", 2) + b"\xff\xfe",
    ],
)
def test_what_cannot_be_read_is_said_without_what_it_holds(message):
    with pytest.raises(BadMessage) as refused:
        decode(message)
    assert "secret" not in str(refused.value)
