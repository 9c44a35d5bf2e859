"""Who buys: registered customers, and the tendencies that a model can learn."""

from dataclasses import dataclass, fields

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.catalog import CATEGORIES
from tools.simulator.randomness import below, share, stream

KINDS = ("loyal", "bargain_hunter", "steady", "lapsing", "one_off")
LOYAL, BARGAIN_HUNTER, STEADY, LAPSING, ONE_OFF = range(5)
LANGUAGES = ("de", "en", "pt", "es")
HOME_LANGUAGES = np.array([0, 1, 2, 1])
SPANISH = 3
KIND_SHARES = np.array([0.14, 0.24, 0.24, 0.18, 0.20])
VISIT_WEIGHTS = np.array([2.6, 1.3, 1.0, 1.6, 0.9])
PURCHASE_FACTORS = np.array([1.9, 0.9, 1.0, 1.1, 0.8])
RETURN_RATES = np.array([0.05, 0.12, 0.08, 0.10, 0.09])
CHANNELS = np.array(["organic", "paid_search", "social", "email", "referral", "marketplace"])
CHANNEL_SHARES = np.array([0.32, 0.24, 0.17, 0.07, 0.08, 0.12])
TIERS = np.array(["none", "silver", "gold"])
# Of the customers that the options name, so many are there when the world begins; the rest register over these days.
THERE_AT_START = 0.6
DAYS_TO_REGISTER_THE_REST = 120
LAPSE_DAYS = 45.0


@dataclass
class Customers:
    """Arrays by customer; `number` counts from 1, instants in microseconds.

    `billing`: has a billing address of its own; `away`: does not shop today, as the account is just being changed.
    """

    number: np.ndarray
    country: np.ndarray
    kind: np.ndarray
    channel: np.ndarray
    affinity: np.ndarray
    registered_at: np.ndarray
    tier: np.ndarray
    orders: np.ndarray
    moves: np.ndarray
    phones: np.ndarray
    language: np.ndarray
    billing: np.ndarray
    deleted: np.ndarray
    away: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    def extend(self, others: "Customers") -> None:
        """Append newcomers."""
        for field in fields(self):
            setattr(self, field.name, np.concatenate([getattr(self, field.name), getattr(others, field.name)]))


def register(seed: int, first: int, count: int, registered_at: np.ndarray) -> Customers:
    """New customers numbered from `first`."""
    number = np.arange(first, first + count)

    def drawn(name: str, shares: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.cumsum(shares), share(seed, name, number)).clip(0, len(shares) - 1)

    zeros = np.zeros(count, dtype=np.int64)
    country = drawn("country", countries.SHARES)
    speaks_spanish = (country == countries.US) & (share(seed, "language", number) < 0.12)
    return Customers(
        number=number,
        country=country,
        kind=drawn("kind", KIND_SHARES),
        channel=drawn("channel", CHANNEL_SHARES),
        affinity=below(seed, "affinity", number, len(CATEGORIES)),
        registered_at=registered_at,
        tier=zeros.copy(),
        orders=zeros.copy(),
        moves=zeros.copy(),
        phones=zeros.copy(),
        language=np.where(speaks_spanish, SPANISH, HOME_LANGUAGES[country]),
        billing=share(seed, "billing address", number) < 0.4,
        deleted=zeros.astype(bool),
        away=zeros.astype(bool),
    )


def initial(seed: int, customers: int, start: int) -> Customers:
    """Those who are there when the world begins, registered over the two years before."""
    count = max(1, int(customers * THERE_AT_START))
    number = np.arange(1, count + 1)
    ago = (share(seed, "registered", number) * 730 * MICROSECONDS_PER_DAY).astype(np.int64) + 1
    return register(seed, 1, count, start - ago)


def newcomers(seed: int, customers: int, known: int, day: int, midnight: int, busy: float) -> Customers:
    """Those who register on a day."""
    rng = stream(seed, "newcomers", day)
    count = rng.poisson(customers * (1 - THERE_AT_START) / DAYS_TO_REGISTER_THE_REST * busy)
    at = np.sort(rng.integers(7 * 3_600_000_000, MICROSECONDS_PER_DAY - 3_600_000_000, count))
    return register(seed, known + 1, count, midnight + at)


def hour_of_change(seed: int, day: int, index: np.ndarray) -> np.ndarray:
    """Microseconds after midnight at which customers' data change: by day, when the night's last visits are over."""
    return (6 * 60 + below(seed, f"hour {day}", index, 16 * 60)) * 60_000_000


def visit_weights(customers: Customers, midnight: int, on_promotion: bool) -> np.ndarray:
    """How likely each customer is to visit today, up to a factor."""
    weights = VISIT_WEIGHTS[customers.kind].copy()
    age = (midnight - customers.registered_at) / MICROSECONDS_PER_DAY
    lapsing = customers.kind == LAPSING
    # Those who registered long before the world began would all have lapsed: their age counts from a year's cycle.
    weights[lapsing] *= np.exp(-(age[lapsing] % 365) / LAPSE_DAYS) * 3
    weights[(customers.kind == ONE_OFF) & (customers.orders > 0)] *= 0.05
    weights[customers.kind == BARGAIN_HUNTER] *= 2.5 if on_promotion else 0.6
    # Who registers today comes back another day.
    weights[customers.deleted | customers.away | (customers.registered_at >= midnight)] = 0
    return weights
