"""Parameters under which the days of customers are most likely: the search that BG/NBD and Pareto/NBD share."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize

# The exponential of more is no number any more.
LARGEST = 700.0


def most_likely(
    log_likelihood: Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray],
    history: tuple[np.ndarray, np.ndarray, np.ndarray],
    start: np.ndarray,
    farthest: tuple[float, ...],
    options: dict[str, Any],
) -> tuple[np.ndarray, float] | None:
    """The four parameters in units in which the longest history is 1, and that history; None where nobody came again.

    `history`: frequency, recency and age of customers, arrays of shape (customers,). `log_likelihood` gives that of
    each customer, of the parameters, which it gets first, and the three. `start` and `farthest` are logarithms.
    `options`: of scipy's L-BFGS-B. Customers who did the same are counted once, so the order of rows is nothing.
    """
    if not np.any(history[0] > 0):
        return None
    cases, counts = np.unique(np.column_stack(history), axis=0, return_counts=True)
    # In these units the four parameters are of like size.
    scale = cases[:, 2].max() or 1.0
    x, last, known = cases[:, 0], cases[:, 1] / scale, cases[:, 2] / scale

    def loss(logarithms: np.ndarray) -> float:
        likelihood = log_likelihood(np.exp(logarithms), x, last, known)
        return -float(np.average(np.nan_to_num(likelihood, nan=-LARGEST, neginf=-LARGEST), weights=counts))

    bounds = [(-far, far) for far in farthest]
    best = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options=options)
    return np.exp(best.x), float(scale)
