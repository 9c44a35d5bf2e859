"""What customers went through with the orders that arrive today."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.orders import NEVER, Orders
from tools.simulator.stock import day_of


@dataclass
class Delivered:
    """Arrays by delivered order, and by line of them; `of`: position of a line's order; `late`: days after the promise.

    `damaged`: the line is one that comes back because it is defective.
    """

    order: np.ndarray
    customer: np.ndarray
    country: np.ndarray
    delivered_at: np.ndarray
    late: np.ndarray
    any_damage: np.ndarray
    of: np.ndarray
    line_id: np.ndarray
    product: np.ndarray
    damaged: np.ndarray


def today(instants: np.ndarray, start: int, number: int) -> np.ndarray:
    """Which instants lie in a day, as a mask."""
    return (instants != NEVER) & (day_of(instants, start) == number)


def days_late(orders: Orders) -> np.ndarray:
    """Days from the promised to the day of delivery, 0 for what is in time or never delivered."""
    day = orders.delivered_at // MICROSECONDS_PER_DAY
    return np.where(orders.delivered_at == NEVER, 0, day - orders.promised_day).clip(0)


def delivered_today(orders: Orders, start: int, number: int) -> Delivered:
    """The orders that arrive on a day."""
    here = today(orders.delivered_at, start, number)
    chosen = np.flatnonzero(here)
    lines = np.flatnonzero(here[orders.lines.order])
    of = (np.cumsum(here) - 1)[orders.lines.order[lines]]
    damaged = orders.lines.damaged[lines]
    return Delivered(
        order=orders.number[chosen],
        customer=orders.customer[chosen],
        country=orders.country[chosen],
        delivered_at=orders.delivered_at[chosen],
        late=days_late(orders)[chosen],
        any_damage=np.bincount(of, weights=damaged, minlength=len(chosen)) > 0,
        of=of,
        line_id=orders.number[orders.lines.order[lines]] * 10 + orders.lines.number[lines],
        product=orders.lines.product[lines],
        damaged=damaged,
    )
