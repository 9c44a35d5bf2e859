"""Where readers find the current release."""

from pathlib import Path


class ReleaseError(Exception):
    """There is nothing to read; the message says what to do."""


def current_release(warehouse: Path) -> Path:
    """The folder of the current release beside a warehouse; raise ReleaseError where there is none."""
    current = warehouse.parent / "releases" / "current"
    if not current.exists():
        raise ReleaseError(f"There is no release at {current}; run `make publish` first, or set TECHCO_WAREHOUSE.")
    return current


def serving_file(warehouse: Path, role: str) -> Path:
    """The file that a role reads in the current release; raise ReleaseError where it has none."""
    current = current_release(warehouse)
    file = current / role / "serving.duckdb"
    if not file.exists():
        there = ", ".join(sorted(path.name for path in current.iterdir() if path.is_dir()))
        raise ReleaseError(
            f"The current release has nothing for the role {role}; it has {there}. A role that was added to vars: "
            "privacy in dbt_project.yml gets its release by `make build` and `make publish`."
        )
    return file
