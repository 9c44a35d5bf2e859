"""Groups of requirements are installed where they belong."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GROUPS = sorted(file.stem for file in (ROOT / "requirements").glob("*.txt"))


def installed_by(*targets: str) -> set[tuple[str, str]]:
    """What make would install for targets where nothing is there yet: groups, and the environment of each."""
    told = subprocess.run(["make", "-n", "-B", *targets], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r'^echo "installing the (\S+) group into (\S+)"', told, re.MULTILINE))


def test_superset_is_never_installed_beside_dbt():
    assert installed_by("env-dashboards") == {("dashboards", ".venv-dashboards")}


def test_every_other_group_is_installed_beside_dbt():
    others = [group for group in GROUPS if group != "dashboards"]
    assert installed_by(*(f"env-{group}" for group in others)) == {(group, ".venv") for group in others}
