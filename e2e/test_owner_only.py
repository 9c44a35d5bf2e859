"""Whatever the umask, the warehouse, what lies beside it, dbt's files and invented landed files are their owner's."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT, House, house
from proofs.erasure import choose

# As a careless job has it: everything is everybody's.
CARELESS = {"umask": 0}


def opened(*folders: Path) -> list[str]:
    """What others may read, write or enter, below some folders and these themselves."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*")) if not path.is_symlink()]
    assert paths
    return [f"{path} {oct(path.stat().st_mode & 0o777)}" for path in paths if path.stat().st_mode & 0o077]


def run(home: House, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
    """Run a module of Python with an umask that closes nothing; dbt's files lie in the house."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=home.environment(**changes),
        capture_output=True,
        text=True,
        check=False,
        **CARELESS,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> House:
    """A landing zone and a warehouse of some tables, made with a careless umask by the project's own commands."""
    folder = tmp_path_factory.mktemp("careless")
    made = house(folder, folder / "target")
    small = ["--days", "2", "--customers", "30", "--orders-per-day", "5"]
    assert run(made, "tools.simulator", "--out", str(made.landing), *small).returncode == 0
    environment = made.environment(TECHCO_LANDING=str(made.landing), TECHCO_WAREHOUSE=str(made.warehouse))
    # dbt makes it, as for who begins.
    made.warehouse.parent.rmdir()
    built = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "run", "--select", "+dim_customer"],
        cwd=ROOT,
        env=environment | {"DBT_WRITE_JSON": "true"},
        capture_output=True,
        text=True,
        check=False,
        **CARELESS,
    )
    assert built.returncode == 0, built.stdout[-3000:]
    return made


def test_what_the_project_makes_is_its_owners(home):
    assert opened(home.landing, home.warehouse.parent, home.target) == []
    assert home.warehouse.exists() and (home.target / "logs" / "dbt.log").exists()


def test_what_others_have_opened_is_closed_by_the_next_connection(home):
    beside = [home.warehouse.with_name(f"{home.warehouse.name}.wal.old"), home.warehouse.parent / "backups"]
    beside[0].touch()
    beside[1].mkdir(exist_ok=True)
    (beside[1] / "one").mkdir(exist_ok=True)
    (beside[1] / "one" / "raw.parquet").touch()
    for path in (home.landing, home.warehouse.parent, *home.warehouse.parent.rglob("*"), home.target):
        path.chmod(0o777 if path.is_dir() else 0o666)
    home.dbt("seed", "--select", "countries")
    assert opened(home.warehouse.parent, home.target) == []
    assert oct(home.landing.stat().st_mode & 0o777) == "0o700"
    beside[0].unlink()
    (beside[1] / "one" / "raw.parquet").unlink()
    (beside[1] / "one").rmdir()


def test_a_restored_warehouse_and_its_backup_are_closed(home, tmp_path):
    saved = run(home, "techco.operations.backup", "save", BACKUP=str(tmp_path / "backups" / "one"))
    assert saved.returncode == 0, saved.stderr
    other = House(home.landing, tmp_path / "other" / "techco.duckdb", home.target)
    changes = {"TECHCO_WAREHOUSE": str(other.warehouse), "BACKUP": str(tmp_path / "backups" / "one")}
    restored = run(other, "techco.operations.backup", "restore", **changes)
    assert restored.returncode == 0, restored.stderr
    assert opened(tmp_path / "backups", other.warehouse.parent) == []


def test_an_erased_warehouse_is_closed(built, tmp_path):
    changed = built.copy(tmp_path)
    person = choose(changed, random.Random(4), 1)[0]
    for path in (changed.warehouse.parent, changed.warehouse):
        path.chmod(0o755)
    assert run(changed, "techco.operations.erase", person, "--landing").returncode == 0
    assert opened(changed.warehouse.parent) == []


@pytest.mark.long
def test_a_killed_build_leaves_nothing_open(home, tmp_path):
    killed = House(home.landing, tmp_path / "warehouse" / "techco.duckdb", home.target)
    environment = killed.environment(TECHCO_WAREHOUSE=str(killed.warehouse), TECHCO_MEMORY_LIMIT="200MB")
    arguments = [sys.executable, "-m", "dbt.cli.main", "run"]
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, umask=0)
    deadline = time.monotonic() + 120
    while not (killed.warehouse.exists() and killed.warehouse.stat().st_size > 1_000_000):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert opened(killed.warehouse.parent, home.target) == []


def test_a_folder_with_other_things_is_left_and_told(home, tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "holiday.jpg").touch()
    shared.chmod(0o755)
    warehouse = shared / "techco.duckdb"
    other = House(home.landing, warehouse, home.target)
    printed = other.dbt("seed", "--select", "countries", TECHCO_WAREHOUSE=str(warehouse))
    assert f"The folder {shared} can be read by others" in printed
    assert oct(shared.stat().st_mode & 0o777) == "0o755" and oct(warehouse.stat().st_mode & 0o777) == "0o600"


def test_a_companys_landing_zone_is_told_and_not_changed(tmp_path, dbt_files):
    own = house(tmp_path, dbt_files)
    own.landing.mkdir()
    (own.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "own", "simulated": False}))
    own.landing.chmod(0o755)
    secrets = {"TECHCO_PEPPER": "a pepper for this test", "TECHCO_SUPPRESSION_KEY": "another secret than that"}
    printed = own.dbt("seed", "--select", "countries", **secrets)
    assert f"chmod -R go-rwx {own.environment()['TECHCO_LANDING']}" in printed
    assert oct(own.landing.stat().st_mode & 0o777) == "0o755"
    own.landing.chmod(0o700)
    assert "chmod" not in own.dbt("seed", "--select", "countries", **secrets)
