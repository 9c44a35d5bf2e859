"""How every command of this package begins and ends."""

import sys
from collections.abc import Callable
from typing import NoReturn

# What a shell shows for a command that Ctrl-C ended.
INTERRUPTED = 130


def run(main: Callable[[], int], advice: str) -> NoReturn:
    """Run a command and leave with its exit code; after Ctrl-C say what was stopped and what to do, in one line."""
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print(f"\nStopped by Ctrl-C. {advice}", file=sys.stderr)
        sys.exit(INTERRUPTED)
