"""Advertising campaigns: on which days each runs in each country, and how many visits it brings."""

from datetime import date

import numpy as np

from tools.simulator import countries

NAMES = ["brand", "back_to_school", "gifts", "retargeting"]
BRAND, BACK_TO_SCHOOL, GIFTS, RETARGETING = range(4)
# Visits that each brings on its days, for one visit by advertising on a day without a season: brand and retargeting
# run all year and share that one; what a season brings comes on top.
BROUGHT = np.array([0.6, 0.5, 0.5, 0.4])
# First and last day of each year's season, as month and day, by country. Brazil's school year begins in February.
SUMMERS_END, CARNIVAL, ADVENT = ((8, 1), (9, 20)), ((1, 10), (2, 20)), ((11, 1), (12, 24))
SEASONS = {
    BACK_TO_SCHOOL: [CARNIVAL if country == countries.BR else SUMMERS_END for country in range(len(countries.CODES))],
    GIFTS: [ADVENT] * len(countries.CODES),
}


def season(name: int, country: int, year: int) -> tuple[date, date] | None:
    """A campaign's first and last day of a year in a country; None where it runs all year."""
    if name not in SEASONS:
        return None
    first, last = SEASONS[name][country]
    return date(year, *first), date(year, *last)


def brought(day: date) -> np.ndarray:
    """What each campaign brings in each country on a day, as in BROUGHT; 0 where it does not run."""
    found = np.tile(BROUGHT, (len(countries.CODES), 1))
    for name in SEASONS:
        for country in range(len(countries.CODES)):
            first, last = season(name, country, day.year)
            if not first <= day <= last:
                found[country, name] = 0
    return found
