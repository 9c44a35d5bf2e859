"""Both engines say the same of a world with defects, in full and a day later; last, of Olist's real orders."""

import os
import shutil
from pathlib import Path
from unittest.mock import patch

from conftest import DAYS, ROOT, TINY

from examples.olist.__main__ import EXAMPLE_PEPPER
from examples.olist.__main__ import main as land_olist
from tools.parity.__main__ import parity
from tools.parity.run import LOCAL
from tools.simulator.__main__ import main as simulate

WORLDS = 5


def run(round_number: int, folder: Path) -> dict:
    """Build and compare; the round's number decides the world. Raises RunError where a build fails."""
    place = folder / f"round-{round_number}"
    shutil.rmtree(place, ignore_errors=True)
    landing, environment, arguments = place / "zone", {"TECHCO_EMULATOR_PORT": "0"}, []
    if round_number < WORLDS:
        world = ("--seed", str(300 + round_number), "--defects", "0.01")
        assert simulate(["--out", str(landing), "--days", str(DAYS), *TINY, *world]) == 0
    else:
        assert land_olist(["--landing", str(landing), "--no-build"]) == 0
        environment["TECHCO_PEPPER"] = EXAMPLE_PEPPER
        arguments = ["--vars", (ROOT / "examples" / "olist" / "vars.yml").read_text(encoding="utf-8")]
    with patch.dict(os.environ, environment):
        found = parity(LOCAL, landing, place, *arguments)
    differences = [
        f"{step}: {table}: {difference}"
        for step, tables in found.items()
        for table, all_of_it in tables.items()
        for difference in all_of_it
    ]
    if not differences:
        shutil.rmtree(place)
    return {"tables": {step: len(tables) for step, tables in found.items()}, "differences": differences}
