"""A build is killed at a random point and made again: all tables equal an undisturbed build's."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from comparing import differences
from conftest import BUILD, ROOT, TINY, House, house

from tools.simulator.__main__ import main as simulate

DAYS = 4
KINDS = ("first build", "one more day")
CHANCE_OF_A_SECOND_KILL = 1 / 3


class EndedBefore(Exception):
    """A build had ended before its kill, as no two take the same time; all begins again, with earlier kills."""

    def __init__(self, seconds: float):
        """`seconds`: how long it took."""
        self.seconds = seconds


def run(round_number: int, folder: Path) -> dict:
    """Kill a build once or twice in a row, at points that the round's number decides; build again and compare.

    Odd rounds kill the build of one more day, even ones a first build. The undisturbed warehouses are made in `folder`
    by the first round and serve all. The result has `kind`, `kills` (after how many seconds, and the last line that dbt
    had printed) and `differences`, empty where all is well; where it is not, the house stays in `folder`, under the
    round's name. Raises AssertionError where the build after the kills fails.
    """
    chance = random.Random(round_number)
    undisturbed = make_undisturbed(folder)
    kind = KINDS[round_number % 2]
    moments = [chance.random() for _ in range(2 if chance.random() < CHANCE_OF_A_SECOND_KILL else 1)]
    seconds = float((undisturbed[kind].landing.parent / "seconds").read_text())
    kills = []
    while not kills:
        disturbed = start_of(undisturbed, kind, folder)
        try:
            kills = [kill_a_build(disturbed, moment * seconds) for moment in moments]
        except EndedBefore as build:
            seconds = build.seconds
    disturbed.dbt(*BUILD)
    found = differences(undisturbed[kind].warehouse, disturbed.warehouse, snapshots=True)
    if found:
        disturbed.landing.parent.rename(folder / f"round-{round_number}")
    return {"kind": kind, "kills": kills, "differences": found}


def make_undisturbed(folder: Path) -> dict[str, House]:
    """A house after its first build and after the build of one more day; how long each build took lies beside it."""
    made = {kind: house(folder / "undisturbed" / kind, folder / "target") for kind in KINDS}
    first, grown = made.values()
    if (grown.landing.parent / "seconds").exists():
        return made
    shutil.rmtree(folder / "undisturbed", ignore_errors=True)
    assert simulate(["--out", str(first.landing), "--days", str(DAYS), *TINY]) == 0
    # What is timed below is to build, without what dbt parses once only.
    first.dbt("parse")
    build_and_time(first)
    first.copy(grown.landing.parent)
    assert simulate(["--out", str(grown.landing), "--append", "1"]) == 0
    build_and_time(grown)
    return made


def build_and_time(undisturbed: House) -> None:
    """Build; that the file with the seconds is there says that the warehouse is whole."""
    began = time.monotonic()
    undisturbed.dbt(*BUILD)
    (undisturbed.landing.parent / "seconds").write_text(str(time.monotonic() - began))


def start_of(undisturbed: dict[str, House], kind: str, folder: Path) -> House:
    """What the undisturbed build of a kind began with.

    All rounds use one place, one after the other, and dbt's own files stay: kills hit them too.
    """
    begun = house(folder / "round", folder / "target")
    shutil.rmtree(begun.landing.parent, ignore_errors=True)
    shutil.copytree(undisturbed[kind].landing, begun.landing)
    begun.warehouse.parent.mkdir()
    if kind != KINDS[0]:
        shutil.copy(undisturbed[KINDS[0]].warehouse, begun.warehouse)
    return begun


def kill_a_build(house: House, after: float) -> dict:
    """Kill a build with all its processes after some seconds; return these, and the last line that it had printed.

    Raises EndedBefore where there was nothing left to kill.
    """
    printed = house.landing.parent / "killed.log"
    began = time.monotonic()
    with printed.open("w") as log:
        build = subprocess.Popen(
            [str(Path(sys.executable).parent / "dbt"), "--no-use-colors", *BUILD],
            cwd=ROOT,
            env=house.environment(PYTHONUNBUFFERED="1"),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        build.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(build.pid, signal.SIGKILL)
        build.wait()
        lines = printed.read_text().splitlines()
        return {"seconds": round(after, 2), "last_line": lines[-1] if lines else ""}
    raise EndedBefore(time.monotonic() - began)
