"""Who buys: registered customers, and the hidden tendencies that a model can learn.

Each kind of customer buys at a rate and leaves with a hazard of its own, and each person has a rate and a hazard around
those of the kind. Someone who has left buys nothing; some come back for a second time.
"""

from dataclasses import dataclass, fields
from datetime import date

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY, Promotion
from tools.simulator.catalog import CATEGORIES, CATEGORY_SHARES
from tools.simulator.randomness import below, share, stream

KINDS = ("heavy", "regular", "bargain_hunter", "gift_buyer", "business", "one_timer")
HEAVY, REGULAR, BARGAIN_HUNTER, GIFT_BUYER, BUSINESS, ONE_TIMER = range(6)
LANGUAGES = ("de", "en", "pt", "es")
HOME_LANGUAGES = np.array([0, 1, 2, 1])
SPANISH = 3
# All arrays from here on are by kind.
KIND_SHARES = np.array([0.10, 0.25, 0.20, 0.15, 0.06, 0.24])
# Orders a day on an ordinary day, and the share that leaves on each day.
PURCHASE_RATES = np.array([0.033, 0.013, 0.012, 0.007, 0.027, 0.0012])
LEAVING_HAZARDS = 1 / np.array([600, 350, 300, 700, 900, 25])
COMES_BACK = np.array([0.20, 0.20, 0.25, 0.15, 0.05, 0.05])
# How many of their visits lead to an order, for one of an ordinary visitor.
PURCHASE_FACTORS = np.array([1.6, 1.0, 0.6, 0.9, 1.8, 0.8])
ELSEWHERE = np.array([0.35, 0.45, 0.55, 0.50, 0.75, 0.65])
BY_PHONE = np.array([0.05, 0.10, 0.05, 0.10, 0.70, 0.10])
# Lines are drawn until one is the last; pieces of a line as `pieces` has them.
LAST_LINE = np.array([0.62, 0.75, 0.70, 0.80, 0.52, 0.85])
DISCOUNT_AFFINITIES = np.array([0.35, 0.45, 0.92, 0.50, 0.12, 0.50])
RETURN_FACTORS = np.array([0.6, 1.0, 1.4, 1.2, 0.4, 1.1])
TASTES = np.tile(CATEGORY_SHARES, (len(KINDS), 1))
TASTES[GIFT_BUYER] = [0.08, 0.02, 0.10, 0.20, 0.22, 0.23, 0.15]
TASTES[BUSINESS] = [0.15, 0.36, 0.16, 0.03, 0.0, 0.03, 0.27]
# Of those who like a category, so many of their lines are of it.
AFFINITY = 0.45
CHANNELS = np.array(["organic", "paid_search", "social", "email", "referral", "marketplace"])
CHANNEL_SHARES = np.array([0.32, 0.24, 0.17, 0.07, 0.08, 0.12])
TIERS = np.array(["none", "silver", "gold"])
# Of the customers that the options name, so many are there when the world begins, registered over the days before; the
# rest register over these days.
THERE_AT_START, DAYS_BEFORE = 0.6, 365
DAYS_TO_REGISTER_THE_REST = 120
# Who has registered and not ordered yet orders at this rate, which falls from day to day.
FIRST_ORDER_RATE, FIRST_ORDER_DAYS = 0.15, 4.0
# Who comes back stays away for some weeks before.
LEAST_DAYS_AWAY, MEAN_DAYS_AWAY = 45, 60
# Up to about 2260, so that instants of these days are whole numbers of microseconds.
FAR_AWAY = 80_000
# From Monday to Sunday, and how few business orders come around Christmas.
BUSINESS_WEEK = (1.35, 1.35, 1.35, 1.35, 1.25, 0.2, 0.15)
BUSINESS_HOLIDAYS = 0.3


@dataclass
class Customers:
    """Arrays by customer; `number` counts from 1, instants in microseconds.

    `rate`, `hazard`, `discount_affinity`: hidden tendencies; the customer leaves at `left_at`, is there again from
    `back_at` to `left_again_at`. `billing`: has a billing address of its own; `away`: does not shop today, as the
    account is just being changed.
    """

    number: np.ndarray
    country: np.ndarray
    kind: np.ndarray
    rate: np.ndarray
    hazard: np.ndarray
    discount_affinity: np.ndarray
    left_at: np.ndarray
    back_at: np.ndarray
    left_again_at: np.ndarray
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

    def active(self, at: int) -> np.ndarray:
        """Who is a customer of the shop at an instant: has registered, and has not left or has come back."""
        stays = (at < self.left_at) | ((self.back_at <= at) & (at < self.left_again_at))
        return stays & (self.registered_at < at) & ~self.deleted


def register(seed: int, first: int, count: int, registered_at: np.ndarray) -> Customers:
    """New customers numbered from `first`."""
    number = np.arange(first, first + count)

    def drawn(name: str, shares: np.ndarray) -> np.ndarray:
        return np.searchsorted(np.cumsum(shares), share(seed, name, number)).clip(0, len(shares) - 1)

    def after(days: np.ndarray) -> np.ndarray:
        return registered_at + (days.clip(0, FAR_AWAY) * MICROSECONDS_PER_DAY).astype(np.int64)

    zeros = np.zeros(count, dtype=np.int64)
    country = drawn("country", countries.SHARES)
    kind = drawn("kind", KIND_SHARES)
    speaks_spanish = (country == countries.US) & (share(seed, "language", number) < 0.12)
    hazard = LEAVING_HAZARDS[kind] * around_one(seed, "hazard", number)
    leaves = waited(seed, "leaves", number) / hazard
    returns = share(seed, "comes back", number) < COMES_BACK[kind]
    back = leaves + LEAST_DAYS_AWAY + MEAN_DAYS_AWAY * waited(seed, "days away", number)
    back = np.where(returns, back, FAR_AWAY)
    wish = DISCOUNT_AFFINITIES[kind] + 0.24 * (share(seed, "discounts", number) - 0.5)
    return Customers(
        number=number,
        country=country,
        kind=kind,
        rate=PURCHASE_RATES[kind] * around_one(seed, "rate", number),
        hazard=hazard,
        discount_affinity=wish.clip(0, 1),
        left_at=after(leaves),
        back_at=after(back),
        left_again_at=after(back + waited(seed, "leaves again", number) / hazard),
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


def waited(seed: int, name: str, number: np.ndarray) -> np.ndarray:
    """A fixed draw for each customer from the exponential distribution of mean 1."""
    return -np.log1p(-share(seed, name, number))


def around_one(seed: int, name: str, number: np.ndarray) -> np.ndarray:
    """A fixed draw for each customer from the gamma distribution of shape 2 and mean 1."""
    return (waited(seed, f"{name}, first part", number) + waited(seed, f"{name}, second part", number)) / 2


def initial(seed: int, customers: int, start: int) -> Customers:
    """Those who are there when the world begins, registered over the year before; some have left already."""
    count = max(1, int(customers * THERE_AT_START))
    number = np.arange(1, count + 1)
    ago = (share(seed, "registered", number) * DAYS_BEFORE * MICROSECONDS_PER_DAY).astype(np.int64) + 1
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


def rates(customers: Customers, start: int, midnight: int, today: date, promotion: Promotion | None) -> np.ndarray:
    """How many orders each customer would place today, if the day were an ordinary one; who registers today, none."""
    found = customers.rate * kind_factors(today, promotion)[customers.kind]
    age = (midnight - customers.registered_at) / MICROSECONDS_PER_DAY
    # Whoever was there when the world began has ordered before.
    new = (customers.orders == 0) & (customers.registered_at >= start) & (age > 0)
    found[new] += FIRST_ORDER_RATE * np.exp(-age[new] / FIRST_ORDER_DAYS)
    found[~customers.active(midnight) | customers.away] = 0
    return found


def kind_factors(day: date, promotion: Promotion | None) -> np.ndarray:
    """How much more or less each kind buys on a day than on an ordinary one; about 1 over a year."""
    factors = np.ones(len(KINDS))
    on_discount = promotion is not None and promotion.percent > 0
    factors[BARGAIN_HUNTER] = 2.4 if on_discount else 0.75
    before_christmas = (11, 20) <= (day.month, day.day) <= (12, 23)
    other_gifts = (2, 5) <= (day.month, day.day) <= (2, 13) or (4, 28) <= (day.month, day.day) <= (5, 11)
    factors[GIFT_BUYER] = 4.0 if before_christmas else 1.8 if other_gifts else 0.6
    quiet = (day.month, day.day) >= (12, 21) or (day.month, day.day) <= (1, 5)
    factors[BUSINESS] = BUSINESS_WEEK[day.weekday()] * (BUSINESS_HOLIDAYS if quiet else 1.0)
    return factors
