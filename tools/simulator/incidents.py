"""Planted incidents: things that go wrong for some days, so that an alert can be judged by whether it finds them.

About one a month, from the second month of the world on.
"""

from dataclasses import dataclass

import numpy as np

from tools.simulator import countries
from tools.simulator.catalog import NEVER_ENDS, Catalog
from tools.simulator.randomness import below

# Kind and days that it lasts: parcels of a country come later; phones cannot check out; a product's deliveries are
# defective; many posts complain; clicks of a platform cost more; first payments fail.
KINDS = {
    "carrier_delay": 5,
    "checkout_broken": 2,
    "faulty_batch": 21,
    "outcry": 2,
    "click_price": 4,
    "payment_outage": 1,
}
# Each kind occurs once in so many days of the world.
FIRST_DAY, PERIOD = 30, 170
DAYS_LATER = 3
BROKEN_CHECKOUTS = 0.92
FAULTY_RETURNS, DAMAGED_RETURNS = 0.45, 0.9
MORE_POSTS = 6.0
DEARER_CLICKS = 2.5
FAILED_PAYMENTS = 0.6
# Products, by how much they are wanted, and platforms that it can befall.
BEST_SELLERS = 30
PLATFORMS = ("google", "instagram")
# Positions of mobile devices in shopping.DEVICES.
MOBILE, DEVICES = 1, 3


@dataclass(frozen=True)
class Incident:
    """`subject`: the country, product, device or source that it befalls, as the landed files call it; None for all."""

    kind: str
    first_day: int
    last_day: int
    subject: str | None
    index: int


@dataclass(frozen=True)
class Troubles:
    """What the incidents of a day change.

    `delays`: days by country; `checkout_stops`: share by device; `faulty`: by product; `click_prices`: by source.
    """

    delays: np.ndarray
    checkout_stops: np.ndarray
    faulty: np.ndarray
    posts: float
    click_prices: dict[str, float]
    failed_payments: float


def incidents_of(seed: int, catalog: Catalog, days: int) -> list[Incident]:
    """All that begin within the first `days` of the world, by their first day."""
    all_along = (catalog.launched <= 0) & (catalog.discontinued == NEVER_ENDS)
    best = np.argsort(-catalog.popularity * all_along, kind="stable")
    found = []
    for kind, lasts in KINDS.items():
        for place in range(-(-days // PERIOD)):
            first = FIRST_DAY + place * PERIOD + drawn(seed, f"day of {kind}", place, PERIOD - lasts)
            index, subject = subject_of(seed, kind, place, best)
            if first < days:
                found.append(Incident(kind, first, first + lasts - 1, subject, index))
    return sorted(found, key=lambda incident: (incident.first_day, incident.kind))


def drawn(seed: int, name: str, place: int, bound: int) -> int:
    """A fixed number below a bound."""
    return int(below(seed, name, np.array([place]), bound)[0])


def subject_of(seed: int, kind: str, place: int, best: np.ndarray) -> tuple[int, str | None]:
    """What an incident befalls: its position, and its name."""
    if kind == "carrier_delay":
        index = drawn(seed, "country that waits", place, len(countries.CODES))
        return index, str(countries.CODES[index])
    if kind == "faulty_batch":
        index = int(best[drawn(seed, "faulty product", place, BEST_SELLERS)])
        return index, f"P{index + 1:05}"
    if kind == "click_price":
        index = drawn(seed, "dearer platform", place, len(PLATFORMS))
        return index, PLATFORMS[index]
    return (MOBILE, "mobile") if kind == "checkout_broken" else (-1, None)


def troubles_on(incidents: list[Incident], day: int, products: int) -> Troubles:
    """What goes wrong on a day."""
    now = [incident for incident in incidents if incident.first_day <= day <= incident.last_day]

    def raised(kind: str, size: int, value: float) -> np.ndarray:
        found = np.zeros(size)
        found[[incident.index for incident in now if incident.kind == kind]] = value
        return found

    kinds = {incident.kind for incident in now}
    return Troubles(
        delays=raised("carrier_delay", len(countries.CODES), DAYS_LATER).astype(np.int64),
        checkout_stops=raised("checkout_broken", DEVICES, BROKEN_CHECKOUTS),
        faulty=raised("faulty_batch", products, 1) > 0,
        posts=MORE_POSTS if "outcry" in kinds else 1.0,
        click_prices={incident.subject: DEARER_CLICKS for incident in now if incident.kind == "click_price"},
        failed_payments=FAILED_PAYMENTS if "payment_outage" in kinds else 0.0,
    )
