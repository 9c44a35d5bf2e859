"""Time that passes faster when more is sold: days of an ordinary season, in place of days of the calendar."""

import numpy as np
import pandas as pd

DAYS_OF_FOUR_HUNDRED_YEARS = 146_097


class SeasonClock:
    """Counts days by how much is sold in their month, so that a year has about as many as the calendar gives it."""

    def __init__(self, seasons: pd.DataFrame):
        """`seasons`: a row for each month with `month_number` and `purchase_index`; one that is missing is ordinary."""
        index = np.ones(12)
        index[seasons["month_number"].to_numpy(dtype="int64") - 1] = seasons["purchase_index"].to_numpy(dtype="float64")
        first = np.datetime64("1600-01-01", "D")
        days = first + np.arange(2 * DAYS_OF_FOUR_HUNDRED_YEARS)
        months = days.astype("datetime64[M]").astype("int64") % 12
        of_days = index[months]
        # Calendars repeat after 400 years, so this is the mean of any long time.
        self.first = first
        self.elapsed = np.cumsum(of_days / of_days.mean())

    def days(self, dates: np.ndarray) -> np.ndarray:
        """Days of an ordinary season up to the end of each date (datetime64), from a fixed beginning."""
        place = (dates.astype("datetime64[D]") - self.first).astype("int64")
        elapsed: np.ndarray = self.elapsed[place.clip(0, len(self.elapsed) - 1)]
        return elapsed
