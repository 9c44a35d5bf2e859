"""How often customers buy, and when they have left for good: the BG/NBD model.

Fader, Hardie and Lee, "'Counting your customers' the easy way: an alternative to the Pareto/NBD model", Marketing
Science 24 (2005). While alive, a customer buys at a rate of their own; the rates of all follow a gamma distribution
(r, alpha). After each purchase the customer leaves with a chance of their own; the chances follow a beta distribution
(a, b). Time is counted in weeks, as in the paper.

Arrays are of shape (customers,). `frequency`: purchases after the first; `recency`: weeks from the first to the last;
`age`: weeks from the first to the day that is the last known.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1

from techco.predictions.likelihood import LARGEST, most_likely

# So far may the logarithms of r, alpha, a and b go: beyond, where nobody ever leaves or all are alike, the likelihood
# is flat.
FARTHEST = (5.0, 7.0, 5.0, 5.0)


@dataclass(frozen=True)
class Parameters:
    """Of the distributions of rates (r, alpha in weeks) and of the chances to leave (a, b)."""

    r: float
    alpha: float
    a: float
    b: float


def fit(frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> Parameters | None:
    """The parameters under which what customers did is most likely; None where nobody has bought a second time."""
    found = most_likely(
        lambda values, *history: log_likelihood(Parameters(*values), *history),
        (frequency, recency, age),
        np.zeros(4),
        FARTHEST,
        {"ftol": 1e-11, "gtol": 1e-7},
    )
    if found is None:
        return None
    (r, alpha, a, b), scale = found
    return Parameters(float(r), float(alpha * scale), float(a), float(b))


def log_likelihood(parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Of each customer's purchases: the logarithm of equation 6 of the paper, in the form of Hardie's notes."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    bought = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + frequency) - betaln(a, b) - (r + frequency) * np.log(alpha + age)
    left = betaln(a + 1, b + frequency - 1) - betaln(a, b) - (r + frequency) * np.log(alpha + recency)
    likelihood: np.ndarray = bought + np.where(frequency > 0, np.logaddexp(stayed, left), stayed)
    return likelihood


def alive(parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The probability that the customer has not left. Who bought once has not: the model lets nobody leave before."""
    return 1 / (1 + odds_of_having_left(parameters, frequency, recency, age))


def odds_of_having_left(
    parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> np.ndarray:
    """How much more likely it is that the customer has left than not."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    longer = (r + frequency) * np.log((alpha + age) / (alpha + recency))
    odds = np.exp(np.minimum(longer, LARGEST)) * a / (b + np.maximum(frequency, 1) - 1)
    return np.where(frequency > 0, odds, 0.0)


def expected_purchases(
    parameters: Parameters, weeks: float, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> np.ndarray:
    """Purchases that are expected over the next `weeks`: equation 10 of the paper."""
    r, alpha, a, b = parameters.r, parameters.alpha, parameters.a, parameters.b
    # The formula divides by a - 1, where it has a limit.
    a = a if abs(a - 1) > 1e-6 else 1 + 1e-6
    gone = weeks / (alpha + age + weeks)
    # The paper's series after Euler's transformation (Abramowitz and Stegun, 15.3.3), which stays finite for who bought
    # very often; with it the powers of the rest cancel.
    series = (1 - gone) ** (a - 1) * hyp2f1(a + b - 1 - r, a - 1, a + b + frequency - 1, gone)
    while_alive = (a + b + frequency - 1) / (a - 1) * (1 - series)
    expected: np.ndarray = while_alive / (1 + odds_of_having_left(parameters, frequency, recency, age))
    return expected
