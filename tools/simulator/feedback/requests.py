"""Requests under privacy law: those who close their account want to be forgotten, others to know what is stored."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.customers import Customers
from tools.simulator.feedback.writers import Person, Text, slip
from tools.simulator.leads import LEADS, Leads
from tools.simulator.orders import HOUR, MINUTE
from tools.simulator.randomness import Dice, below, share
from tools.simulator.texts import BOOKS

# Of those who close their account; of all others on a day; of newsletter readers when they regret.
ERASE_WITH_ACCOUNT = 0.8
PER_DAY = 0.00008
LEAD_REGRETS = 0.04
# An active customer who wants to be erased closes the account, so these are what the others ask for.
KINDS = ("export", "export", "export", "export", "export", "object", "rectify")
NOT_IDENTIFIED = 0.06
HIDDEN = 0.3


@dataclass(frozen=True)
class PrivacyRequest:
    """`identified`: the CRM knows which customer it is."""

    number: int
    person: Person
    identified: bool
    kind: str
    details: Text
    requested_at: int


class Requests:
    """Numbers the requests."""

    def __init__(self, seed: int):
        """None was made yet."""
        self.seed = seed
        self.made = 0

    def due(self, customers: Customers, closed: np.ndarray | None, leads: Leads, number: int, midnight: int):
        """The requests of a day, in the order of time; `closed`: who closed the account today."""
        closed = np.zeros(0, dtype=np.int64) if closed is None else closed
        erase = closed[share(self.seed, "erase", customers.number[closed]) < ERASE_WITH_ACCOUNT]
        drawn = share(self.seed, f"privacy request {number}", customers.number)
        ask = np.flatnonzero((drawn < PER_DAY) & ~customers.deleted & (customers.registered_at < midnight))
        regret = np.flatnonzero(
            (leads.created_at >= midnight) & (share(self.seed, "regret", leads.number) < LEAD_REGRETS)
        )
        customer = np.concatenate([customers.number[erase], customers.number[ask], 0 * leads.number[regret]])
        other = np.concatenate([0 * erase, 0 * ask, leads.number[regret]])
        country = np.concatenate([customers.country[erase], customers.country[ask], leads.country[regret]])
        # Accounts are closed, and addresses left, before ten in the evening.
        at = midnight + 22 * HOUR + below(self.seed, f"request's hour {number}", customer + other, 100) * MINUTE
        at[len(erase) : len(erase) + len(ask)] -= 14 * HOUR
        order = np.argsort(at, kind="stable")
        erases = ~np.isin(np.arange(len(at)), len(erase) + np.arange(len(ask)))
        rows = {"at": at, "erases": erases, "customer": customer, "order": other, "country": country}
        return {name: values[order] for name, values in rows.items()}

    def live(self, due: dict[str, np.ndarray], writers: list[Person]) -> list[PrivacyRequest]:
        """The requests of a day as they are made."""
        rows = zip(due["at"].tolist(), due["erases"].tolist(), writers, strict=True)
        return [self.write(*row) for row in rows]

    def write(self, at: int, erases: bool, person: Person) -> PrivacyRequest:
        """One request."""
        self.made += 1
        dice = Dice(self.seed, "privacy request", self.made)
        kind = "erase" if erases else dice.of(KINDS)
        said = [dice.of(BOOKS[person.language].REQUESTS[kind])]
        identified = 0 < person.customer < LEADS and not dice.chance(NOT_IDENTIFIED)
        return PrivacyRequest(self.made, person, identified, kind, slip(dice, person, said, HIDDEN, "\n"), at)
