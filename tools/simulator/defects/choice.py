"""Which rows and files suffer what: drawn from the seed and their number, so that a longer world begins alike."""

from collections.abc import Callable

import numpy as np

from tools.simulator.defects.kinds import FILE_KINDS, row_kinds
from tools.simulator.defects.tables import Spoilable
from tools.simulator.randomness import Dice, share

# A kind that has not occurred yet befalls a row of the next file: of so many kinds, and one row in so many, at most.
FIRST_OCCURRENCES, ROWS_FOR_EACH = 3, 3
Chosen = list[tuple[int, str, Dice]]


class Choice:
    """Chooses among the rows and files of one table, day after day."""

    def __init__(self, seed: int, rate: float, name: str, table: Spoilable):
        """Each kind befalls a share of `rate` of the rows, or files, and each occurs once as soon as it can."""
        self.seed, self.rate, self.name = seed, rate, name
        self.kinds = row_kinds(table)
        self.row_count = self.file_count = 0
        self.awaited = self.in_some_order(self.kinds)
        self.awaited_of_files = self.in_some_order(FILE_KINDS)

    def in_some_order(self, kinds: list[str] | tuple[str, ...]) -> list[str]:
        """Kinds in an order that differs by seed and table: small tables do not see all of them."""
        return [kinds[place] for place in np.argsort(share(self.seed, f"order {self.name}", np.arange(len(kinds))))]

    def rows(self, count: int, can_suffer: Callable[[str], np.ndarray]) -> Chosen:
        """The rows to spoil among the next `count`, each with kind and dice; `can_suffer` tells which could."""
        numbers = self.row_count + np.arange(count)
        self.row_count += count
        # One draw for all kinds: each has its own stretch of the numbers from 0 to 1, so no row is taken twice.
        drawn = share(self.seed, f"defects {self.name}", numbers)
        hit = np.flatnonzero(drawn < self.rate * len(self.kinds))
        chosen = {}
        for place, kind in enumerate(self.kinds):
            of_kind = hit[(drawn[hit] / self.rate).astype(np.int64) == place]
            if len(of_kind):
                chosen |= dict.fromkeys(of_kind[can_suffer(kind)[of_kind]].tolist(), kind)
        self.awaited = [kind for kind in self.awaited if kind not in chosen.values()]
        for kind in self.awaited[: min(FIRST_OCCURRENCES, count // ROWS_FOR_EACH)]:
            free = np.setdiff1d(np.flatnonzero(can_suffer(kind)), list(chosen))
            if len(free):
                chosen[int(free[np.argmin(share(self.seed, f"first {kind} {self.name}", numbers[free]))])] = kind
        self.awaited = [kind for kind in self.awaited if kind not in chosen.values()]
        return [(at, chosen[at], Dice(self.seed, f"defect {self.name}", int(numbers[at]))) for at in sorted(chosen)]

    def file(self) -> str | None:
        """What befalls the next file as a whole; None for most."""
        place = int(share(self.seed, f"files {self.name}", np.array([self.file_count]))[0] / self.rate)
        self.file_count += 1
        drawn = FILE_KINDS[place] if place < len(FILE_KINDS) else None
        kind = drawn or next(iter(self.awaited_of_files), None)
        if kind in self.awaited_of_files:
            self.awaited_of_files.remove(kind)
        return kind
