"""What dies half way costs another run and never a row; what is lost comes back."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from comparing import differences, query
from conftest import BUILD, ROOT, TINY, House
from proofs import kills
from techco.contract.landing_zone import list_files

from tools.simulator.tests.conftest import everything

# The simulator, killed when it has written half of its n-th file of the landing zone; answers lie beside it.
DYING_SIMULATOR = """
import os, signal, sys
from tools.simulator.__main__ import main

replace, left = os.replace, int(sys.argv.pop(1))

def die_at_last(source, target):
    global left
    left -= "_answers" not in str(target)
    if left == 0:
        os.truncate(source, os.path.getsize(source) // 2)
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)

os.replace = die_at_last
sys.exit(main())
"""
APPEND = ("--append", "1")


@pytest.fixture(scope="session")
def proof(tmp_path_factory) -> Path:
    """A folder for rounds of kills, with the undisturbed warehouses that they are held against."""
    return tmp_path_factory.mktemp("kills")


def simulate(landing: Path, *options: str, dies_at: int | None = None) -> None:
    """Run the simulator as a process of its own."""
    program = ["-m", "tools.simulator"] if dies_at is None else ["-c", DYING_SIMULATOR, str(dies_at)]
    command = [sys.executable, *program, "--out", str(landing), *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == (0 if dies_at is None else -signal.SIGKILL), run.stderr


# Three kills: two of a first build, one of the build of one more day.
@pytest.mark.parametrize("round_number", [4, pytest.param(9, marks=pytest.mark.long)])
def test_a_killed_build_is_made_good_by_the_next(proof, round_number):
    found = kills.run(round_number, proof)
    assert found["differences"] == [], found


@pytest.mark.long
def test_a_file_that_is_being_written_is_seen_by_no_build(proof, tmp_path):
    first, whole = kills.make_undisturbed(proof).values()
    growing = first.copy(tmp_path)
    files = {file.path_in_zone: (whole.landing / file.path_in_zone).read_bytes() for file in list_files(whole.landing)}
    before = len(list_files(growing.landing))
    for written in (2, 10, 18):
        # What was written before stays, so every death is one file after the one that was being written at the last.
        simulate(growing.landing, *APPEND, dies_at=written - (len(list_files(growing.landing)) - before))
        assert list(growing.landing.rglob(".part-*"))
        landed = [file.path_in_zone for file in list_files(growing.landing)]
        assert len(landed) == before + written - 1
        assert all((growing.landing / file).read_bytes() == files[file] for file in landed)
    growing.dbt("run")
    simulate(growing.landing, *APPEND)
    growing.dbt("run")
    assert differences(whole.warehouse, growing.warehouse) == []
    simulate(tmp_path / "undisturbed", "--days", str(kills.DAYS), *TINY)
    simulate(tmp_path / "undisturbed", *APPEND)
    assert everything(growing.landing) == everything(tmp_path / "undisturbed")


def test_a_first_landing_zone_is_there_whole_or_not_at_all(tmp_path):
    zone = tmp_path / "landing"
    options = ("--days", "2", "--customers", "50", "--orders-per-day", "5")
    simulate(zone, *options, dies_at=30)
    assert not zone.exists()
    simulate(zone, *options)
    simulate(tmp_path / "undisturbed", *options)
    assert everything(zone) == everything(tmp_path / "undisturbed")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "landing",
        "landing_answers",
        "undisturbed",
        "undisturbed_answers",
    ]


@pytest.mark.long
def test_too_little_memory_is_said_and_loses_nothing(proof, tmp_path):
    first = kills.make_undisturbed(proof)[kills.KINDS[0]]
    poor = first.copy(tmp_path)
    poor.warehouse.unlink()
    # For another memory limit dbt parses the project anew, and with it the files it keeps of that.
    poor.target = tmp_path / "target"
    printed = poor.dbt(*BUILD, succeeds=False, TECHCO_MEMORY_LIMIT="100MB")
    assert "TECHCO_MEMORY_LIMIT (100MB) is too small for " in printed
    assert "Traceback" not in printed
    assert query(poor.warehouse, "select count(*) from base.loads") == [(1,)]
    poor.target = first.target
    poor.dbt(*BUILD)
    assert differences(first.warehouse, poor.warehouse, snapshots=True) == []


def backup(place: House, *arguments: str, **changes: str) -> str:
    """Run the command of `make backup` and `make restore`."""
    command = [sys.executable, "-m", "techco.operations.backup", *arguments]
    run = subprocess.run(
        command, cwd=ROOT, env=place.environment(**changes), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def histories(place: House) -> dict[str, list[tuple]]:
    """All rows of all snapshots, whole."""
    names = query(place.warehouse, "select table_name from duckdb_tables() where schema_name = 'snapshots' order by 1")
    return {name: query(place.warehouse, f"from snapshots.{name} order by all") for (name,) in names}


def test_histories_go_on_after_a_restore(proof, tmp_path):
    lived = kills.make_undisturbed(proof)[kills.KINDS[1]].copy(tmp_path / "lived")
    known = histories(lived)
    closed = sum(row[-1] is not None for row in known["snap_order_status"])
    assert closed > 10
    assert f"snapshots.snap_order_status: {len(known['snap_order_status'])} rows" in backup(lived, "save")
    (saved,) = (lived.warehouse.parent / "backups").iterdir()
    assert saved.stat().st_mode & 0o077 == 0

    restored = House(lived.landing, tmp_path / "empty" / "warehouse" / "techco.duckdb", lived.target)
    backup(restored, "restore", BACKUP=str(saved))
    restored.dbt(*BUILD)
    assert histories(restored) == known
    assert differences(lived.warehouse, restored.warehouse) == []
    assert query(restored.warehouse, "select max(load_id) from base.loads") == [(3,)]

    # A history goes on where it stopped: what changed while it was away is one change, and the old rows stay.
    simulate(lived.landing, *APPEND)
    restored.dbt(*BUILD)
    for name, rows in known.items():
        now = {row[:-1] for row in histories(restored)[name]}
        assert {row[:-1] for row in rows} <= now, name
    assert len(histories(restored)["snap_order_status"]) > len(known["snap_order_status"])
