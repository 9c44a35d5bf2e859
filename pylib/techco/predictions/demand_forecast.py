"""How many pieces of each product each warehouse will be asked for, week by week.

One product in one warehouse is asked for less than once a week, so what it tells is little; level and season are those
of the whole company. So these are found in the sum of all products and split down: the level by a damped trend
(Gardner and McKenzie, "Forecasting trends in time series", Management Science 31, 1985), the season by what the company
sold in each week of a year before, and the share of a product and warehouse by empirical Bayes (a gamma-Poisson model:
Fader and Hardie, "Applied probability models in marketing research", 2001): a product that is new or rarely sold is
drawn towards its category in the warehouse. Forecasts of products add up to that of the company.

Whole numbers vary as a negative binomial distribution does, with a dispersion that all products have in common.

Everything is forecast as of several weeks, the origins: of the last one, which is now, and of earlier ones, so that it
can be held against what came. As of an origin nothing is used that came later.
"""

import numpy as np
import pandas as pd
from scipy.stats import nbinom

WEEKS_AHEAD = 9
ORIGINS, WEEKS_APART, LEAST_WEEKS = 8, 4, 12
# Weeks after which what was sold counts half: for a product's share, and for the company's level.
SHARE_HALF_LIFE, LEVEL_HALF_LIFE, LEVEL_WEEKS = 13.0, 13.0, 26
# A trend goes on by half: over eight origins of the simulated company the total is off by 4.3 % in the mean; by 6.1 %
# without a trend, and by 4.8 % with all of it.
DAMPING = 0.5
# The least that products of a category may differ by: with none, one piece more or less would say nothing.
LEAST_VARIANCE, LEAST_DISPERSION = 0.05, 0.001
DISPERSION_WEEKS = 13
UPPER = 0.90
DIGITS = 4
WEEK = pd.Timedelta(days=7)
KEYS = ["product_key", "warehouse_key"]
QUANTITIES = ["expected_quantity", "deviation_quantity", "p50_quantity", "p90_quantity"]


def forecast(demand: pd.DataFrame, seasons: pd.DataFrame) -> pd.DataFrame:
    """What each product that is offered is asked for, as of each origin.

    `demand`: a row per product, warehouse and whole week that it was there, with `category_code`, `week_start` (a
    Monday), `day_count`, `demand_quantity` and `is_offered`, whether it still is at the week's end. `seasons`: a row
    per ISO week with `iso_week` and `sales_index`; one that is missing is ordinary.

    Returns a row per origin, product, warehouse and week: `origin_week_start`, the last week that is known; keys;
    `week_start`; `expected_quantity`, the mean, and `deviation_quantity`, the standard deviation; `p50_quantity`; and
    `p90_quantity`, which 90 % of the rows of an origin are expected not to exceed.
    """
    columns = ["origin_week_start", *KEYS, "week_start", *QUANTITIES]
    if demand.empty:
        dates = dict.fromkeys(["origin_week_start", "week_start"], "datetime64[us]")
        types = dates | dict.fromkeys(KEYS, "string") | dict.fromkeys(QUANTITIES, "float64")
        return pd.DataFrame(columns=columns).astype(types)
    shelves = Shelves(demand, seasons)
    last = len(shelves.weeks) - 1
    found = [shelves.as_of(origin) for origin in range(last, LEAST_WEEKS - 2, -WEEKS_APART)[:ORIGINS]]
    return pd.concat(found or [shelves.as_of(last)], ignore_index=True)[columns]


class Shelves:
    """Demand as arrays of shape (shelves, weeks); a shelf is a product in a warehouse."""

    def __init__(self, demand: pd.DataFrame, seasons: pd.DataFrame):
        """See `forecast`. Shelves are in the order of keys, so that the order of rows is nothing."""
        demand = demand.sort_values([*KEYS, "week_start"])
        self.keys = demand.groupby(KEYS, as_index=False)["category_code"].last()
        shelf = demand[KEYS].merge(self.keys.reset_index(), on=KEYS, how="left")["index"].to_numpy()
        first, last = demand["week_start"].min(), demand["week_start"].max()
        self.weeks = pd.date_range(first, last, freq=WEEK)
        week = ((demand["week_start"] - first) // WEEK).to_numpy()
        self.season_of = np.ones(54)
        self.season_of[seasons["iso_week"].to_numpy("int64")] = seasons["sales_index"].to_numpy("float64")

        def of_weeks(values: pd.Series) -> np.ndarray:
            laid_out = np.zeros((len(self.keys), len(self.weeks)))
            laid_out[shelf, week] = values.to_numpy("float64")
            return laid_out

        self.quantity = of_weeks(demand["demand_quantity"])
        self.there = of_weeks(demand["day_count"]) / 7
        self.offered = of_weeks(demand["is_offered"].astype("float64")) > 0
        places = self.keys["category_code"].astype("string").fillna("") + "/" + self.keys["warehouse_key"]
        self.group = pd.factorize(places, sort=True)[0]

    def season(self, first: int, number: int) -> np.ndarray:
        """What weeks sell, for what an ordinary one does; `first` counts from the first week that is known."""
        days = pd.date_range(self.weeks[0] + first * WEEK, periods=number, freq=WEEK)
        index: np.ndarray = self.season_of[days.isocalendar().week.to_numpy("int64")]
        return index

    def as_of(self, origin: int) -> pd.DataFrame:
        """Forecasts as of one week, by its number."""
        known = self.season(0, origin + 1)
        ahead = self.season(origin + 1, WEEKS_AHEAD)
        offered = np.flatnonzero(self.offered[:, origin])
        rate = self.rates(origin, known)[offered]
        total = level(self.quantity[:, : origin + 1].sum(axis=0) / known)
        # The company's level is split by rates; without any sale there is nothing to split.
        share = rate / rate.sum() if rate.sum() > 0 else rate
        expected = share[:, np.newaxis] * total * ahead
        past = share[:, np.newaxis] * total[0] * known[-DISPERSION_WEEKS:]
        dispersed = dispersion(self.quantity[offered, : origin + 1][:, -DISPERSION_WEEKS:], past)
        median, upper = quantiles(expected, dispersed)
        rows = self.keys.iloc[np.repeat(offered, WEEKS_AHEAD)].reset_index(drop=True)
        said: pd.DataFrame = rows.assign(
            origin_week_start=self.weeks[origin],
            week_start=np.tile(self.weeks[origin] + WEEK * np.arange(1, WEEKS_AHEAD + 1), len(offered)),
            expected_quantity=expected.ravel().round(DIGITS),
            deviation_quantity=np.sqrt(expected + dispersed * expected**2).ravel().round(DIGITS),
            p50_quantity=median.ravel(),
            p90_quantity=upper.ravel(),
        )
        return said

    def rates(self, origin: int, season: np.ndarray) -> np.ndarray:
        """Pieces of an ordinary week for each shelf, drawn towards its category in the warehouse."""
        weight = 0.5 ** (np.arange(origin, -1, -1) / SHARE_HALF_LIFE)
        pieces = (self.quantity[:, : origin + 1] * weight).sum(axis=1)
        weeks = (self.there[:, : origin + 1] * season * weight).sum(axis=1)
        by_group = np.bincount(self.group, pieces) / np.maximum(np.bincount(self.group, weeks), 1e-9)
        usual = np.maximum(by_group[self.group], 1e-9)
        expected = weeks * usual
        if expected.sum() <= 0:
            return np.zeros(len(pieces))
        # By how much shelves of a group differ, beyond what chance makes of few pieces.
        seen = expected > 0
        relative = pieces[seen] / expected[seen] - 1
        beyond_chance = np.average(relative**2, weights=expected[seen]) - seen.sum() / expected[seen].sum()
        prior = 1 / max(beyond_chance, LEAST_VARIANCE)
        rate: np.ndarray = (prior + pieces) / (prior / usual + weeks)
        return rate


def level(totals: np.ndarray) -> np.ndarray:
    """The company's pieces of each of the WEEKS_AHEAD, as ordinary weeks, from those of the weeks that are known."""
    recent = np.maximum(totals[-LEVEL_WEEKS:], 0.0)
    weeks = np.arange(len(recent)) - (len(recent) - 1.0)
    weight = 0.5 ** (-weeks / LEVEL_HALF_LIFE)
    # Weeks without a sale have no logarithm; a company that sells nothing in some has no trend to speak of.
    if (recent <= 0).any() or len(recent) < LEAST_WEEKS:
        return np.full(WEEKS_AHEAD, np.average(recent, weights=weight))
    logarithms = np.log(recent)
    middle, mean = np.average(weeks, weights=weight), np.average(logarithms, weights=weight)
    slope = (weight * (weeks - middle) * (logarithms - mean)).sum() / (weight * (weeks - middle) ** 2).sum()
    ahead: np.ndarray = np.exp(mean + DAMPING * slope * (np.arange(1, WEEKS_AHEAD + 1) - middle))
    return ahead


def dispersion(quantity: np.ndarray, expected: np.ndarray) -> float:
    """By how much weeks vary beyond chance, of all products alike: by the method of moments."""
    squares = float((expected**2).sum())
    beyond_chance = float(((quantity - expected) ** 2 - expected).sum())
    return max(beyond_chance / squares, LEAST_DISPERSION) if squares > 0 else LEAST_DISPERSION


def quantiles(expected: np.ndarray, dispersed: float) -> tuple[np.ndarray, np.ndarray]:
    """P50, and P90 of all rows together.

    Of a product that is asked for once in a month even 0 is seldom exceeded, and whole numbers above cover more than is
    asked of them. So P90 is the quantile of one level for all rows, by which 90 % of them are covered, and not of 90 %
    for each, which would cover 95 %.
    """
    if not expected.size or not (expected > 0).any():
        return np.zeros_like(expected), np.zeros_like(expected)
    size = 1 / dispersed
    chance = size / (size + np.maximum(expected, 1e-12))
    low, high = 0.0, 1.0 - 1e-6
    # Halved so often that it is exact to a millionth.
    for _ in range(20):
        middle = (low + high) / 2
        covered = nbinom.cdf(nbinom.ppf(middle, size, chance), size, chance).mean()
        low, high = (middle, high) if covered < UPPER else (low, middle)
    return nbinom.ppf(0.5, size, chance), np.maximum(nbinom.ppf(high, size, chance), 0.0)
