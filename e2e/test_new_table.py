"""The page on adding a source, followed to the letter in a copy of the project."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from comparing import query
from conftest import ROOT, House

COPIED = ("models", "macros", "seeds", "snapshots", "tests", "analyses", "dashboards", "profiles", "pylib", "tools")
FILES = ("dbt_project.yml", "profiles.yml", "packages.yml", "CONTRIBUTING.md", "Makefile", "dbt-bouncer.yml")


def page_commands() -> list[str]:
    """The blocks of commands on the page, in order."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.split("## Add a source, or a table")[1].split("\n## ")[0]
    return [re.sub("(?m)^   ", "", block) for block in re.findall(r"(?ms)^ *```\n(.*?)^ *```", section)]


def copy_of_the_project(folder: Path) -> Path:
    """The project without its data and environment."""
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, folder / name, follow_symlinks=name != "profiles.yml")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "requirements").symlink_to(ROOT / "requirements")
    return folder


def test_the_page_leads_to_a_staged_table(built, tmp_path):
    project = copy_of_the_project(tmp_path / "project")
    shutil.copytree(built.landing, project / "landing")
    house = House(project / "landing", project / "warehouse" / "techco.duckdb", project / "target")
    house.warehouse.parent.mkdir()
    shutil.copy(built.warehouse, house.warehouse)
    environment = house.environment(PYTHONPATH=f"{project / 'pylib'}:{project}")
    # As a reader of the page has it: the environment is active.
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    for block in page_commands():
        # The page lands on the day after the default zone's last one; this zone is shorter.
        commands = block.replace("2026-01-01", "2025-09-11")
        done = subprocess.run(
            ["bash", "-euc", commands], cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, commands + done.stdout[-5000:] + done.stderr[-2000:]
    staged = "select card_id, points, cast(issued_on as varchar), length(customer_key) from staging.stg_loyalty__cards"
    assert sorted(query(house.warehouse, staged)) == [("L1", 120, "2025-08-30", 32), ("L2", 5, "2025-08-31", 32)]
    assert query(house.warehouse, "select email from pii.pii_loyalty__cards where card_id = 'L1'") == [
        ("ana@example.com",)
    ]
    columns = query(
        house.warehouse, "select column_name from information_schema.columns where table_name = 'stg_loyalty__cards'"
    )
    assert ("email",) not in columns and ("customer_id",) not in columns
