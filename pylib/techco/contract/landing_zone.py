"""What lies in a landing zone, and which zone it is."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

MARKER = "_landing_zone.json"
# How files may be written, and the ends of their names that say so; text may be compressed.
EXTENSIONS = {
    "parquet": (".parquet",),
    "jsonl": (".jsonl", ".jsonl.gz", ".jsonl.zst"),
    "csv": (".csv", ".csv.gz", ".csv.zst"),
}
PARTITION = re.compile(r"ingested_on=(\d{4}-\d{2}-\d{2})")


class LandingZoneError(Exception):
    """The landing folder or its marker cannot be used; the message says what to do."""


@dataclass(frozen=True)
class LandingZone:
    """A landing folder; `simulated` says that the simulator invented all of it."""

    root: Path
    landing_zone_id: str
    simulated: bool


@dataclass(frozen=True)
class LandedFile:
    """A file in the zone.

    `path_in_zone` has forward slashes. `source`, `table` and `ingested_on` are read off the path and are None where it
    does not say them; whether the contract knows them is another question. A byte of a name that is no UTF-8 shows
    as U+FFFD. `is_regular` is false for a pipe, a device or a link that leads nowhere, and `is_inside` for what a link
    leads to outside of the zone: neither is opened.
    """

    path_in_zone: str
    source: str | None
    table: str | None
    ingested_on: date | None
    bytes: int
    is_regular: bool = True
    is_inside: bool = True

    @property
    def named(self) -> tuple[str, str]:
        """Source and table, as the contract knows a table by them; empty where the path does not say them."""
        return self.source or "", self.table or ""

    @property
    def day(self) -> date:
        """The day on which the file landed; the first of all days where the path does not say it."""
        return self.ingested_on or date.min

    @property
    def format(self) -> str | None:
        """How the file is written, as the end of its name says; None where it says no format that can be read."""
        return format_of(self.path_in_zone)


def format_of(name: str) -> str | None:
    """The format that the end of a file's name says; None for any other."""
    return next((written for written, ends in EXTENSIONS.items() if name.endswith(ends)), None)


def read_zone(root: Path) -> LandingZone:
    """Which zone `root` is; raises LandingZoneError where there is no folder or the marker is broken."""
    root = Path(root)
    require_folder(root)
    marker = root / MARKER
    if not marker.exists():
        digest = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()
        return LandingZone(root, f"path-{digest[:12]}", simulated=False)
    declared = read_marker(marker)
    return LandingZone(root, declared["landing_zone_id"], declared.get("simulated") is True)


def read_marker(marker: Path) -> dict[str, Any]:
    """The marker's JSON object, with a non-empty text `landing_zone_id`."""
    advice = "Restore the marker from a backup, or write the landing zone anew."
    try:
        declared = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LandingZoneError(f"{marker} is no valid JSON ({error}). {advice}") from error
    if not isinstance(declared, dict) or not isinstance(declared.get("landing_zone_id"), str):
        raise LandingZoneError(f"{marker} has no text landing_zone_id. {advice}")
    if not declared["landing_zone_id"]:
        raise LandingZoneError(f"{marker} has an empty landing_zone_id. {advice}")
    return declared


def require_folder(root: Path) -> None:
    """Raise LandingZoneError where `root` is no folder."""
    if not root.is_dir():
        raise LandingZoneError(f"The landing folder {root} does not exist. Set TECHCO_LANDING to the one that does.")


def list_files(root: Path) -> list[LandedFile]:
    """All data files below `root`, sorted by path; names that begin with `.` or `_` are no data."""
    root = Path(root)
    require_folder(root)
    inside = root.resolve()
    found = (landed_file(*place, inside) for place in walk(root, (), frozenset(), is_linked=False))
    return sorted(found, key=lambda file: file.path_in_zone)


def walk(
    folder: Path, parts: tuple[str, ...], above: frozenset[tuple[int, int]], is_linked: bool
) -> Iterator[tuple[tuple[str, ...], os.DirEntry[str], bool]]:
    """Yield (path as parts, entry, whether a link leads there) of the files below `folder`.

    `above` are the folders passed, as links may loop. Raises LandingZoneError for a folder that may not be read.
    """
    try:
        state = folder.stat()
        if (state.st_dev, state.st_ino) in above:
            return
        above = above | {(state.st_dev, state.st_ino)}
        with os.scandir(folder) as scanned:
            entries = [entry for entry in scanned if not entry.name.startswith((".", "_"))]
    except OSError as error:
        raise LandingZoneError(
            f"The folder {folder} of the landing zone cannot be read ({error.strerror}). "
            "Let the user who builds read it, or move it out of the landing zone."
        ) from error
    for entry in entries:
        leads_away = is_linked or entry.is_symlink()
        if entry.is_dir():
            yield from walk(Path(entry.path), (*parts, entry.name), above, leads_away)
        else:
            yield (*parts, entry.name), entry, leads_away


def landed_file(parts: tuple[str, ...], entry: os.DirEntry[str], is_linked: bool, inside: Path) -> LandedFile:
    """The file at `parts` of the zone that really lies at `inside`; a link that leads nowhere has 0 bytes."""
    parts = tuple(os.fsencode(part).decode("utf-8", "replace") for part in parts)
    try:
        size = entry.stat().st_size
    except OSError:
        size = 0
    folders = (*parts[:-1], None, None, None)
    return LandedFile(
        "/".join(parts),
        folders[0],
        folders[1],
        partition_date(folders[2]),
        size,
        is_regular=entry.is_file(),
        is_inside=not is_linked or Path(entry.path).resolve().is_relative_to(inside),
    )


def partition_date(folder: str | None) -> date | None:
    """The date of a folder `ingested_on=YYYY-MM-DD`; None for any other name and for days that do not exist."""
    match = PARTITION.fullmatch(folder or "")
    try:
        return date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
