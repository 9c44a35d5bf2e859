"""Where Debezium goes on: its offset, kept beside the landing zone's sources, and only believed where what it stands
for has landed.

    .ingest-shop.debezium/offset.json     the offset, and the last file that had landed before it was written
    .ingest-shop.debezium/history.jsonl   what tables looked like along the log; Debezium writes it
    .ingest-shop.debezium/offsets.dat     the offset as Debezium wants it, made from the first before each start

An offset is written when all of its batch is on the disk, so it can only be behind: what comes twice has the same
position. Where a landing zone was restored and lacks the file that the offset names, a snapshot is read. So all that
can be lost here is the time that a snapshot takes.
"""

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ingest.files import Landing, sync


class SnapshotNeeded(Exception):
    """There is no place to go on from; the message says why."""


@dataclass(frozen=True)
class Offset:
    """A place in the log, in Debezium's words: of which log, and where. Both are JSON."""

    key: str
    value: str

    @property
    def is_in_snapshot(self) -> bool:
        """Whether more rows of a snapshot are to come; from such a place Debezium would begin it anew."""
        said = json.loads(self.value)
        return bool(said.get("snapshot")) and not said.get("snapshot_completed")


@dataclass(frozen=True)
class State:
    """The folder that holds the offset of a source."""

    landing: Landing

    @property
    def folder(self) -> Path:
        """In the landing zone, so that a backup of that has both."""
        return self.landing.zone / f".ingest-{self.landing.source}.debezium"

    @property
    def file(self) -> Path:
        """The offset."""
        return self.folder / "offset.json"

    @property
    def history(self) -> Path:
        """What tables looked like."""
        return self.folder / "history.jsonl"

    @property
    def engine_file(self) -> Path:
        """The offset as Debezium reads it."""
        return self.folder / "offsets.dat"

    def load(self, tables: Iterable[str]) -> "Saved":
        """What was saved last; raises SnapshotNeeded where it does not say how to go on."""
        try:
            saved = Saved.read(self.file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise SnapshotNeeded("nothing whole has landed yet") from error
        except (ValueError, KeyError, TypeError) as error:
            raise SnapshotNeeded(f"{self.file} cannot be read") from error
        if not (self.landing.zone / self.landing.source / saved.landed).is_file():
            raise SnapshotNeeded("the landing zone lacks files that had landed, as after a restore from a backup")
        added = sorted(set(tables) - set(saved.tables))
        if added:
            raise SnapshotNeeded(f"{', '.join(added)} came to the configuration")
        if not is_whole(self.history):
            raise SnapshotNeeded(f"{self.history}, by which Debezium knows the tables, is missing or damaged")
        return saved

    def save(self, offset: Offset, landed: str, tables: Iterable[str]) -> None:
        """Keep an offset up to which all has landed; `landed` is the last file, as a path below the source."""
        if self.history.exists():
            # It may be further than the offset, never behind it.
            sync(self.history)
        hidden = self.file.with_name(f".{self.file.name}")
        hidden.write_text(json.dumps(asdict(Saved(offset, landed, sorted(tables)))), encoding="utf-8")
        sync(hidden)
        os.rename(hidden, self.file)
        sync(self.folder)

    def forget(self) -> None:
        """Begin anew."""
        # The offset first: without it nothing else is read.
        self.file.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)


@dataclass(frozen=True)
class Saved:
    """What the file of the offset holds."""

    offset: Offset
    landed: str
    tables: list[str]

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises ValueError, KeyError or TypeError where it is none."""
        said = json.loads(text)
        return cls(Offset(**said["offset"]), said["landed"], said["tables"])


def is_whole(history: Path) -> bool:
    """Whether every line of a history can be read."""
    try:
        with history.open(encoding="utf-8") as lines:
            return all(json.loads(line) for line in lines if line.strip())
    except (FileNotFoundError, ValueError):
        return False
