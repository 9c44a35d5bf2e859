"""What lands: each file once, as soon as it has its name.

A name that begins with a dot or an underscore is not read, as a file is landed by renaming it when it is whole.
Folders are asked when they were changed last, and listed when that has moved.
"""

import glob
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from techco.contract.landing_zone import format_of, partition_date
from techco.sql import literal

# A folder's time of change is as fine as the clock of the file system: what landed in the same tick would be missed.
TICK_NS = 50_000_000


@dataclass(frozen=True)
class LandedPath:
    """A landed file of a raw table, `source.table`."""

    named: str
    path_in_zone: str
    root: Path
    format: str
    changed_at: float
    bytes: int

    @property
    def path_begins(self) -> int:
        """Where the path within the zone begins in the file's name, from 1."""
        return len(str(self.root)) + 2

    @property
    def literal(self) -> str:
        """The file's name for a reader, which takes patterns, as SQL."""
        return literal(glob.escape(str(self.root / self.path_in_zone)))


class LandedFiles:
    """The files of some raw tables; `poll()` gives each once."""

    def __init__(self, root: Path, tables: tuple[tuple[str, str], ...]):
        self.root = root
        self.tables = tables
        self.seen: dict[Path, set[str]] = {}
        self.listed_at: dict[Path, int] = {}
        # What cannot be read by the service, and is left to the build: file and reason.
        self.left: dict[str, str] = {}

    def know(self, paths: frozenset[str]) -> None:
        """Count these as read: a build has loaded them."""
        for path in paths:
            folder, _, name = path.rpartition("/")
            self.seen.setdefault(self.root / folder, set()).add(name)

    def poll(self) -> list[LandedPath]:
        """Files that have not been given before, oldest folder first, by name."""
        found: list[LandedPath] = []
        for source, table in self.tables:
            for folder in self.day_folders(self.root / source / table):
                found += self.new_in(f"{source}.{table}", folder)
        return found

    def day_folders(self, folder: Path) -> Iterator[Path]:
        """The landing days of a table."""
        try:
            names = sorted(entry.name for entry in os.scandir(folder) if partition_date(entry.name))
        except OSError:
            # A table that has not landed yet, or a folder that is not to be read now.
            return
        for name in names:
            yield folder / name

    def new_in(self, named: str, folder: Path) -> list[LandedPath]:
        """New files of a landing day."""
        try:
            changed = folder.stat().st_mtime_ns
            if self.listed_at.get(folder) == changed:
                return []
            seen = self.seen.setdefault(folder, set())
            entries = [entry for entry in os.scandir(folder) if entry.name not in seen and entry.name[0] not in "._"]
        except OSError:
            return []
        self.listed_at[folder] = changed if is_older_than_a_tick(changed) else -1
        found = []
        for entry in sorted(entries, key=lambda entry: entry.name):
            seen.add(entry.name)
            path = str(Path(entry.path).relative_to(self.root))
            written = format_of(entry.name)
            if written in ("jsonl", "parquet") and entry.is_file():
                state = entry.stat()
                found.append(LandedPath(named, path, self.root, written, state.st_mtime, state.st_size))
            else:
                self.left[path] = f"{written or 'no format that can be read'}: the next build reads it"
        return found


def is_older_than_a_tick(changed_ns: int) -> bool:
    """Whether nothing can have been changed at this instant without being seen."""
    return time.time_ns() - changed_ns > TICK_NS
