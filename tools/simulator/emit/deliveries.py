"""How rows of an API come: fetched page by page, so that some come twice, and some again the next day."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.randomness import Dice, share
from tools.simulator.stock import day_of

ON_TWO_PAGES, AGAIN_NEXT_DAY = 0.02, 0.035
NEXT_PAGE = 2_000_000
# When the next day's first page is fetched.
FIRST_PAGE = 7 * 60_000_000
INGESTED_KEY, LINE_END, NO_SEPARATOR = pa.scalar('","_ingested_at":"'), pa.scalar('"}\n'), pa.scalar("")


class Deliveries:
    """Rows of a small table that wait for the day on which they are delivered."""

    def __init__(self, seed: int, start: int, name: str):
        """`start`: the first midnight, microseconds; `name` tells the tables apart."""
        self.seed = seed
        self.start = start
        self.name = name
        self.waiting: dict[int, list[tuple[int, dict]]] = {}

    def add(self, at: int, row: dict) -> None:
        """Deliver a row a few minutes after `at`, on the same day."""
        day = int(day_of(at, self.start))
        last = self.start + (day + 1) * MICROSECONDS_PER_DAY - 1
        self.waiting.setdefault(day, []).append((min(at + columns.INGESTED_AFTER, last), row))

    def page(self, at: int, row: dict, key: int, until: int | None = None) -> None:
        """Deliver a row as a page of an API, perhaps on two pages or again the next day, unless it changes at `until`.

        `key` tells the row's deliveries apart.
        """
        self.add(at, row)
        drawn = Dice(self.seed, f"pages of {self.name}", key).below(1000) / 1000
        midnight = self.start + (int(day_of(at, self.start)) + 1) * MICROSECONDS_PER_DAY
        if drawn < ON_TWO_PAGES:
            again = min(at + NEXT_PAGE, midnight - 1)
        elif drawn < AGAIN_NEXT_DAY:
            again = midnight + FIRST_PAGE
        else:
            return
        if until is None or again < until:
            self.add(again, row)

    def due(self, number: int) -> list[str]:
        """The day's rows as lines of JSON, in the order of their arrival."""
        rows = sorted(self.waiting.pop(number, []), key=lambda delivery: delivery[0])
        return [json.dumps(row | {"_ingested_at": columns.iso(at)}, ensure_ascii=False) + "\n" for at, row in rows]


def paged(seed: int, name: str, at: np.ndarray, midnight: int) -> tuple[np.ndarray, np.ndarray]:
    """Which of many rows are delivered and when, in the order of arrival; a few stand on two pages."""
    twice = np.flatnonzero(share(seed, f"pages of {name}", np.arange(len(at))) < ON_TWO_PAGES)
    which = np.concatenate([np.arange(len(at)), twice])
    arrival = columns.within_day(np.concatenate([at, at[twice] + NEXT_PAGE]) + columns.INGESTED_AFTER, midnight)
    order = np.argsort(arrival, kind="stable")
    return which[order], arrival[order]


def joined_lines(documents: tuple, which: np.ndarray, arrival: np.ndarray) -> pa.Array:
    """Lines of JSON: pieces up to the last value's end, of the rows at `which`, and when they arrive."""
    rows = pc.binary_join_element_wise(*documents, NO_SEPARATOR, null_handling="skip").take(columns.whole(which))
    arrived = columns.ascii_text(columns.instant_letters(arrival))
    return pc.binary_join_element_wise(rows, INGESTED_KEY, arrived, LINE_END, NO_SEPARATOR)
