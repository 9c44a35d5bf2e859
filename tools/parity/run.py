"""A run of dbt on one target, with its variables and the folder of its files."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tools.emulator.running import ROOT

LOCAL = "snowflake_local"
# Copies keep the name: it is the catalog that views say.
WAREHOUSE = "techco.duckdb"
LEAN = ("--exclude-resource-type", "test", "unit_test")


class RunError(Exception):
    """A command failed; the message says which."""


@dataclass(frozen=True)
class Run:
    """What dbt is run with: a target, the zone that it sees, and the folder of its own files."""

    target: str
    zone: Path
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def dbt(self, *arguments: str) -> None:
        """Run dbt on the target; raises RunError."""
        self.command("dbt", *arguments, "--target", self.target)

    def settings(self) -> dict[str, str]:
        """The variables that commands of this run get."""
        return {
            "TECHCO_LANDING": str(self.zone),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
            **self.environment,
        }

    def command(self, *command: str) -> None:
        """Run a command with these variables, its output as it comes; raises RunError."""
        print(f"--- {self.target}: {' '.join(command)[:120]}", flush=True)
        started = time.monotonic()
        if code := subprocess.run(command, cwd=ROOT, env=os.environ | self.settings(), check=False).returncode:
            raise RunError(f"`{' '.join(command)[:200]}` on {self.target} ended with exit code {code}.")
        print(f"--- {time.monotonic() - started:.1f} s", flush=True)

    def load(self) -> None:
        """Bring what landed into Snowflake's raw tables."""
        self.command(sys.executable, "-W", "ignore", "-m", "techco.operations.load", "--target", self.target)


def duckdb_run(folder: Path, zone: Path) -> Run:
    """A run on a new warehouse in `folder`."""
    warehouse = folder / "duckdb" / WAREHOUSE
    warehouse.unlink(missing_ok=True)
    return Run("duckdb", zone, folder / "duckdb", {"TECHCO_WAREHOUSE": str(warehouse)})
