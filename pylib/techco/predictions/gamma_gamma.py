"""What customers spend on a purchase: the gamma-gamma model.

Fader, Hardie and Lee, "RFM and CLV: using iso-value curves for customer base analysis", Journal of Marketing Research
42 (2005). What a customer spends varies around a mean of their own; the means of all follow a distribution (q, gamma).
Someone who bought little is drawn towards the mean of all.

Arrays are of shape (customers,). `purchases`: how many the mean is of; `mean_value`: of these purchases.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

# So far may a logarithm of a parameter go: beyond it the likelihood is flat, as where all purchases are of one price.
FARTHEST = 12.0


@dataclass(frozen=True)
class Parameters:
    """p: how alike a customer's purchases are; q, gamma (in money): how alike customers are."""

    p: float
    q: float
    gamma: float


def fit(purchases: np.ndarray, mean_value: np.ndarray) -> Parameters | None:
    """The parameters under which these means are most likely; None where no customer has a positive one."""
    known = (purchases > 0) & (mean_value > 0)
    if not known.any():
        return None
    # The order of rows decides in which order is added up, and so the last bits.
    order = np.lexsort((mean_value[known], purchases[known]))
    x, m = purchases[known][order], mean_value[known][order]
    scale = float(np.mean(m))
    m = m / scale

    def loss(logarithms: np.ndarray) -> float:
        p, q, gamma = np.exp(logarithms)
        return -float(
            np.mean(
                gammaln(p * x + q)
                - gammaln(p * x)
                - gammaln(q)
                + q * np.log(gamma)
                + (p * x - 1) * np.log(m)
                + p * x * np.log(x)
                - (p * x + q) * np.log(gamma + m * x)
            )
        )

    best = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=[(-FARTHEST, FARTHEST)] * 3)
    p, q, gamma = np.exp(best.x)
    return Parameters(float(p), float(q), float(gamma * scale))


def expected_value(parameters: Parameters, purchases: np.ndarray, mean_value: np.ndarray) -> np.ndarray:
    """What a customer's next purchase is expected to be worth; for who has none to go by, the mean of all.

    A mean below 0, of someone who got back more than was paid, counts as 0.
    """
    p, q, gamma = parameters.p, parameters.q, parameters.gamma
    # The mean of all exists where q is above 1; just above, it is without bound.
    q = max(q, 1.05)
    value: np.ndarray = p * (gamma + purchases * np.maximum(mean_value, 0.0)) / (p * purchases + q - 1)
    return value
