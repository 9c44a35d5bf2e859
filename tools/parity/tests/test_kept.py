"""What one command built is compared by another only where it is of the same files."""

import duckdb
import pytest

from tools.parity.compare import Allowed, differences, from_duckdb
from tools.parity.kept import keeping, read_kept, warehouse_of

NOTHING_ALLOWED = Allowed({}, {})


@pytest.fixture
def landing(tmp_path):
    """A landing zone with one file."""
    day = tmp_path / "landing" / "shop" / "orders" / "ingested_on=2026-01-01"
    day.mkdir(parents=True)
    (day / "part-0000.parquet").write_bytes(b"four")
    return tmp_path / "landing"


def rows():
    """A table with a value of several families."""
    with duckdb.connect() as connection:
        connection.execute("create table t as select 1 as a, 1.50 as b, 'x' as c, date '2026-01-01' as d, null as e")
        return from_duckdb(connection, "t")


def test_tables_come_back_as_they_were(tmp_path, landing):
    with keeping(tmp_path / "kept", landing) as keep:
        keep("full", [("core.t", rows())])
        keep("incremental", [])
    (warehouse, full), (_, incremental) = read_kept(tmp_path / "kept", landing).values()
    assert warehouse == warehouse_of(tmp_path / "kept", "full")
    ((name, table),) = full
    assert name == "core.t"
    assert table.families == rows().families
    assert differences(table, rows(), NOTHING_ALLOWED) == []
    assert list(incremental) == []


def test_nothing_is_taken_where_nothing_was_kept_or_the_build_failed(tmp_path, landing):
    assert read_kept(tmp_path / "kept", landing) == {}
    with pytest.raises(ZeroDivisionError), keeping(tmp_path / "kept", landing) as keep:
        keep("full", [("core.t", rows())])
        raise ZeroDivisionError
    assert read_kept(tmp_path / "kept", landing) == {}


def test_nothing_is_taken_of_other_files_or_another_pepper(tmp_path, landing, monkeypatch):
    with keeping(tmp_path / "kept", landing) as keep:
        keep("full", [("core.t", rows())])
    monkeypatch.setenv("TECHCO_PEPPER", "another pepper, long enough")
    assert read_kept(tmp_path / "kept", landing) == {}
    monkeypatch.delenv("TECHCO_PEPPER")
    assert read_kept(tmp_path / "kept", landing)
    next(landing.rglob("*.parquet")).with_name("part-0001.parquet").write_bytes(b"late")
    assert read_kept(tmp_path / "kept", landing) == {}
