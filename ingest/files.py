"""Files of the landing zone: written whole under a name that begins with a dot, then renamed; never changed again.

What a connector has done so far is read from the names of these files and from nowhere else. One that was killed
goes on from what has landed, so that a file lost or half written cannot be taken for done.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class AlreadyRunning(Exception):
    """Another process lands the same; the message says which lock it holds."""


class Content(Protocol):
    """What a file will hold."""

    def write(self, path: Path) -> None:
        """Write it to `path`, whole."""


@dataclass(frozen=True)
class Bytes:
    """Bytes, as they are."""

    content: bytes

    def write(self, path: Path) -> None:
        """Write them."""
        path.write_bytes(self.content)


@dataclass(frozen=True)
class NewFile:
    """A file to be landed: its table, its name, and what it holds."""

    table: str
    name: str
    content: Content


def now() -> datetime:
    """This moment in UTC, as the contract's timestamps are: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Landing:
    """The tables of one source in a landing zone."""

    zone: Path
    source: str

    def folder(self, table: str) -> Path:
        """Where the files of a table lie, below it one folder for each day."""
        return self.zone / self.source / table

    def land(self, files: Sequence[NewFile], at: datetime) -> None:
        """Land files of one moment, visible in their order; where one cannot be written, none is.

        They are on the disk when this returns, so that a source may be told to forget what they hold.
        """
        written: list[tuple[Path, Path]] = []
        try:
            for file in files:
                folder = self.folder(file.table) / f"ingested_on={at:%Y-%m-%d}"
                folder.mkdir(parents=True, exist_ok=True)
                hidden, final = folder / f".{file.name}", folder / file.name
                if final.exists():
                    raise FileExistsError(f"{final} is there already, and a landed file never changes")
                written.append((hidden, final))
                file.content.write(hidden)
                sync(hidden)
        except BaseException:
            for hidden, _ in written:
                # What stops the write may stop this, too; the next start removes it.
                with contextlib.suppress(OSError):
                    hidden.unlink(missing_ok=True)
            raise
        for hidden, final in written:
            os.rename(hidden, final)
            # One after the other: a later file that is there says that the earlier ones are.
            sync(final.parent)

    def names(self, table: str) -> list[str]:
        """The names of a table's landed files, those of all days."""
        return [path.name for path in self.folder(table).glob("ingested_on=*/[!._]*")]

    def remove_unfinished(self, table: str, ends: str) -> None:
        """Remove what a killed connector has left half written: hidden files of whose names `ends` is the end."""
        for path in self.folder(table).glob(f"ingested_on=*/.*{ends}"):
            path.unlink(missing_ok=True)

    @contextlib.contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """Hold a lock while something lands; it ends with the process, however that ends.

        Raises AlreadyRunning where another process holds it.
        """
        self.zone.mkdir(parents=True, exist_ok=True)
        path = self.zone / f".ingest-{name}.lock"
        with path.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunning(
                    f"Another connector lands {name} in {self.zone} (it holds {path}). Stop it first, or let it go on."
                ) from error
            yield


def sync(path: Path) -> None:
    """Have the disk keep a file or the names in a folder, whatever happens to the machine."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
