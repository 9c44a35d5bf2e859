"""What a landing zone is made with, and the marker that remembers it."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

MARKER = "_landing_zone.json"
# Grows when the same options give other bytes; then older landing zones cannot be appended to.
VERSION = 4
RANGES = {
    "days": (1, 3650),
    "history_days": (0, 3650),
    "orders_per_day": (1, 500_000),
    "customers": (1, 50_000_000),
}
# What is meant by `--days` alone: days one after the other, without a past.
WITHOUT_PAST = {"start": "2025-09-01", "history_days": 0}
# A document can suffer twelve kinds, and most rows shall be good.
MOST_DEFECTS = 0.05


class OptionsError(Exception):
    """Options or a marker that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Options:
    """`start`: the first day that lands, ISO; `days`: how many land. The first brings `history_days` before it, too.

    `orders_per_day` and `customers`: about how many, the latter after 120 days of the world. `defects`: the share of
    rows that each kind of defect befalls. `distinctive`: 1 for persons of whom no value is an ordinary word, number or
    day, so that a search for them finds nothing else.
    """

    seed: int = 42
    start: str = "2025-12-01"
    days: int = 31
    history_days: int = 365
    orders_per_day: int = 50
    customers: int = 5000
    defects: float = 0.0
    distinctive: int = 0

    def __post_init__(self):
        """Refuse what no world can be made of."""
        for name, (lowest, highest) in RANGES.items():
            if not lowest <= getattr(self, name) <= highest:
                option = name.replace("_", "-")
                raise OptionsError(
                    f"--{option} is {getattr(self, name)}; a number from {lowest} to {highest} is needed."
                )
        if not 0 <= self.seed < 2**32:
            raise OptionsError(f"--seed is {self.seed}; a number from 0 to {2**32 - 1} is needed.")
        if not 0 <= self.defects <= MOST_DEFECTS:
            raise OptionsError(f"--defects is {self.defects}; a share from 0 to {MOST_DEFECTS} is needed.")
        if self.distinctive not in (0, 1):
            raise OptionsError(f"--distinctive is {self.distinctive}; 0 or 1 is needed.")
        try:
            start = date.fromisoformat(self.start)
        except ValueError:
            start = None
        if start is None or start.isoformat() != self.start or not 1990 <= start.year <= 2100:
            raise OptionsError(f"--start is {self.start!r}; a day such as 2025-09-01 is needed.")

    @property
    def first_landing(self) -> date:
        """The first day that lands."""
        return date.fromisoformat(self.start)

    @property
    def first_day(self) -> date:
        """The first day of the world."""
        return self.first_landing - timedelta(days=self.history_days)

    @property
    def last(self) -> int:
        """The number of the world's last day, which counts from 0."""
        return self.history_days + self.days - 1

    def said(self) -> dict:
        """The options by name. A zone without defects says nothing of them: it is what it was before there were any.

        So it is with distinctive persons.
        """
        return {key: value for key, value in asdict(self).items() if key not in ("defects", "distinctive") or value}

    @property
    def landing_zone_id(self) -> str:
        """The same for every length of the same world."""
        named = {"version": VERSION} | {key: value for key, value in self.said().items() if key != "days"}
        return "simulated-" + hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def read_marker(folder: Path) -> Options:
    """The options that `folder` was made with; raises OptionsError where this simulator cannot continue it."""
    path = folder / MARKER
    try:
        document = json.loads(path.read_text())
        made_with = document["simulator"]
        options = Options(**{key: made_with[key] for key in made_with.keys() - {"version"} | Options().said().keys()})
        version, landing_zone_id = made_with["version"], document["landing_zone_id"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OptionsError(f"{path} is missing or is no marker of the simulator, so nothing can be appended.") from None
    if version != VERSION:
        raise OptionsError(
            f"{path} is of version {version!r} of the simulator, this is {VERSION}: write the zone anew."
        )
    if landing_zone_id != options.landing_zone_id:
        raise OptionsError(f"{path} was changed: its landing_zone_id does not belong to its options.")
    return options


def write_marker(folder: Path, options: Options) -> None:
    """Write the marker in one step."""
    written = folder / f".{MARKER}.tmp"
    made_with = {"version": VERSION} | options.said()
    document = {"landing_zone_id": options.landing_zone_id, "simulated": True, "simulator": made_with}
    written.write_text(json.dumps(document, indent=2) + "\n")
    os.replace(written, folder / MARKER)
