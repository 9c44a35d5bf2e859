"""What visitors do in a visit, step by step."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.catalog import CATEGORY_SHARES
from tools.simulator.randomness import stream, weighted
from tools.simulator.shopping import CartLines, Day, Visits

PAGE_VIEW, SEARCH, PRODUCT_VIEW, ADD, REMOVE, CHECKOUT, PURCHASE = range(7)
TYPES = ["page_view", "search", "product_view", "add_to_cart", "remove_from_cart", "begin_checkout", "purchase"]
REMOVALS = 0.25


@dataclass
class VisitEvents:
    """Arrays by event: index of the visit, type, place in the visit from 0, product or -1, pieces or 0, in_stock."""

    visit: np.ndarray
    kind: np.ndarray
    position: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    in_stock: np.ndarray


def events_of(day: Day, visits: Visits, cart: CartLines, available: np.ndarray) -> VisitEvents:
    """All events of a day's visits; `available` (products, warehouses) is what could be promised this morning."""
    rng = stream(day.seed, "events", day.number)
    everyone = np.arange(len(visits.number))
    after_search = visits.pages + visits.searches
    after_views = after_search + visits.views
    at_checkout = after_views + 2 * visits.drawn

    looking = np.repeat(everyone, visits.views)
    looked_at = day.draw.of(weighted(rng, CATEGORY_SHARES, len(looking)), rng)
    there = available[looked_at, visits.country[looking]] > 0
    abandoned = cart.kept & (visits.order[cart.visit] < 0) & ~visits.checkout[cart.visit]
    kept = np.flatnonzero(cart.kept)
    removed = np.flatnonzero(abandoned & (rng.random(len(cart.visit)) < REMOVALS))
    checked_out, bought = np.flatnonzero(visits.checkout), np.flatnonzero(visits.order >= 0)
    paging, searching = np.repeat(everyone, visits.pages), np.flatnonzero(visits.searches)

    parts = (
        part(paging, PAGE_VIEW, within(visits.pages)),
        part(searching, SEARCH, visits.pages[searching]),
        part(looking, PRODUCT_VIEW, after_search[looking] + within(visits.views), looked_at, in_stock=there),
        part(cart.visit, PRODUCT_VIEW, after_views[cart.visit] + cart.position, cart.product, in_stock=cart.in_stock),
        cart_part(visits, cart, kept, ADD, after_views + visits.drawn),
        cart_part(visits, cart, removed, REMOVE, at_checkout),
        part(checked_out, CHECKOUT, at_checkout[checked_out]),
        part(bought, PURCHASE, at_checkout[bought] + 1),
    )
    return VisitEvents(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def part(visit: np.ndarray, kind: int, position: np.ndarray, product=-1, quantity=0, in_stock=True) -> tuple:
    """Events of one type, as the arrays of VisitEvents."""
    spread = (np.broadcast_to(value, len(visit)) for value in (kind, position, product, quantity, in_stock))
    return (visit, *spread)


def cart_part(visits: Visits, cart: CartLines, chosen: np.ndarray, kind: int, base: np.ndarray) -> tuple:
    """Events about lines of carts; `base` is the position in each visit from which they count."""
    visit = cart.visit[chosen]
    return part(visit, kind, base[visit] + cart.position[chosen], cart.product[chosen], cart.quantity[chosen])


def within(sizes: np.ndarray) -> np.ndarray:
    """0, 1, … inside each group of the given sizes."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
