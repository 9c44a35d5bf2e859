"""`python -m techco.operations.watch`: build and publish whenever something has landed, one run at a time.

Each run is a process of its own: what fails or is killed there stops no watching. It is forked from one that has
imported dbt and what models need, which takes 5 s of a small build's 35. After a run that failed the watch waits,
longer each time; when something lands, which may be the correction, it waits no more than seconds.
"""

import argparse
import fcntl
import importlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from techco import command
from techco.contract.landing_zone import LandingZoneError, read_zone
from techco.contract.raw_contract import ContractError, load_contract
from techco.live.landed import LandedFiles
from techco.operations.forked import closing_the_warehouse, forks
from techco.settings import landing_folder, warehouse_file

# Seconds: how often it is looked for files, and how long is waited after a run that failed, at first and at most.
EVERY, FIRST_PAUSE, LONGEST_PAUSE = 2.0, 10.0, 600.0
RUNS = ("techco.operations.build", "techco.privacy.lineage", "techco.serving.publish")
FORKS = forks(*RUNS)


class AnotherWatchesError(Exception):
    """The warehouse is watched by another process."""


class Watch:
    """Looks for news, and runs what they need; `call` runs a module of this package and returns its exit code."""

    def __init__(self, landed: LandedFiles, warehouse: Path, call: Callable[[str], int]):
        self.landed = landed
        self.warehouse = warehouse
        self.call = call
        # Nobody knows what has happened before.
        self.has_news = True
        self.failures = 0
        self.failed_at = self.next_try = 0.0

    def look(self, now: float) -> bool:
        """Build and publish where there is something to do; whether it was done well, or there was nothing to do."""
        landed = bool(self.landed.poll())
        self.has_news = self.has_news or landed
        if landed and self.failures:
            # It may be the correction; where files land all the time, it is no reason to try all the time.
            self.next_try = min(self.next_try, self.failed_at + FIRST_PAUSE)
        if not self.has_news or now < self.next_try:
            return True
        for module in RUNS:
            if module == RUNS[-1] and self.is_published():
                break
            if self.call(module):
                self.failures += 1
                pause = min(FIRST_PAUSE * 2 ** (self.failures - 1), LONGEST_PAUSE)
                self.failed_at, self.next_try = now, now + pause
                say(f"{module} failed; it is tried again in {pause:.0f} s, or soon after something has landed.")
                return False
        self.has_news, self.failures, self.next_try = False, 0, 0.0
        return True

    def is_published(self) -> bool:
        """Whether the newest release is of the warehouse as it is: a build that finds nothing new writes nothing."""
        release = self.warehouse.parent / "releases" / "current"
        return release.exists() and release.stat().st_mtime >= self.warehouse.stat().st_mtime


@contextmanager
def alone(warehouse: Path) -> Iterator[None]:
    """Be the only one who watches a warehouse; the lock goes with the process."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    file = warehouse.with_name(f"{warehouse.name}.watching")
    with open(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherWatchesError(f"{warehouse} is watched by another process; nothing was started.") from error
        yield


def call(module: str) -> int:
    """Run a module of this package as a command; its exit code, negative where it was killed."""
    process = FORKS.Process(target=be_command, args=(module,))
    process.start()
    process.join()
    return process.exitcode or 0


def be_command(module: str) -> None:
    """What the forked process does."""
    sys.argv = [module]
    with closing_the_warehouse():
        command.run(importlib.import_module(module).main, "The next watch goes on from there.")


def say(message: str) -> None:
    """Say something, with the time."""
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {message}", flush=True)


def main() -> int:
    """Watch until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m techco.operations.watch", description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=float, default=EVERY, help="look for files every so many seconds")
    every = parser.parse_args().every
    try:
        zone, contract = read_zone(landing_folder()), load_contract(Path())
        with alone(warehouse_file()):
            watch = Watch(LandedFiles(zone.root, tuple(contract.tables)), warehouse_file(), call)
            say(f"watching {zone.root}")
            while True:
                watch.look(time.monotonic())
                time.sleep(every)
    except (LandingZoneError, ContractError, AnotherWatchesError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    command.run(main, "What was built stays; the next watch goes on from there.")
