"""Whole-system tests: landing zones of a few days, and dbt as a user runs it."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import dbt_process
import pytest

from tools.simulator.__main__ import main as simulate

ROOT = Path(__file__).resolve().parent.parent
# With a past, as parcels come back, and persons ask for their rights, weeks after an order.
PAST = 20
TINY = (
    *("--customers", "300", "--orders-per-day", "30", "--seed", "7"),
    *("--start", "2025-09-01", "--history-days", str(PAST)),
)
DAYS = 10
# A build whose tables are compared afterwards, which says more than its tests would.
BUILD = ("build", "--exclude-resource-type", "test", "unit_test")
# What may be published: tested, as `make build` does it.
TESTED_BUILD = ("build", "--exclude-resource-type", "unit_test")
# Files that take minutes: begun last, one of them would keep one process busy while the other has nothing to do.
LONGEST = ["test_snowflake.py", "test_rights.py", "test_recovery.py", "test_publish.py", "test_incremental.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, all else as it was; files are dealt out in this order."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@dataclass
class House:
    """A landing zone and the warehouse that belongs to it; dbt's own files lie beside them."""

    landing: Path
    warehouse: Path
    target: Path

    def environment(self, **changes: str) -> dict:
        """The environment of a command: none of the project's variables but these."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("TECHCO_", "DBT_"))}
        return clean | {
            "TECHCO_LANDING": str(self.link("landing", self.landing)),
            "TECHCO_WAREHOUSE": str(self.link("warehouse", self.warehouse.parent) / self.warehouse.name),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.target / "logs"),
            # The manifest takes a second to write, twice in every run; who reads it asks for it.
            "DBT_WRITE_JSON": "false",
            "PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}",
            **changes,
        }

    def link(self, name: str, folder: Path) -> Path:
        """A link beside dbt's files, set to a folder of this house.

        For a warehouse with another path dbt parses the whole project anew, which takes as long as many a test's build.
        """
        self.target.mkdir(parents=True, exist_ok=True)
        self.warehouse.parent.mkdir(parents=True, exist_ok=True)
        link = self.target / name
        link.unlink(missing_ok=True)
        link.symlink_to(folder)
        return link

    def dbt(self, *arguments: str, succeeds: bool = True, **changes: str) -> str:
        """Run dbt and return what it printed."""
        exit_code, printed = dbt_process.run(("--no-use-colors", *arguments), ROOT, self.environment(**changes))
        assert (exit_code == 0) is succeeds, printed[-6000:]
        return printed

    def copy(self, folder: Path) -> "House":
        """The same landing zone and warehouse elsewhere, to be changed."""
        shutil.copytree(self.landing, folder / "landing")
        if self.warehouse.exists():
            folder.joinpath("warehouse").mkdir()
            shutil.copy(self.warehouse, folder / "warehouse" / self.warehouse.name)
        return House(folder / "landing", folder / "warehouse" / self.warehouse.name, self.target)


def house(folder: Path, target: Path) -> House:
    """A place for a landing zone and a warehouse, both not there yet."""
    return House(folder / "landing", folder / "warehouse" / "techco.duckdb", target)


@pytest.fixture(scope="session")
def dbt_files(tmp_path_factory) -> Path:
    """One target folder for all houses, so that dbt parses the project once."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture(scope="session")
def built(tmp_path_factory, dbt_files) -> House:
    """A tiny landing zone, built at once; not to be changed."""
    made = house(tmp_path_factory.mktemp("built"), dbt_files)
    # Of persons who are found wherever their values stand (test_privacy.py).
    assert simulate(["--out", str(made.landing), "--days", str(DAYS), *TINY, "--distinctive", "1"]) == 0
    made.output = made.dbt(*TESTED_BUILD)
    return made


@pytest.fixture(scope="session")
def published(built, tmp_path_factory) -> House:
    """The built warehouse with a release; not to be changed."""
    house = built.copy(tmp_path_factory.mktemp("published"))
    command = [sys.executable, "-m", "techco.serving.publish"]
    run = subprocess.run(command, cwd=ROOT, env=house.environment(), capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return house
