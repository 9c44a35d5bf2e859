"""Waiting for what is not there: longer each time, up to a minute, and from the start again once it was there."""

import sys
import time

FIRST, LONGEST = 1.0, 60.0


def say(message: str) -> None:
    """A line for whoever runs the connector, with the time."""
    print(f"{time.strftime('%H:%M:%S')} {message}", file=sys.stderr, flush=True)


class BackOff:
    """Says what is wrong, and waits."""

    def __init__(self) -> None:
        self.seconds = FIRST

    def wait(self, problem: str) -> None:
        """Say the problem and when the next try is, and wait until then."""
        say(f"{problem}. Nothing is lost; trying again in {self.seconds:.0f} s.")
        time.sleep(self.seconds)
        self.seconds = min(self.seconds * 2, LONGEST)

    def well(self) -> None:
        """It works again."""
        self.seconds = FIRST
