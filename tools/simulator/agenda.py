"""What will happen on later days, kept until its day comes: state is as long as the longest delay, not as the world."""

import numpy as np


class Agenda:
    """Rows as arrays by name, each with the day of the world that it is for."""

    def __init__(self):
        """Nothing is planned."""
        self.days = np.zeros(0, dtype=np.int64)
        self.rows: dict[str, np.ndarray] = {}

    def add(self, days: np.ndarray, rows: dict[str, np.ndarray]) -> None:
        """Plan rows, all with the same names."""
        self.days = np.concatenate([self.days, days])
        planned = self.rows or {name: values[:0] for name, values in rows.items()}
        self.rows = {name: np.concatenate([planned[name], values]) for name, values in rows.items()}

    def due(self, number: int) -> dict[str, np.ndarray]:
        """Take the rows of a day, in the order in which they were planned."""
        now = self.days <= number
        found = {name: values[now] for name, values in self.rows.items()}
        self.rows = {name: values[~now] for name, values in self.rows.items()}
        self.days = self.days[~now]
        return found
