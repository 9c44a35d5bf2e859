"""What has landed, read from names of files.

    000000000183a2f0-20261201T081500123456-002-of-003.parquet    a batch: the log has landed up to this position
    000000000183a2f0-20261201T081500123456-snapshot-000007.parquet    a part of a snapshot that is not through yet

The files of a batch appear in their order, so the last one says that all of it has landed. A batch that was cut off
by a kill lands again, under later names; the warehouse removes the repeats.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ingest.files import Landing

ENDS = (".parquet", ".jsonl")
NAME = re.compile(r"([0-9a-f]{16})-\d{8}T\d{12}-(?:snapshot-\d{6}|(\d{3})-of-(\d{3}))\.(?:parquet|jsonl)")


def batch_name(position: int, at: datetime, number: int, count: int, ending: str) -> str:
    """The name of a file of a batch; numbers begin with 1."""
    return f"{position:016x}-{at:%Y%m%dT%H%M%S%f}-{number:03}-of-{count:03}.{ending}"


def snapshot_name(position: int, at: datetime, number: int, ending: str) -> str:
    """The name of a part of a snapshot."""
    return f"{position:016x}-{at:%Y%m%dT%H%M%S%f}-snapshot-{number:06}.{ending}"


@dataclass(frozen=True)
class Checkpoint:
    """Up to which position all has landed, None for nothing; and the tables whose snapshot is through.

    `seen` is the greatest position in any name, that of a snapshot which was not finished too.
    """

    position: int | None
    tables: frozenset[str]
    seen: int

    @classmethod
    def of(cls, landing: Landing) -> Self:
        """Read it from the folders of a source."""
        root = landing.zone / landing.source
        folders = sorted(folder.name for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else []
        return cls.read((table, name) for table in folders for name in landing.names(table))

    @classmethod
    def read(cls, names: Iterable[tuple[str, str]]) -> Self:
        """Read it from (table, name of file); names that are not of this connector say nothing."""
        position, tables, seen = None, set(), 0
        for table, name in names:
            match = NAME.fullmatch(name)
            if not match:
                continue
            at = int(match[1], 16)
            seen = max(seen, at)
            if match[2]:
                tables.add(table)
            if match[2] and match[2] == match[3]:
                position = max(position or 0, at)
        return cls(position, frozenset(tables), seen)
