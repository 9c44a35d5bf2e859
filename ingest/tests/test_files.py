"""Files are there whole or not at all, and their names say how far a connector has come."""

import errno
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from ingest.files import AlreadyRunning, Bytes, Landing, NewFile
from ingest.postgres.checkpoint import Checkpoint, batch_name, snapshot_name
from ingest.rows import Rows

AT = datetime(2026, 1, 2, 3, 4, 5, 678)
LATER = datetime(2026, 1, 2, 3, 4, 6)


class Full:
    """What no disk has room for."""

    def write(self, path: Path) -> None:
        """Write half of it."""
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_where_one_file_cannot_be_written_none_lands_and_nothing_is_left(tmp_path):
    landing = Landing(tmp_path, "shop")
    files = [NewFile("orders", "a.jsonl", Bytes(b"{}")), NewFile("payments", "b.jsonl", Full())]
    with pytest.raises(OSError, match="No space"):
        landing.land(files, AT)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_landed_file_is_never_written_again(tmp_path):
    landing = Landing(tmp_path, "shop")
    landing.land([NewFile("orders", "a.jsonl", Bytes(b"first"))], AT)
    with pytest.raises(FileExistsError, match="never changes"):
        landing.land([NewFile("orders", "a.jsonl", Bytes(b"second"))], AT)
    assert (tmp_path / "shop/orders/ingested_on=2026-01-02/a.jsonl").read_bytes() == b"first"


def test_two_connectors_of_one_source_are_refused(tmp_path):
    landing = Landing(tmp_path, "shop")
    with landing.alone("shop"), pytest.raises(AlreadyRunning, match="Stop it first"), landing.alone("shop"):
        pass
    with landing.alone("shop"):
        pass


def test_what_a_kill_left_half_written_is_removed(tmp_path):
    landing = Landing(tmp_path, "shop")
    folder = tmp_path / "shop/orders/ingested_on=2026-01-02"
    folder.mkdir(parents=True)
    for name in (".a.parquet", ".notes", "b.parquet"):
        folder.joinpath(name).touch()
    landing.remove_unfinished("orders", ".parquet")
    assert sorted(path.name for path in folder.iterdir()) == [".notes", "b.parquet"]


def test_a_batch_counts_when_its_last_file_is_there():
    whole = [("customers", batch_name(500, AT, 1, 2, "parquet")), ("orders", batch_name(500, AT, 2, 2, "jsonl"))]
    cut_off = [("customers", batch_name(900, LATER, 1, 2, "parquet"))]
    assert Checkpoint.read(whole + cut_off) == Checkpoint(500, frozenset({"customers", "orders"}), 900)


def test_parts_of_a_snapshot_are_no_snapshot():
    parts = [("orders", snapshot_name(700, AT, number, "parquet")) for number in (1, 2)]
    assert Checkpoint.read([*parts, ("orders", "delivered-by-hand.parquet")]) == Checkpoint(None, frozenset(), 700)


def test_later_names_sort_behind_earlier_ones():
    names = [
        batch_name(500, AT, 2, 3, "parquet"),
        batch_name(500, LATER, 1, 3, "parquet"),
        batch_name(501, AT, 1, 1, "parquet"),
    ]
    assert names == sorted(names)


def test_rows_have_the_types_of_the_contract(tmp_path):
    types = {
        "id": "varchar",
        "amount": "decimal(18,3)",
        "paid": "boolean",
        "at": "timestamp",
        "day": "date",
        "n": "bigint",
        "x": "double",
    }
    rows = Rows("orders", tuple(types))
    rows.add(
        ("1", "12.5", "t", "2026-01-02 03:04:05.678901+00", "2026-01-02", "-9223372036854775808", "1e-3"), "c", 1, AT
    )
    rows.add((None,) * 7, "d", 2, AT)
    ((ending, content),) = rows.contents(types, LATER)
    content.write(tmp_path / f"rows.{ending}")
    written = duckdb.read_parquet(str(tmp_path / "rows.parquet"))
    assert dict(zip(written.columns, map(str, written.types), strict=True)) == {
        "id": "VARCHAR", "amount": "DECIMAL(18,3)", "paid": "BOOLEAN", "at": "TIMESTAMP", "day": "DATE", "n": "BIGINT",
        "x": "DOUBLE",
        "_op": "VARCHAR", "_lsn": "BIGINT", "_committed_at": "TIMESTAMP", "_ingested_at": "TIMESTAMP",
    }  # fmt: skip
    text = [tuple(map(str, row)) for row in written.fetchall()]
    assert text[0][:7] == (
        "1",
        "12.500",
        "True",
        "2026-01-02 03:04:05.678901",
        "2026-01-02",
        "-9223372036854775808",
        "0.001",
    )
    assert text[1] == (*("None",) * 7, "d", "2", str(AT), str(LATER))


def test_a_row_that_does_not_fit_the_types_lands_as_it_came(tmp_path):
    types = {"id": "varchar", "quantity": "bigint", "day": "date"}
    rows = Rows("orders", tuple(types))
    rows.add(("1", "3", "2026-01-02"), "c", 1, AT)
    rows.add(("2", "three", None), "u", 2, AT)
    rows.add(("3", "4", "infinity"), "u", 3, AT)
    contents = dict(rows.contents(types, LATER))
    for ending, content in contents.items():
        content.write(tmp_path / f"rows.{ending}")
    assert duckdb.read_parquet(str(tmp_path / "rows.parquet")).fetchall()[0][:2] == ("1", 3)
    assert (tmp_path / "rows.jsonl").read_text().splitlines() == [
        '{"id": "2", "quantity": "three", "_op": "u", "_lsn": 2, "_committed_at": "2026-01-02T03:04:05.000678", '
        '"_ingested_at": "2026-01-02T03:04:06"}',
        '{"id": "3", "quantity": "4", "day": "infinity", "_op": "u", "_lsn": 3, '
        '"_committed_at": "2026-01-02T03:04:05.000678", "_ingested_at": "2026-01-02T03:04:06"}',
    ]


def test_a_day_without_rows_is_an_empty_file_with_columns(tmp_path):
    ((ending, content),) = Rows("orders", ("id",)).contents({"id": "varchar"}, AT)
    content.write(tmp_path / f"rows.{ending}")
    written = duckdb.read_parquet(str(tmp_path / "rows.parquet"))
    assert written.columns[:2] == ["id", "_op"] and written.fetchall() == []
