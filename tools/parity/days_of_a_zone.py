"""Let a landing zone appear day by day in another folder."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from techco.contract.landing_zone import MARKER


def days_of(landing: Path) -> list[str]:
    """The names of the folders of days that a zone has files for, in their order."""
    return sorted({path.name for path in landing.glob("*/*/ingested_on=*")})


def link_days(
    landing: Path, zone: Path, days: set[str], also: Callable[[str, str, str], bool] = lambda source, table, day: False
) -> None:
    """Link the files of some days of `landing` into `zone`, which becomes a zone of the same id.

    `also`: whether to link a source's table of another day too.
    """
    zone.mkdir(parents=True, exist_ok=True)
    if (landing / MARKER).exists() and not (zone / MARKER).exists():
        (zone / MARKER).write_bytes((landing / MARKER).read_bytes())
    for path in landing.glob("*/*/ingested_on=*/*"):
        there = zone / path.relative_to(landing)
        source, table, day = path.parts[-4:-1]
        if (day in days or also(source, table, day)) and not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            put(path.resolve(), there)


def put(file: Path, there: Path) -> None:
    """The file under another name, without a copy where that goes; a link to outside of a zone is none of its files."""
    try:
        os.link(file, there)
    except OSError:
        shutil.copy2(file, there)
