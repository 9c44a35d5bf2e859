"""What a landing zone cannot give back survives the loss of the warehouse."""

import subprocess
import sys

from comparing import differences, query
from conftest import ROOT, TINY, House, house

from simulator.__main__ import main as simulate

BUILD = ("build", "--exclude-resource-type", "test", "unit_test")


def backup(place: House, *arguments: str, **changes: str) -> str:
    """Run the command of `make backup` and `make restore`."""
    command = [sys.executable, "-m", "techco.backup", *arguments]
    run = subprocess.run(
        command, cwd=ROOT, env=place.environment(**changes), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def histories(place: House) -> dict[str, list[tuple]]:
    """All rows of all snapshots, whole."""
    names = query(place.warehouse, "select table_name from duckdb_tables() where schema_name = 'snapshots' order by 1")
    return {name: query(place.warehouse, f"from snapshots.{name} order by all") for (name,) in names}


def test_histories_go_on_after_a_restore(tmp_path, dbt_files):
    lived = house(tmp_path / "lived", dbt_files)
    simulate(["--out", str(lived.landing), "--days", "4", *TINY])
    lived.dbt(*BUILD)
    simulate(["--out", str(lived.landing), "--append", "1"])
    lived.dbt(*BUILD)
    known = histories(lived)
    closed = sum(row[-1] is not None for row in known["snap_order_status"])
    assert closed > 10
    assert f"snapshots.snap_order_status: {len(known['snap_order_status'])} rows" in backup(lived, "save")
    (saved,) = (lived.warehouse.parent / "backups").iterdir()
    assert saved.stat().st_mode & 0o077 == 0

    restored = House(lived.landing, tmp_path / "empty" / "warehouse" / "techco.duckdb", dbt_files)
    backup(restored, "restore", BACKUP=str(saved))
    restored.dbt(*BUILD)
    assert histories(restored) == known
    assert differences(lived.warehouse, restored.warehouse) == []
    assert query(restored.warehouse, "select max(batch) from base.batches") == [(3,)]

    # A history goes on where it stopped: what changed while it was away is one change, and the old rows stay.
    simulate(["--out", str(lived.landing), "--append", "1"])
    restored.dbt(*BUILD)
    for name, rows in known.items():
        now = {row[:-1] for row in histories(restored)[name]}
        assert {row[:-1] for row in rows} <= now, name
    assert len(histories(restored)["snap_order_status"]) > len(known["snap_order_status"])
