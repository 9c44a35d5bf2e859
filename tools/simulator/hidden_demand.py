"""How many pieces of each product a day is expected to sell in each country, if nothing is ever sold out.

Said a second time, without drawing anything: from the same rates and tastes as `shopping`.
"""

import numpy as np

from tools.simulator import countries, customers
from tools.simulator.catalog import CATEGORIES
from tools.simulator.customers import AFFINITY, BUSINESS, KINDS, Customers
from tools.simulator.shopping import (
    GUEST,
    GUESTS_ELSEWHERE,
    KNOWN_BOUNCE,
    KNOWN_VISITORS,
    LAST_LINE,
    LAST_PIECE,
    LOGS_IN,
    MOST_LINES,
    MOST_PIECES,
    SECOND_PIECE,
    TASTES,
    THIRD_PIECE,
    UNKNOWN_BOUNCE,
    UNKNOWN_FACTOR,
    Day,
    visit_rates,
)


def geometric_mean_up_to(last: np.ndarray | float, most: int) -> np.ndarray | float:
    """The mean of draws that stop with probability `last`, cut at `most`: the sum of the chances to get that far."""
    return sum((1 - last) ** place for place in range(most))


LINES = geometric_mean_up_to(LAST_LINE, MOST_LINES)
PIECES = np.full(GUEST + 1, 1 + SECOND_PIECE + THIRD_PIECE)
PIECES[BUSINESS] = geometric_mean_up_to(LAST_PIECE, MOST_PIECES)


def by_kind_and_country(people: Customers, weights: np.ndarray) -> np.ndarray:
    """Shares of weights by kind (guests last, with none) and country."""
    place = people.kind * len(countries.CODES) + people.country
    found = np.bincount(place, weights=weights, minlength=(GUEST + 1) * len(countries.CODES))
    return found.reshape(GUEST + 1, -1) / max(weights.sum(), 1e-12)


def expected_orders(day: Day, people: Customers) -> np.ndarray:
    """Expected orders of a day by kind of customer (guests last) and country."""
    rates = visit_rates(day, people)
    on_visits = rates * day.visiting[people.country]
    visits = on_visits / customers.PURCHASE_FACTORS[people.kind]
    factor = on_visits.sum() / max(visits.sum(), 1e-12)
    known = KNOWN_VISITORS * (1 - KNOWN_BOUNCE) * factor
    unknown = (1 - KNOWN_VISITORS) * (1 - UNKNOWN_BOUNCE) * UNKNOWN_FACTOR
    by_country = countries.SHARES * day.visiting / (countries.SHARES @ day.visiting)
    # Those who log in at the checkout are customers of the country.
    here = by_kind_and_country(people, rates)
    logs_in = LOGS_IN * here / here.sum(axis=0, keepdims=True).clip(1e-12) * by_country
    logs_in[GUEST] = (1 - LOGS_IN) * by_country
    web = (known * by_kind_and_country(people, on_visits) + unknown * logs_in) / (known + unknown)
    elsewhere = by_kind_and_country(people, day.rates * customers.ELSEWHERE[people.kind])
    guests = GUESTS_ELSEWHERE * elsewhere.sum(axis=0)
    elsewhere = elsewhere * (1 - GUESTS_ELSEWHERE)
    elsewhere[GUEST] = guests
    return day.orders_from_visits * web + day.orders_elsewhere * elsewhere


def expected_units(day: Day, people: Customers) -> np.ndarray:
    """Expected pieces of a day by product and country."""
    liked = np.zeros((len(KINDS), len(CATEGORIES)))
    np.add.at(liked, (people.kind, people.affinity), day.rates)
    liked /= liked.sum(axis=1, keepdims=True).clip(1e-12)
    mix = TASTES.copy()
    mix[:GUEST] = (1 - AFFINITY) * TASTES[:GUEST] + AFFINITY * liked
    by_category = np.einsum("kc,k,kg->gc", expected_orders(day, people), LINES * PIECES, mix)
    return day.draw.of_category[:, np.newaxis] * by_category[day.draw.category]
