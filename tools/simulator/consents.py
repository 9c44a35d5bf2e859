"""What customers allow: declared when they register, then given and withdrawn over time."""

from dataclasses import dataclass, fields

import numpy as np

from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.customers import Customers
from tools.simulator.orders import HOUR, MINUTE
from tools.simulator.randomness import below, hashed, share

PURPOSES = ["email_marketing", "personalisation", "analytics", "third_party_sharing"]
EMAIL_MARKETING, ANALYTICS = 0, 2
ASKED_WHERE = ["registration", "account", "newsletter_link", "support"]
REGISTRATION, ACCOUNT, NEWSLETTER_LINK, SUPPORT = range(4)
# Granted at registration, by country and purpose: an opt-in in Europe and Brazil, an opt-out in the United States.
GRANTED = np.array(
    [
        [0.48, 0.42, 0.55, 0.12],
        [0.83, 0.78, 0.86, 0.52],
        [0.66, 0.58, 0.68, 0.27],
        [0.52, 0.47, 0.60, 0.16],
    ]
)
# A customer changes each purpose about once in four years; more withdraw than give.
WITHDRAWN_PER_DAY, GIVEN_PER_DAY = 0.0009, 0.0005
CHANGED_BEFORE_START = 0.12
# Declarations of one purpose by one customer have two digits in their ids.
MOST_DECLARATIONS = 100


@dataclass
class Declarations:
    """Arrays by declaration: customer's number, purpose, place among that purpose's from 0, granted, where, when."""

    customer: np.ndarray
    purpose: np.ndarray
    place: np.ndarray
    granted: np.ndarray
    where: np.ndarray
    declared_at: np.ndarray


class Consents:
    """The standing declarations of all customers, as matrices of customers and purposes."""

    def __init__(self, seed: int):
        """Nobody has declared anything."""
        self.seed = seed
        self.granted = np.zeros((0, len(PURPOSES)), dtype=bool)
        self.place = np.zeros((0, len(PURPOSES)), dtype=np.int8)

    def live(self, customers: Customers, objecting: np.ndarray, number: int, midnight: int) -> Declarations:
        """The declarations of a day; the first day brings all those of the years before.

        `objecting`: indices of customers who have objected to the use of their data.
        """
        changed = self.changes(customers, number, midnight)
        first = self.registrations(customers, np.arange(len(self.granted), len(customers)))
        parts = [changed, first, self.objections(customers, objecting, number, midnight)]
        if number == 0:
            parts.append(self.earlier_changes(customers, midnight))
        joined = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Declarations)}
        order = np.argsort(joined["declared_at"], kind="stable")
        return Declarations(**{name: values[order] for name, values in joined.items()})

    def registrations(self, customers: Customers, index: np.ndarray) -> Declarations:
        """One declaration for each purpose, with the registration."""
        key = customers.number[index][:, None] * len(PURPOSES) + np.arange(len(PURPOSES))
        granted = share(self.seed, "consent", key) < GRANTED[customers.country[index]]
        self.granted = np.concatenate([self.granted, granted])
        self.place = np.concatenate([self.place, np.zeros(granted.shape, dtype=np.int8)])
        who, purpose = (part.ravel() for part in np.indices(granted.shape))
        return Declarations(
            customer=customers.number[index][who],
            purpose=purpose,
            place=np.zeros(len(who), dtype=np.int64),
            granted=granted.ravel(),
            where=np.full(len(who), REGISTRATION),
            declared_at=customers.registered_at[index][who],
        )

    def earlier_changes(self, customers: Customers, midnight: int) -> Declarations:
        """What some of the first customers changed between their registration and the first day."""
        here = customers.registered_at < midnight
        key = customers.number[:, None] * len(PURPOSES) + np.arange(len(PURPOSES))
        who, purpose = np.nonzero((share(self.seed, "changed before", key) < CHANGED_BEFORE_START) & here[:, None])
        since = customers.registered_at[who]
        part = share(self.seed, "changed when", key[who, purpose])
        return self.flip(customers, who, purpose, since + (part * (midnight - since)).astype(np.int64), 0)

    def changes(self, customers: Customers, number: int, midnight: int) -> Declarations:
        """What is given and withdrawn on a day, by those who have an account."""
        count = len(self.granted)
        key = customers.number[:count, None] * len(PURPOSES) + np.arange(len(PURPOSES))
        chance = np.where(self.granted, WITHDRAWN_PER_DAY, GIVEN_PER_DAY)
        drawn = share(self.seed, f"consent changes {number}", key)
        active = ~customers.deleted[:count, None] & (self.place < MOST_DECLARATIONS - 1)
        who, purpose = np.nonzero((drawn < chance) & active)
        minutes = below(self.seed, f"consent hour {number}", key[who, purpose], 16 * 60)
        return self.flip(customers, who, purpose, midnight + 6 * HOUR + minutes * MINUTE, number)

    def objections(self, customers: Customers, objecting: np.ndarray, number: int, midnight: int) -> Declarations:
        """Support withdraws in the evening what those who object had granted, but for analytics."""
        who, purpose = np.nonzero(self.granted[objecting] & (np.arange(len(PURPOSES)) != ANALYTICS))
        at = np.full(len(who), midnight + 22 * HOUR + 30 * MINUTE)
        made = self.flip(customers, objecting[who], purpose, at, number)
        made.where[:] = SUPPORT
        return made

    def flip(self, customers: Customers, who: np.ndarray, purpose: np.ndarray, at: np.ndarray, number: int):
        """Declare the opposite of what stands."""
        granted = ~self.granted[who, purpose]
        self.granted[who, purpose] = granted
        self.place[who, purpose] += 1
        drawn = hashed(self.seed, f"declared where {number}", who * len(PURPOSES) + purpose) % np.uint64(10)
        by_link = (purpose == EMAIL_MARKETING) & ~granted & (drawn < 6)
        return Declarations(
            customer=customers.number[who],
            purpose=purpose,
            place=self.place[who, purpose].astype(np.int64),
            granted=granted,
            where=np.where(by_link, NEWSLETTER_LINK, np.where(drawn == 9, SUPPORT, ACCOUNT)),
            declared_at=at,
        )


def policy_version(declared_at: np.ndarray) -> np.ndarray:
    """The half-year of the privacy notice that was shown, as a number such as 20251."""
    month = (declared_at // MICROSECONDS_PER_DAY).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return (1970 + month // 12) * 10 + 1 + month % 12 // 6
