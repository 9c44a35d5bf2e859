"""Parcels: what leaves the warehouse for an order, as warehouse and carrier both know it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.orders import Orders
from tools.simulator.randomness import below, share

# Two in each country, by country.
CARRIERS = ["dhl", "hermes", "ups", "fedex", "correios", "jadlog", "royal_mail", "evri"]
TWO_PARCELS = 0.10


@dataclass
class Parcels:
    """Arrays by parcel: position of its order, number, index of the country, and position in CARRIERS."""

    order: np.ndarray
    number: np.ndarray
    country: np.ndarray
    carrier: np.ndarray


def parcels_of(seed: int, orders: Orders, chosen: np.ndarray) -> Parcels:
    """The parcels of the orders at `chosen`; some orders of several lines need two."""
    lines = np.bincount(orders.lines.order, minlength=len(orders))[chosen]
    parcels = 1 + ((lines > 1) & (share(seed, "second parcel", orders.number[chosen]) < TWO_PARCELS))
    parcel = np.arange(parcels.sum()) - np.repeat(np.cumsum(parcels) - parcels, parcels) + 1
    order = np.repeat(chosen, parcels)
    number, country = orders.number[order] * 10 + parcel, orders.country[order]
    return Parcels(order, number, country, 2 * country + below(seed, "carrier", number, 2))


def tracking_numbers(seed: int, number: np.ndarray) -> pa.Array:
    """What the carrier calls each parcel."""
    return columns.ids("TN", below(seed, "tracking", number, 10**12), 12)
