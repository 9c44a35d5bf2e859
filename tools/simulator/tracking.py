"""The way of each parcel from the warehouse to the customer, step by step."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import catalog, people
from tools.simulator.agenda import Agenda
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.orders import HOUR, MINUTE, NEVER, Orders
from tools.simulator.parcels import Parcels, parcels_of
from tools.simulator.randomness import below, share
from tools.simulator.stock import day_of

STEPS = ["picked_up", "in_transit", "out_for_delivery", "delivery_failed", "delivered", "returned_to_sender"]
PICKED_UP, IN_TRANSIT, OUT_FOR_DELIVERY, DELIVERY_FAILED, DELIVERED, RETURNED_TO_SENDER = range(6)
# The towns of the warehouses, by country, then all towns that customers live in.
PLACES = [warehouse[2] for warehouse in catalog.WAREHOUSES[:4]] + [city[0] for city in people.CITY.entries]
FIRST_TOWN = 4
FAILED_ATTEMPTS = 0.07
# Of the orders that come back whole, so many come back under the number of their own parcel.
SENT_BACK = 0.4
SIGNED_BY_CUSTOMER, SIGNED_BY_NEIGHBOUR = 0.55, 0.68
# Keeps neighbours apart from customers, guests and suppliers' contacts.
NEIGHBOURS = 3 * 10**8
# Keeps addresses of guests apart from customers'.
GUEST_ADDRESSES = 10**13
TOLD_A_DAY_LATE, TOLD_TWICE, TOLD_AGAIN_NEXT_DAY = 0.012, 0.020, 0.026


@dataclass
class Steps:
    """Arrays by step: parcel's number, country, carrier, kind, place (position in PLACES), signer (0: nobody), when."""

    number: np.ndarray
    country: np.ndarray
    carrier: np.ndarray
    kind: np.ndarray
    place: np.ndarray
    signer: np.ndarray
    occurred_at: np.ndarray


class Tracking:
    """Plans the steps of a parcel when it is handed over, and tells them on the days when carriers report them."""

    def __init__(self, seed: int, start: int):
        """No parcel is on its way at `start` (microseconds)."""
        self.seed = seed
        self.start = start
        self.agenda = Agenda()

    def live(self, orders: Orders, number: int) -> Steps:
        """What carriers report on a day: most steps of the day, few of the day before, and few for a second time."""
        shipped = np.flatnonzero((orders.shipped_at != NEVER) & (day_of(orders.shipped_at, self.start) == number))
        parcels = parcels_of(self.seed, orders, shipped)
        steps = way(self.seed, orders, parcels)
        drawn = share(self.seed, "told by the carrier", steps["number"] * 64 + np.arange(len(steps["number"])) % 64)
        day = day_of(steps["occurred_at"], self.start)
        self.agenda.add(day + (drawn < TOLD_A_DAY_LATE), steps)
        again = (drawn >= TOLD_A_DAY_LATE) & (drawn < TOLD_AGAIN_NEXT_DAY)
        self.agenda.add((day + (drawn >= TOLD_TWICE))[again], {name: values[again] for name, values in steps.items()})
        return Steps(**self.agenda.due(number))


def way(seed: int, orders: Orders, parcels: Parcels) -> dict[str, np.ndarray]:
    """All steps of parcels, as the arrays of Steps."""
    number, country, order = parcels.number, parcels.country, parcels.order
    shipped, delivered = orders.shipped_at[order], orders.delivered_at[order]
    days = delivered // MICROSECONDS_PER_DAY - shipped // MICROSECONDS_PER_DAY

    def within(name: str, low: int, high: int) -> np.ndarray:
        return low + below(seed, name, number, high - low)

    home = FIRST_TOWN + people.CITY.of(seed, address_of(orders, order), country)
    hub = FIRST_TOWN + people.CITY.of(seed, number, country)
    out = delivered - within("out for delivery", 45 * MINUTE, 4 * HOUR)
    failed = (days >= 2) & (share(seed, "failed attempt", number) < FAILED_ATTEMPTS)
    back = orders.fully_returned[order] & (share(seed, "sent back", number) < SENT_BACK)
    returned = np.where(back, orders.returned_at[order], 0) - within("back at the depot", HOUR, 5 * HOUR)
    # (which parcels, kind, when, where)
    parts = (
        (days >= 0, PICKED_UP, shipped + within("picked up", 20 * MINUTE, 3 * HOUR), country),
        (days >= 0, IN_TRANSIT, shipped + within("first hub", 4 * HOUR, 9 * HOUR), hub),
        (days >= 3, IN_TRANSIT, shipped + (days * 0.4 * MICROSECONDS_PER_DAY).astype(np.int64), home),
        (failed, OUT_FOR_DELIVERY, out - MICROSECONDS_PER_DAY, home),
        (failed, DELIVERY_FAILED, delivered - MICROSECONDS_PER_DAY, home),
        (days >= 0, OUT_FOR_DELIVERY, out, home),
        (days >= 0, DELIVERED, delivered, home),
        (back, RETURNED_TO_SENDER, returned, country),
    )
    which = np.concatenate([np.flatnonzero(part[0]) for part in parts])
    kind = np.concatenate([np.full(part[0].sum(), part[1]) for part in parts])
    signer = np.where(kind == DELIVERED, signers(seed, orders, parcels)[which], 0)
    return {
        "number": number[which],
        "country": country[which],
        "carrier": parcels.carrier[which],
        "kind": kind,
        "place": np.concatenate([part[3][part[0]] for part in parts]),
        "signer": signer,
        "occurred_at": np.concatenate([part[2][part[0]] for part in parts]) // MINUTE * MINUTE,
    }


def address_of(orders: Orders, order: np.ndarray) -> np.ndarray:
    """The number of the address that an order goes to; guests' addresses are numbered by their orders."""
    return np.where(orders.address[order] > 0, orders.address[order], GUEST_ADDRESSES + orders.number[order])


def signers(seed: int, orders: Orders, parcels: Parcels) -> np.ndarray:
    """The person who took each parcel: the customer, a neighbour, or 0 where it was left at the door."""
    drawn = share(seed, "signature", parcels.number)
    customer = orders.customer[parcels.order]
    receiver = np.where(customer > 0, customer, orders.number[parcels.order])
    neighbour = NEIGHBOURS + parcels.number
    return np.where(drawn < SIGNED_BY_CUSTOMER, receiver, np.where(drawn < SIGNED_BY_NEIGHBOUR, neighbour, 0))
