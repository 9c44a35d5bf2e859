"""Randomness that depends on the seed and on names only, never on the order of calls."""

import zlib
from functools import lru_cache

import numpy as np

MASK, GOLDEN = 2**64 - 1, 0x9E3779B97F4A7C15
MULTIPLIERS = tuple(np.uint64(number) for number in (GOLDEN, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
SHIFTS, LAST_SHIFT = (np.uint64(30), np.uint64(27)), np.uint64(31)


def stream(seed: int, name: str, day: int = 0) -> np.random.Generator:
    """A generator of its own for each purpose and day."""
    return np.random.default_rng([seed, zlib.crc32(name.encode()), day])


def hashed(seed: int, name: str, ids: np.ndarray) -> np.ndarray:
    """A fixed 64-bit number for each id (SplitMix64, Steele et al. 2014): facts of a person need no memory."""
    # Products that are too large lose their upper bits, of which numpy warns for single numbers only.
    z = np.asarray(ids).astype(np.uint64)
    z *= MULTIPLIERS[0]
    z += offset(seed, name)
    for shift, multiplier in zip(SHIFTS, MULTIPLIERS[1:], strict=True):
        z ^= z >> shift
        z *= multiplier
    z ^= z >> LAST_SHIFT
    return z


@lru_cache(maxsize=1024)
def offset(seed: int, name: str) -> np.uint64:
    """Where the sequence of a name begins."""
    return np.uint64((seed * 0x632BE59BD9B4E019 + zlib.crc32(name.encode()) * 0xD1342543DE82EF95) % 2**64)


def below(seed: int, name: str, ids: np.ndarray, bound) -> np.ndarray:
    """A fixed whole number from 0 to bound - 1 for each id."""
    return (hashed(seed, name, ids) % np.asarray(bound).astype(np.uint64)).astype(np.int64)


def share(seed: int, name: str, ids: np.ndarray) -> np.ndarray:
    """A fixed number from 0 up to 1 for each id."""
    return (hashed(seed, name, ids) >> np.uint64(11)).astype(np.float64) / 2.0**53


def weighted(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Indices drawn with replacement, in proportion to weights."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right").clip(0, len(weights) - 1)


class Dice:
    """Draws for a single thing, such as a ticket, one after the other (SplitMix64)."""

    def __init__(self, seed: int, name: str, key: int):
        """The same seed, name and key give the same draws."""
        self.state = (key * 0xBF58476D1CE4E5B9 + seed * 0x632BE59BD9B4E019 + zlib.crc32(name.encode()) * GOLDEN) & MASK

    def below(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""
        self.state = (self.state + GOLDEN) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return (z ^ (z >> 31)) % bound

    def chance(self, probability: float) -> bool:
        """True in that share of the cases."""
        return self.below(1_000_000) < probability * 1_000_000

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high - 1."""
        return low + self.below(high - low)

    def of(self, things):
        """One of several things."""
        return things[self.below(len(things))]
