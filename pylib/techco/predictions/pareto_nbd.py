"""How often customers are active, and when they have left for good: the Pareto/NBD model.

Schmittlein, Morrison and Colombo, "Counting your customers: who are they and what will they do next?", Management
Science 33 (1987); the likelihood as in Fader and Hardie, "A note on deriving the Pareto/NBD model" (2005). While alive,
a customer is active at a rate of their own; the rates of all follow a gamma distribution (r, alpha). Each lives for a
time that is exponential with a hazard of their own; the hazards follow another (s, beta). Unlike with BG/NBD someone
may leave between two activities, and after the first.

Arrays are of shape (customers,). `frequency`: activities after the first; `recency`: weeks from the first to the last;
`age`: weeks from the first to the day that is the last known.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, hyp2f1

from techco.predictions.likelihood import LARGEST, most_likely

# So far may the logarithms of shapes (r, s) and scales (alpha, beta) go: beyond, where nobody ever leaves or all are
# alike, the likelihood is flat and the series converges too slowly to be worked out.
FARTHEST = (4.0, 7.0, 2.0, 7.0)
SMALLEST = 1e-300
# Logarithms from which the search starts, time in units of the longest history.
START = np.log([1.0, 0.3, 0.5, 1.0])


@dataclass(frozen=True)
class Parameters:
    """Of the distributions of rates (r, alpha in weeks) and of the hazards to leave (s, beta in weeks)."""

    r: float
    alpha: float
    s: float
    beta: float


def fit(frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> Parameters | None:
    """The parameters under which what customers did is most likely; None where nobody was active a second time."""
    found = most_likely(
        lambda values, *history: log_likelihood(Parameters(*values), *history),
        (frequency, recency, age),
        START,
        FARTHEST,
        {"ftol": 1e-8, "gtol": 1e-5},
    )
    if found is None:
        return None
    (r, alpha, s, beta), scale = found
    return Parameters(float(r), float(alpha * scale), float(s), float(beta * scale))


def log_likelihood(parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Of each customer's activities."""
    r, alpha, s, beta = parameters.r, parameters.alpha, parameters.s, parameters.beta
    active = gammaln(r + frequency) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    stayed = -(r + frequency) * np.log(alpha + age) - s * np.log(beta + age)
    left = np.log(s / (r + s + frequency)) + log_of_leaving(parameters, frequency, recency, age)
    likelihood: np.ndarray = active + np.logaddexp(stayed, left)
    return likelihood


def log_of_leaving(parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The logarithm of A0 of the note: how likely it is to have left between the last activity and the last day."""
    r, alpha, s, beta = parameters.r, parameters.alpha, parameters.s, parameters.beta
    both = r + s + frequency
    larger, smaller, second = (alpha, beta, s + 1) if alpha >= beta else (beta, alpha, r + frequency)

    def until(weeks: np.ndarray) -> np.ndarray:
        # Euler's transformation of the series (Abramowitz and Stegun, 15.3.3), which stays finite for who is very often
        # active.
        rest = np.log((smaller + weeks) / (larger + weeks))
        series = hyp2f1(1, both + 1 - second, both + 1, (larger - smaller) / (larger + weeks))
        logarithm: np.ndarray = (1 - second) * rest + np.log(series) - both * np.log(larger + weeks)
        return logarithm

    since_last, since_now = until(recency), until(age)
    difference: np.ndarray = since_last + np.log(np.maximum(-np.expm1(since_now - since_last), SMALLEST))
    return difference


def alive(parameters: Parameters, frequency: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """The probability that the customer has not left."""
    r, alpha, s, beta = parameters.r, parameters.alpha, parameters.s, parameters.beta
    odds = (
        np.log(s / (r + s + frequency))
        + (r + frequency) * np.log(alpha + age)
        + s * np.log(beta + age)
        + log_of_leaving(parameters, frequency, recency, age)
    )
    probability: np.ndarray = 1 / (1 + np.exp(np.minimum(odds, LARGEST)))
    return probability


def expected_while_alive(parameters: Parameters, weeks: float, frequency: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Activities that are expected over the next `weeks` of someone who has not left yet, but may leave in them."""
    r, alpha, s, beta = parameters.r, parameters.alpha, parameters.s, parameters.beta
    # The formula divides by s - 1, where it has a limit.
    s = s if abs(s - 1) > 1e-6 else 1 + 1e-6
    time = (beta + age) / (s - 1) * (1 - ((beta + age) / (beta + age + weeks)) ** (s - 1))
    return (r + frequency) / (alpha + age) * time
