"""Build a landing zone twice on one target: all days but the last, then the last as well.

`python -m parity.two_runs` does so on the emulator with everything the project has: objects, loading, models,
snapshots, seeds, tests, unit tests, documentation and the printed pipes.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from emulator.__main__ import DEFAULT_PORT
from emulator.running import ROOT, EmulatorError, running
from parity.days_of_a_zone import days_of, link_days

LOCAL = "snowflake_local"
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
        self.command(sys.executable, "-W", "ignore", "-m", "techco.load", "--target", self.target)


def steps(landing: Path, zone: Path) -> Iterator[str]:
    """Let all days but the last land in `zone`, then the last; yield what each step is called. One day is one step."""
    shutil.rmtree(zone, ignore_errors=True)
    days = days_of(landing)
    link_days(landing, zone, set(days[:-1] or days))
    yield "full"
    if len(days) > 1:
        link_days(landing, zone, set(days))
        yield "incremental"


def read_zone_as_a_bucket(zone: Path) -> None:
    """Let the emulator's stage be the zone itself, as a bucket is in production: to put 3,000 files takes minutes."""
    os.environ.setdefault("TECHCO_STAGE_URL", f"file://{zone.resolve()}")


@contextmanager
def emulated(folder: Path) -> Iterator[dict[str, str]]:
    """A new emulator in `folder`; the environment that leads dbt to it."""
    shutil.rmtree(folder, ignore_errors=True)
    with running(folder, int(os.environ.get("TECHCO_EMULATOR_PORT", DEFAULT_PORT))) as port:
        yield {"TECHCO_EMULATOR_PORT": str(port)}


def everything(run: Run, landing: Path) -> None:
    """Both runs, with all that the project has; raises RunError."""
    run.dbt("run-operation", "create_objects")
    for _ in steps(landing, run.zone):
        run.load()
        run.dbt("build")
    run.dbt("run-operation", "print_pipes", "--args", "{url: 's3://bucket/landing/', integration: landing}")
    run.dbt("docs", "generate")


def main() -> int:
    """Run everything on the emulator; exit code 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landing", type=Path, default=Path(os.environ.get("TECHCO_LANDING", "landing")))
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / LOCAL, help="where the emulator keeps its files"
    )
    chosen = parser.parse_args()
    read_zone_as_a_bucket(chosen.folder / "landing")
    try:
        with emulated(chosen.folder) as environment:
            everything(Run(LOCAL, chosen.folder / "landing", chosen.folder, environment), chosen.landing)
    except (RunError, EmulatorError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"both runs are through; what was issued stands in {chosen.folder / 'statements.jsonl'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
