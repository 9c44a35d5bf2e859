"""dbt from another folder works on the project's own warehouse; a selection that names nothing is an error."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from conftest import ROOT, TINY

from tools.simulator.__main__ import main as simulate

PARTS = ("analyses", "macros", "models", "profiles", "pylib", "seeds", "snapshots", "tests")
DBT = str(Path(sys.executable).parent / "dbt")


def dbt(folder: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
    """Run dbt in `folder` with none of the project's variables but these, nor a path to its Python package."""
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("TECHCO_", "DBT_", "PYTHONPATH"))
    }
    command = [DBT, "--no-use-colors", *arguments]
    return subprocess.run(command, cwd=folder, env=clean | changes, capture_output=True, text=True, check=False)


def loads(warehouse: Path) -> int:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select count(*) from base.loads").fetchone()[0]


def test_the_projects_own_warehouse_is_built_from_wherever_dbt_is_called(tmp_path):
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    elsewhere.mkdir()
    for part in PARTS:
        shutil.copytree(ROOT / part, project / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("dbt_project.yml", "packages.yml"):
        shutil.copy(ROOT / file, project / file)
    (project / "profiles.yml").symlink_to("profiles/profiles.yml")
    simulate(["--out", str(project / "landing"), "--days", "1", *TINY])
    run = ("run", "-s", "base_shop__orders")
    warehouse = project / "warehouse" / "techco.duckdb"
    for count, (folder, flags) in enumerate(
        [
            (elsewhere, flags_of(project)),
            (project, ()),
            (project / "models", ("--project-dir", "..", "--profiles-dir", "../profiles")),
        ],
        start=1,
    ):
        done = dbt(folder, *run, *flags)
        assert done.returncode == 0, done.stdout
        assert loads(warehouse) == count
    # Each file was loaded once: they are the same files, whatever they are called by.
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        loaded = "select count(*), count(distinct file_path), count(distinct load_id) from base.loaded_files"
        files, paths, runs = connection.execute(loaded).fetchone()
    assert files == paths > 0 and runs == 1
    # What the caller names is his own.
    done = dbt(elsewhere, *run, *flags_of(project), TECHCO_WAREHOUSE="mine.duckdb", TECHCO_LANDING="../project/landing")
    assert done.returncode == 0, done.stdout
    assert loads(elsewhere / "mine.duckdb") == 1 and loads(warehouse) == 3
    assert {path.name for path in elsewhere.iterdir()} <= {"mine.duckdb", "mine.duckdb.wal"}


def flags_of(project: Path) -> tuple[str, ...]:
    return ("--project-dir", str(project), "--profiles-dir", str(project))


def test_a_selection_that_names_nothing_is_an_error(built):
    printed = built.dbt("run", "-s", "kpi.daily_sales", succeeds=False)
    assert "The selection criterion 'kpi.daily_sales' does not match any enabled nodes" in " ".join(printed.split())
    assert "Traceback" not in printed
