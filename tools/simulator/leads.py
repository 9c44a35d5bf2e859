"""People who left their address for the newsletter and never registered."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.randomness import share, stream, weighted

# Keeps their personal data apart from customers'.
LEADS = 5 * 10**8
# For one customer.
LEADS_AT_START = 0.02
LEADS_PER_DAY = 0.0001


@dataclass
class Leads:
    """Arrays by lead: number of the person, country, and when the contact was made."""

    number: np.ndarray
    country: np.ndarray
    created_at: np.ndarray


def leads_of(seed: int, customers: int, known: int, day: int, midnight: int) -> Leads:
    """The leads of a day, numbered after `known` others; the first day brings those of the year before."""
    rng = stream(seed, "leads", day)
    count = max(1, int(customers * LEADS_AT_START)) if day == 0 else rng.poisson(customers * LEADS_PER_DAY)
    number = LEADS + known + 1 + np.arange(count)
    into = share(seed, "lead", number)
    at = into * 365 - 365 if day == 0 else 0.25 + 0.7 * into
    return Leads(
        number, weighted(rng, countries.SHARES, count), midnight + (at * MICROSECONDS_PER_DAY).astype(np.int64)
    )
