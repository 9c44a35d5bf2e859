"""Every day of a zone is landed and built for itself; then all of them at once: the same tables."""

import shutil
from pathlib import Path

from comparing import differences
from conftest import DAYS, TINY, house

from proofs.arrivals import BUILD_WITHOUT_SNAPSHOTS
from tools.simulator.__main__ import main as simulate


def run(round_number: int, folder: Path) -> dict:
    """Build a zone with defects day by day and at once, and compare; the round's number decides the world.

    Raises AssertionError where a build fails; `differences` is empty where all is well.
    """
    place, target = folder / f"round-{round_number}", folder / "target"
    shutil.rmtree(place, ignore_errors=True)
    growing, whole = house(place / "growing", target), house(place / "whole", target)
    seed = ("--seed", str(200 + round_number))
    assert simulate(["--out", str(growing.landing), "--days", "1", *TINY, *seed, "--defects", "0.01"]) == 0
    growing.dbt(*BUILD_WITHOUT_SNAPSHOTS)
    for _ in range(DAYS - 1):
        assert simulate(["--out", str(growing.landing), "--append", "1"]) == 0
        growing.dbt(*BUILD_WITHOUT_SNAPSHOTS)
    shutil.copytree(growing.landing, whole.landing)
    whole.dbt(*BUILD_WITHOUT_SNAPSHOTS)
    found = differences(whole.warehouse, growing.warehouse)
    if not found:
        shutil.rmtree(place)
    return {"days": DAYS, "differences": found}
