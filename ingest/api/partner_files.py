"""Files that partners put somewhere: each lands once, as it is, under a name that says which version of it it is."""

from pathlib import PurePosixPath
from typing import Any

import fsspec

from ingest.api.config import Config
from ingest.files import Bytes, Landing, NewFile, now

VERSION_LENGTH = 16


def land_files(config: Config, landing: Landing, table: str) -> int:
    """Land the files of a table that have not landed yet, or were changed since; how many."""
    system, pattern = fsspec.core.url_to_fs(config.files[table], **config.options)
    landed = {name[:VERSION_LENGTH] for name in landing.names(table)}
    count = 0
    for path in sorted(system.glob(pattern)):
        version = version_of(system, path)
        if version in landed:
            continue
        file = NewFile(table, f"{version}-{PurePosixPath(path).name}", Bytes(system.cat_file(path)))
        # One that is still being written looks otherwise now, and lands in the next run.
        if version_of(system, path) == version:
            landing.land([file], now())
            count += 1
    return count


def version_of(system: Any, path: str) -> str:
    """What changes with a file: made of its path, size and time, or its tag."""
    system.invalidate_cache()
    return str(system.ukey(path))[:VERSION_LENGTH].rjust(VERSION_LENGTH, "0")
