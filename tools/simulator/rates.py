"""Exchange rates: what a euro costs, for every day from a week before the world begins."""

import math
from datetime import date, timedelta

import numpy as np

from tools.simulator.randomness import stream

CURRENCIES = ("USD", "BRL", "GBP")
LEVELS = np.array([1.10, 6.20, 0.86])
DAYS_BEFORE_START = 7
PULL_TO_LEVEL = 0.02
DAILY_VOLATILITY = 0.004


class Rates:
    """A mean-reverting walk for each currency."""

    def __init__(self, seed: int, start: date):
        """Begin a week before `start`."""
        self.seed = seed
        self.first = start - timedelta(days=DAYS_BEFORE_START)
        self.logs = [np.zeros(3)]

    def on(self, day: date) -> np.ndarray:
        """USD, BRL and GBP for one euro, rounded to 6 decimals."""
        number = (day - self.first).days
        while len(self.logs) <= number:
            shock = stream(self.seed, "rates", len(self.logs)).normal(0, DAILY_VOLATILITY, 3)
            self.logs.append(self.logs[-1] * (1 - PULL_TO_LEVEL) + shock)
        return np.array([round(level * math.exp(log), 6) for level, log in zip(LEVELS, self.logs[number], strict=True)])

    def per_euro(self, day: date) -> np.ndarray:
        """Local currency for one euro, by country."""
        usd, brl, gbp = self.on(day)
        return np.array([1.0, usd, brl, gbp])
