"""A reader queries in a loop while days are landed, built and published: no error, and never a mix of two releases."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
from conftest import ROOT, TESTED_BUILD, TINY, House, house

from tools.simulator.__main__ import main as simulate

BUILDS = 10
PAUSE = 0.2
PATIENCE = 300
# Each day adds rows to them, so every release answers differently.
TABLES = ("core.fct_order", "core.fct_order_line", "core.fct_web_session", "kpi.daily_sales")
QUESTION = "select count(*), sum(hash(told)) from {} as told"


def run(round_number: int, folder: Path) -> dict:
    """Land, build and publish a day ten times under the eyes of readers; the round's number decides the world.

    Raises AssertionError where a build or publish fails; `differences` holds errors of readers and mixtures that they
    saw, and is empty where all is well.
    """
    place = house(folder / f"round-{round_number}", folder / "target")
    shutil.rmtree(place.landing.parent, ignore_errors=True)
    seed = ("--seed", str(600 + round_number))
    assert simulate(["--out", str(place.landing), "--days", "1", *TINY, *seed]) == 0
    place.dbt(*TESTED_BUILD)
    assert publish(place).returncode == 0

    def one_more_day() -> None:
        assert simulate(["--out", str(place.landing), "--append", "1"]) == 0
        place.dbt(*TESTED_BUILD)
        assert publish(place).returncode == 0

    seen = read_while(place, [one_more_day] * BUILDS)
    found = seen["errors"] + seen["mixtures"]
    # A release is current for as long as a build takes, and is read many times.
    if seen["releases"] != BUILDS + 1:
        found.append(f"the readers saw {seen['releases']} of {BUILDS + 1} releases")
    if not found:
        shutil.rmtree(place.landing.parent)
    return {"builds": BUILDS, "reads": seen["reads"], "releases_seen": seen["releases"], "differences": found}


def publish(place: House, folder: Path = ROOT) -> subprocess.CompletedProcess:
    """Run `make publish`'s command in the folder of a project."""
    command = [sys.executable, "-m", "techco.serving.publish"]
    return subprocess.run(command, cwd=folder, env=place.environment(), capture_output=True, text=True, check=False)


def read_while(place: House, steps: Sequence[Callable[[], None]]) -> dict:
    """Read the current release, as tables and as Parquet, again and again while the steps run, each of which publishes.

    Returns how many `reads` there were and of how many different `releases`, the `errors`, and the `mixtures`: answers
    that no release gives by itself.
    """
    current = place.warehouse.parent / "releases" / "current"
    stop = threading.Event()
    answers: list[tuple] = []
    errors: list[str] = []

    def loop(read: Callable[[Path], tuple]) -> None:
        while not stop.is_set():
            try:
                answers.append(read(current / "analyst"))
            except Exception as error:  # noqa: BLE001 - any error of a reader is what is looked for
                errors.append(f"{type(error).__name__}: {error}")
            # The builds want the machine, too.
            stop.wait(PAUSE)

    readers = [threading.Thread(target=loop, args=(read,)) for read in (read_tables, read_files)]
    # By its own name, a release can be told apart from what comes after it.
    told = {read_tables(current.resolve() / "analyst")}
    for reader in readers:
        reader.start()
    try:
        for step in steps:
            step()
            newest = read_tables(current.resolve() / "analyst")
            told.add(newest)
            # However fast the steps are, each release is read.
            for _ in range(PATIENCE):
                if newest in answers or errors:
                    break
                time.sleep(PAUSE)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    seen = set(answers)
    mixtures = [str(answer) for answer in seen - told]
    return {"reads": len(answers), "releases": len(seen & told), "errors": errors, "mixtures": mixtures}


def read_tables(folder: Path) -> tuple:
    """The answers of serving.duckdb, on one connection."""
    with duckdb.connect(str(folder / "serving.duckdb"), read_only=True) as connection:
        return tuple(connection.execute(QUESTION.format(table)).fetchone() for table in TABLES)


def read_files(folder: Path) -> tuple:
    """The answers of the Parquet files. Several files are of one release where the link is followed once."""
    release = folder.resolve()
    with duckdb.connect() as connection:
        files = (release / "parquet" / f"{table.replace('.', '/')}.parquet" for table in TABLES)
        return tuple(connection.execute(QUESTION.format(f"'{file}'")).fetchone() for file in files)
