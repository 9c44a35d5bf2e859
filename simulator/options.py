"""What a landing zone is made with, and the marker that remembers it."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

MARKER = "_landing_zone.json"


class OptionsError(Exception):
    """Options or a marker that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Options:
    """`start`: the first day, ISO; `orders_per_day` and `customers`: about how many, the latter after 120 days."""

    seed: int = 42
    start: str = "2025-09-01"
    days: int = 120
    orders_per_day: int = 167
    customers: int = 5000

    def __post_init__(self):
        """Refuse what no world can be made of."""
        for name in ("days", "orders_per_day", "customers"):
            if getattr(self, name) < 1:
                raise OptionsError(f"--{name.replace('_', '-')} is {getattr(self, name)}; at least 1 is needed.")
        try:
            date.fromisoformat(self.start)
        except ValueError:
            raise OptionsError(f"--start is {self.start!r}; a day such as 2025-09-01 is needed.") from None

    @property
    def landing_zone_id(self) -> str:
        """The same for every length of the same world."""
        named = {key: value for key, value in asdict(self).items() if key != "days"}
        return "simulated-" + hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def read_marker(folder: Path) -> Options:
    """The options that `folder` was made with; raises OptionsError where it is no simulated landing zone."""
    path = folder / MARKER
    try:
        made_with = json.loads(path.read_text())["simulator"]
        return Options(**{key: made_with[key] for key in asdict(Options())})
    except (OSError, ValueError, KeyError, TypeError):
        raise OptionsError(f"{path} is missing or is no marker of the simulator, so nothing can be appended.") from None


def write_marker(folder: Path, options: Options) -> None:
    """Write the marker in one step."""
    written = folder / f".{MARKER}.tmp"
    document = {"landing_zone_id": options.landing_zone_id, "simulated": True, "simulator": asdict(options)}
    written.write_text(json.dumps(document, indent=2) + "\n")
    os.replace(written, folder / MARKER)
