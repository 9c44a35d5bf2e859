"""Builds and publishes take turns: a DuckDB file that is being read can be opened by no writer."""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BusyError(Exception):
    """Somebody else is publishing."""


def turn_file(warehouse: Path) -> Path:
    """What is locked while the warehouse is read for a release; the lock goes with the process that holds it."""
    return warehouse.with_name(f"{warehouse.name}.publishing")


@contextmanager
def publishing(warehouse: Path) -> Iterator[None]:
    """Have the warehouse to read; builds that begin wait. Raises BusyError where another publish has it."""
    with open(os.open(turn_file(warehouse), os.O_RDWR | os.O_CREAT, 0o600), "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(f"Another publish of {warehouse} is under way.") from error
        yield


def wait_for_publish(warehouse: Path) -> None:
    """Return when no publish reads the warehouse; where one does, say what is waited for."""
    file = turn_file(warehouse)
    if not file.exists():
        return
    with open(file, "rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"A release of {warehouse} is being written; the build begins when that has read what it needs."
            print(message, file=sys.stderr, flush=True)
            fcntl.flock(stream, fcntl.LOCK_SH)
