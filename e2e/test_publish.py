"""Releases: readers and builds do not meet."""

import subprocess
import sys
import threading

import duckdb
from conftest import ROOT

SQL = "select count(*), sum(total_amount) from core.fct_order"


def publish(house) -> subprocess.CompletedProcess:
    """Run `make publish`'s command."""
    command = [sys.executable, "-m", "techco.publish"]
    return subprocess.run(command, cwd=ROOT, env=house.environment(), capture_output=True, text=True, check=False)


def test_a_release_holds_the_marts_and_nothing_restricted(built, tmp_path):
    house = built.copy(tmp_path)
    assert publish(house).returncode == 0
    serving = house.warehouse.parent / "releases" / "current" / "analyst" / "serving.duckdb"
    with duckdb.connect(str(serving), read_only=True) as connection:
        schemas = {row[0] for row in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
        assert schemas == {"core", "kpi", "customers", "inventory", "governance"}
        technical = connection.execute(
            "select count(*) from duckdb_columns() where starts_with(column_name, '_')"
        ).fetchone()
        assert technical == (0,)
        described = connection.execute(
            "select comment from duckdb_columns() where table_name = 'fct_order' and column_name = 'order_id'"
        )
        assert described.fetchone()[0]
    assert serving.stat().st_mode & 0o077 == 0


def test_a_reader_sees_no_error_and_blocks_no_build(built, tmp_path):
    house = built.copy(tmp_path)
    publish(house)
    serving = house.warehouse.parent / "releases" / "current" / "analyst" / "serving.duckdb"
    stop, seen, failed = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            try:
                with duckdb.connect(str(serving), read_only=True) as connection:
                    seen.add(connection.execute(SQL).fetchone())
            except Exception as error:  # noqa: BLE001 - any error of the reader is what this test is about
                failed.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        house.dbt("run", "--select", "fct_order")
        for _ in range(5):
            assert publish(house).returncode == 0
    finally:
        stop.set()
        reader.join()
    assert failed == []
    assert len(seen) == 1
    assert len([path for path in (house.warehouse.parent / "releases").iterdir() if not path.is_symlink()]) == 3


def test_nothing_is_published_of_a_warehouse_that_is_not_there(tmp_path, built):
    house = built.copy(tmp_path)
    house.warehouse.unlink()
    run = publish(house)
    assert run.returncode == 1
    assert "make build" in run.stderr and "Traceback" not in run.stderr
