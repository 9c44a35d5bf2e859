"""How every command of this package begins and ends."""

import sys
from collections.abc import Callable
from typing import NoReturn

from techco import owner_only

# What a shell shows for a command that Ctrl-C ended.
INTERRUPTED = 130


def run(main: Callable[[], int], advice: str) -> NoReturn:
    """Run a command and leave with its exit code; after Ctrl-C say what was stopped and what to do, in one line.

    What it writes is its owner's only.
    """
    owner_only.set_umask()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print(f"\nStopped by Ctrl-C. {advice}", file=sys.stderr)
        sys.exit(INTERRUPTED)
