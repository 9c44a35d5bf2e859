"""Let a landing zone appear day by day in another folder."""

import os
from pathlib import Path

from techco.landing_zone import MARKER


def days_of(landing: Path) -> list[str]:
    """The names of the folders of days that a zone has files for, in their order."""
    return sorted({path.name for path in landing.glob("*/*/ingested_on=*")})


def link_days(landing: Path, zone: Path, days: set[str]) -> None:
    """Link the files of some days of `landing` into `zone`, which becomes a zone of the same id."""
    zone.mkdir(parents=True, exist_ok=True)
    if (landing / MARKER).exists() and not (zone / MARKER).exists():
        (zone / MARKER).write_bytes((landing / MARKER).read_bytes())
    for path in landing.glob("*/*/ingested_on=*/*"):
        there = zone / path.relative_to(landing)
        if path.parent.name in days and not there.exists():
            there.parent.mkdir(parents=True, exist_ok=True)
            os.symlink(path.resolve(), there)
