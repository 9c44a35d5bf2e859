"""Carts: begun in visits, ordered, left alone, taken up again on a later day, or expired."""

from dataclasses import dataclass, fields

import numpy as np

from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.customers import Customers
from tools.simulator.orders import HOUR, NEVER, local_price
from tools.simulator.randomness import below, share
from tools.simulator.visit_events import ADD, CHECKOUT, PURCHASE, REMOVE

OPEN, ORDERED, EXPIRED = range(3)
STATUSES = ["open", "ordered", "expired"]
DAYS_TO_EXPIRE = 30
# The clean-up misses the rest.
EXPIRES = 0.7
# Of the customers who have left a cart and begin another one, so many find the old one there.
TAKES_UP = 0.25
SECOND = 1_000_000


@dataclass
class Items:
    """Arrays by item, sorted by cart: position of its cart, product, pieces, cents, when put in, when taken out."""

    cart: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    added_at: np.ndarray
    removed_at: np.ndarray

    def select(self, chosen: np.ndarray) -> "Items":
        """Some items."""
        return Items(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def followed_by(self, others: "Items") -> "Items":
        """These and other items, sorted by cart, then as they were."""
        both = {f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(self)}
        return Items(**both).select(np.argsort(both["cart"], kind="stable"))


@dataclass
class CartHeads:
    """Arrays by cart: number (of the visit that began it), customer's index or -1, country, begun when, last write."""

    number: np.ndarray
    customer: np.ndarray
    country: np.ndarray
    created_at: np.ndarray
    last_at: np.ndarray

    def select(self, chosen: np.ndarray) -> "CartHeads":
        """Some carts."""
        return CartHeads(**{f.name: getattr(self, f.name)[chosen] for f in fields(self)})

    def followed_by(self, others: "CartHeads") -> "CartHeads":
        """These and other carts."""
        return CartHeads(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(self)}
        )


@dataclass
class CartWrites:
    """Arrays by write, and the items of each: `item_counts` of them, one write's behind the other's in `items`.

    `customer`: number, 0 while not known; `order`: number, 0 for none.
    """

    number: np.ndarray
    customer: np.ndarray
    country: np.ndarray
    status: np.ndarray
    order: np.ndarray
    created_at: np.ndarray
    written_at: np.ndarray
    item_counts: np.ndarray
    items: Items


class Carts:
    """Remembers the carts that were left in the last month."""

    def __init__(self, seed: int):
        """Nothing has been left yet."""
        self.seed = seed
        nothing = np.zeros(0, dtype=np.int64)
        self.left = CartHeads(*(nothing for _ in fields(CartHeads)))
        self.left_items = Items(*(nothing for _ in fields(Items)))

    def live(self, record, list_price: np.ndarray, customers: Customers, per_euro: np.ndarray) -> CartWrites:
        """All writes of a day: first those of the clean-up at night, then those of its visits."""
        expired = self.expire(record.midnight, customers)
        visits, events = record.visits, record.events
        at = visits.started_at[events.visit] + events.position * visits.pace[events.visit]
        of_carts = np.flatnonzero(events.kind >= ADD)
        begun = np.unique(events.visit[events.kind == ADD])
        of_carts = of_carts[np.isin(events.visit[of_carts], begun)]
        cart = np.searchsorted(begun, events.visit[of_carts])
        kind, at = events.kind[of_carts], at[of_carts]

        added = kind == ADD
        which = of_carts[added]
        price = local_price(list_price[events.product[which]], per_euro[visits.country[events.visit[which]]])
        items = Items(cart[added], events.product[which], events.quantity[which], price, at[added], at[added])
        items.removed_at = removals(items, cart, kind, events.product[of_carts], at)
        first_at = np.full(len(begun), NEVER)
        np.minimum.at(first_at, items.cart, items.added_at)

        ordered = visits.order[begun] >= 0
        old = self.taken_up(visits, begun, customers)
        again = np.flatnonzero(old >= 0)
        heads = CartHeads(visits.number[begun], np.full(len(begun), -1), visits.country[begun], first_at, first_at)
        heads.number[again] = self.left.number[old[again]]
        heads.created_at = heads.created_at.copy()
        heads.created_at[again] = self.left.created_at[old[again]]
        brought = self.brought(old, ordered, first_at, items)
        items = items.followed_by(brought)

        known = (visits.customer[events.visit[of_carts]] >= 0) & (
            (events.position[of_carts] >= visits.login[events.visit[of_carts]])
            | ((kind >= CHECKOUT) & ordered[cart])
            | (old[cart] >= 0)
        )
        # Who orders something else than what was left empties the cart first.
        emptied = again[ordered[again]]
        cart = np.concatenate([cart, emptied])
        kind = np.concatenate([kind, np.full(len(emptied), REMOVE)])
        at = np.concatenate([at, first_at[emptied] - 2 * SECOND])
        known = np.concatenate([known, np.ones(len(emptied), dtype=bool)])
        sort = np.lexsort((at, cart))
        cart, kind, at, known = cart[sort], kind[sort], at[sort], known[sort]

        customer = visits.customer[begun]
        heads.customer[cart[known]] = customer[cart[known]]
        heads.last_at = heads.last_at.copy()
        np.maximum.at(heads.last_at, cart, at)
        self.leave(heads, items, ~ordered, old)
        bought = kind == PURCHASE
        counts, shown = contents(items, cart, at, len(begun))
        made = CartWrites(
            number=heads.number[cart],
            customer=np.where(known, customers.number[customer[cart].clip(0)], 0),
            country=heads.country[cart],
            status=np.where(bought, ORDERED, OPEN),
            order=np.where(bought, visits.order[begun][cart], 0),
            created_at=heads.created_at[cart],
            written_at=at,
            item_counts=counts,
            items=shown,
        )
        return joined(expired, made)

    def expire(self, midnight: int, customers: Customers) -> CartWrites:
        """Forget carts that nobody touched for 30 days; the clean-up at three writes most of them as expired."""
        age = midnight // MICROSECONDS_PER_DAY - self.left.last_at // MICROSECONDS_PER_DAY
        gone = np.flatnonzero(age >= DAYS_TO_EXPIRE)
        told = gone[share(self.seed, "cart expires", self.left.number[gone]) < EXPIRES]
        heads = self.left.select(told)
        at = midnight + 3 * HOUR + below(self.seed, "clean-up", heads.number, HOUR // 4)
        counts, shown = self.items_of(told)
        count = len(told)
        known = heads.customer >= 0
        writes = CartWrites(
            number=heads.number,
            customer=np.where(known, customers.number[heads.customer.clip(0)], 0),
            country=heads.country,
            status=np.full(count, EXPIRED),
            order=np.zeros(count, dtype=np.int64),
            created_at=heads.created_at,
            written_at=at,
            item_counts=counts,
            items=shown,
        )
        self.forget(gone)
        return writes

    def items_of(self, chosen: np.ndarray) -> tuple[np.ndarray, Items]:
        """How many items lie in left carts, and the items, in the order of `chosen`, a growing array."""
        place = np.full(len(self.left.number), -1)
        place[chosen] = np.arange(len(chosen))
        found = self.left_items.select(np.flatnonzero(place[self.left_items.cart] >= 0))
        found.cart = place[found.cart]
        return np.bincount(found.cart, minlength=len(chosen)), found

    def forget(self, gone: np.ndarray) -> None:
        """Remove carts from those that were left."""
        kept = np.ones(len(self.left.number), dtype=bool)
        kept[gone] = False
        _, self.left_items = self.items_of(np.flatnonzero(kept))
        self.left = self.left.select(kept)

    def taken_up(self, visits, begun: np.ndarray, customers: Customers) -> np.ndarray:
        """By visit in `begun`, the position of the left cart that it goes on with, or -1."""
        old = np.full(len(begun), -1)
        customer = visits.customer[begun]
        returns = (customer >= 0) & (visits.visitor[begun] == customer + 1)
        returns &= share(self.seed, "takes up a cart", visits.number[begun]) < TAKES_UP
        candidates = np.flatnonzero(returns)
        candidates = candidates[np.argsort(visits.started_at[begun[candidates]], kind="stable")]
        _, first = np.unique(customer[candidates], return_index=True)
        candidates = candidates[first]
        # The newest cart of each customer.
        newest = np.full(len(customers), -1)
        with_customer = np.flatnonzero(self.left.customer >= 0)
        newest[self.left.customer[with_customer]] = with_customer
        candidates = candidates[newest[customer[candidates]] >= 0]
        found = newest[customer[candidates]]
        there = self.left.last_at[found] < visits.started_at[begun[candidates]]
        old[candidates[there]] = found[there]
        return old

    def brought(self, old: np.ndarray, ordered: np.ndarray, first_at: np.ndarray, items: Items) -> Items:
        """The items of carts that are taken up, with the positions that their carts have today."""
        place = np.full(len(self.left.number), -1)
        again = np.flatnonzero(old >= 0)
        place[old[again]] = again
        found = self.left_items.select(np.flatnonzero(place[self.left_items.cart] >= 0))
        found.cart = place[found.cart]
        # What is put in once more replaces what was there.
        put_again = np.isin(found.cart * 10_000 + found.product, items.cart * 10_000 + items.product)
        dropped_at = np.where(put_again, first_at[found.cart], NEVER)
        found.removed_at = np.where(ordered[found.cart], first_at[found.cart] - 2 * SECOND, dropped_at)
        return found

    def leave(self, heads: CartHeads, items: Items, stays: np.ndarray, old: np.ndarray) -> None:
        """Remember the carts of today that were not ordered, as they were left."""
        self.forget(old[old >= 0])
        place = np.where(stays, np.cumsum(stays) - 1, -1)
        inside = items.select(np.flatnonzero((items.removed_at == NEVER) & stays[items.cart]))
        inside.cart = len(self.left.number) + place[inside.cart]
        self.left = self.left.followed_by(heads.select(stays))
        self.left_items = self.left_items.followed_by(inside)


def removals(items: Items, cart: np.ndarray, kind: np.ndarray, product: np.ndarray, at: np.ndarray) -> np.ndarray:
    """When each item is taken out of its cart again, or NEVER; a product is in a visit's cart once."""
    removed_at = np.full(len(items.cart), NEVER)
    out = kind == REMOVE
    key, wanted = items.cart * 10_000 + items.product, (cart * 10_000 + product)[out]
    sort = np.argsort(key)
    removed_at[sort[np.searchsorted(key[sort], wanted)]] = at[out]
    return removed_at


def contents(items: Items, cart: np.ndarray, at: np.ndarray, carts: int) -> tuple[np.ndarray, Items]:
    """What lies in carts after each write: how many items, and the items of one write behind the other's."""
    sizes = np.bincount(items.cart, minlength=carts)
    starts = np.cumsum(sizes) - sizes
    size = sizes[cart]
    write = np.repeat(np.arange(len(cart)), size)
    item = starts[cart][write] + np.arange(len(write)) - np.repeat(np.cumsum(size) - size, size)
    inside = (items.added_at[item] <= at[write]) & (at[write] < items.removed_at[item])
    return np.bincount(write[inside], minlength=len(cart)), items.select(item[inside])


def joined(first: CartWrites, second: CartWrites) -> CartWrites:
    """The writes of both."""
    names = [f.name for f in fields(CartWrites) if f.name != "items"]
    both = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names}
    items = {
        f.name: np.concatenate([getattr(first.items, f.name), getattr(second.items, f.name)]) for f in fields(Items)
    }
    return CartWrites(**both, items=Items(**items))
