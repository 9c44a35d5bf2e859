"""A day in the shop: visits, what is looked at, what is put into carts, and which orders come of it."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import countries, orders
from tools.simulator.calendar import MICROSECONDS_PER_DAY, Promotion
from tools.simulator.catalog import CATEGORIES, CATEGORY_SHARES, Catalog
from tools.simulator.customers import BARGAIN_HUNTER, PURCHASE_FACTORS, Customers, visit_weights
from tools.simulator.orders import APP, MARKETPLACE, MINUTE, PHONE, WEB
from tools.simulator.randomness import stream, weighted

# With these, 20,000 orders come with about 250,000 events: 60 % of the orders from visits, one visit in eight buys.
SHARE_OF_VISITS = 0.60
CONVERSION = 0.125
KNOWN_VISITORS = 0.45
# Visits without and by advertising on a day without a season, of one that is ordinary over the default 120 days: with
# what the seasons of these days bring, they are one.
UNPAID, PAID = 0.66, 0.26
ABANDONED_CARTS = 0.10
SUBSTITUTES = 0.35
ADDRESSES_OF_A_CUSTOMER = 100
SOURCES = ["google", "instagram", "newsletter", "partner"]
DEVICES = ["desktop", "mobile", "tablet"]
SYSTEMS = ["windows", "macos", "android", "ios", "ipados"]


@dataclass
class Visits:
    """Arrays by visit; `customer` is an index into the customers or -1; counts of the events of each kind."""

    number: np.ndarray
    customer: np.ndarray
    visitor: np.ndarray
    country: np.ndarray
    started_at: np.ndarray
    pace: np.ndarray
    login: np.ndarray
    device: np.ndarray
    system: np.ndarray
    source: np.ndarray
    campaign: np.ndarray
    consent: np.ndarray
    pages: np.ndarray
    searches: np.ndarray
    views: np.ndarray
    drawn: np.ndarray
    checkout: np.ndarray
    order: np.ndarray


@dataclass
class CartLines:
    """Arrays by product that a visit means to buy, in so many pieces; `kept` where it really went into the cart."""

    visit: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    position: np.ndarray
    in_stock: np.ndarray
    kept: np.ndarray


class ProductDraw:
    """Draws products by popularity, of a given category."""

    def __init__(self, catalog: Catalog, day: int):
        """Weights of what is on sale on a day."""
        weight = catalog.popularity * catalog.on_sale(day)
        totals = np.bincount(catalog.category, weights=weight, minlength=len(CATEGORIES))
        within = np.concatenate([np.cumsum(weight[catalog.category == c]) / totals[c] for c in range(len(CATEGORIES))])
        # Products are sorted by category, so category + share within it grows along the array.
        self.cumulative = catalog.category + within

    def of(self, category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One product for each category given."""
        return np.searchsorted(self.cumulative, category + rng.random(len(category)) * (1 - 1e-9), side="right").clip(
            0, len(self.cumulative) - 1
        )


@dataclass
class Day:
    """What a day of shopping needs to know; `brought` (countries, campaigns) is what advertising brings."""

    seed: int
    number: int
    midnight: int
    start: int
    busy: float
    orders_per_day: float
    promotion: Promotion | None
    brought: np.ndarray
    per_euro: np.ndarray


def shop(day: Day, catalog: Catalog, customers: Customers, available: np.ndarray, first_visit: int, first_order: int):
    """Visits, cart lines and orders of a day.

    `available` (products, warehouses) is what may be promised, and is lowered in place.
    """
    draw = ProductDraw(catalog, day.number)
    visits = visit(day, customers, first_visit)
    buyers, lines = fill_carts(day, catalog, customers, visits, draw, available)
    outside, outside_lines = order_elsewhere(day, catalog, customers, draw)

    drafts, wanted = drafts_of(day, customers, visits, buyers, lines, outside, outside_lines)
    granted = allocate(
        wanted["product"],
        drafts["country"][wanted["order"]],
        wanted["quantity"],
        drafts["ordered_at"][wanted["order"]],
        available,
    )
    from_cart = wanted["cart_line"] >= 0
    lines.kept[wanted["cart_line"][from_cart]] &= granted[from_cart]
    lines.in_stock[wanted["cart_line"][from_cart]] &= granted[from_cart]

    placed, order_of = np.unique(wanted["order"][granted], return_inverse=True)
    by_time = np.argsort(drafts["ordered_at"][placed], kind="stable")
    rank = np.empty_like(by_time)
    rank[by_time] = np.arange(len(by_time))
    placed, order_of = placed[by_time], rank[order_of]
    sort = np.argsort(order_of, kind="stable")
    product, quantity, order = wanted["product"][granted][sort], wanted["quantity"][granted][sort], order_of[sort]
    drafts = {name: values[placed] for name, values in drafts.items()}
    percent = day.promotion.percent if day.promotion else 0
    priced = orders.price_lines(
        order,
        product,
        quantity,
        drafts["country"][order],
        catalog.list_price,
        day.per_euro,
        percent,
        drafts["discounted"][order],
    )
    kinds = np.where(drafts["index"] >= 0, customers.kind[drafts["index"].clip(0)], -1)
    made = orders.place(day.seed, day.number, day.start, first_order, drafts, priced, day.promotion, kinds)
    known = drafts["index"] >= 0
    np.add.at(customers.orders, drafts["index"][known], 1)
    visits.order[:] = -1
    visited = drafts["visit"] >= 0
    visits.order[drafts["visit"][visited]] = made.number[visited]
    # Who meant to buy and found everything sold out leaves before the checkout.
    lost = np.setdiff1d(buyers, np.flatnonzero(visits.order >= 0))
    visits.checkout[lost] = False
    return visits, lines, made


def visit(day: Day, customers: Customers, first: int) -> Visits:
    """The day's visits, before anything is bought."""
    rng = stream(day.seed, "visits", day.number)
    by_campaign = PAID * np.cumsum(day.brought, axis=1)
    by_advertising = by_campaign[:, -1]
    visiting = UNPAID + by_advertising
    expected = day.orders_per_day * SHARE_OF_VISITS / CONVERSION * day.busy
    count = rng.poisson(expected * (countries.SHARES @ visiting))
    known = rng.random(count) < KNOWN_VISITORS
    customer = np.full(count, -1)
    weights = visit_weights(customers, day.midnight, day.promotion is not None) * visiting[customers.country]
    customer[known] = weighted(rng, weights, known.sum())
    country = weighted(rng, countries.SHARES * visiting, count)
    country[known] = customers.country[customer[known]]
    hour = (rng.beta(3.2, 1.9, count) * 24 + countries.HOURS_TO_UTC[country]) % 24
    device = weighted(rng, np.array([0.36, 0.56, 0.08]), count)
    system = np.where(device == 0, rng.integers(0, 2, count), np.where(device == 1, rng.integers(2, 4, count), 4))
    paid = rng.random(count) < (by_advertising / visiting)[country]
    # The last campaign runs all year, so whoever comes by none of those before it comes by it.
    lot = rng.random(count) * by_advertising[country]
    newsletter_or_other = np.where(known, rng.integers(0, 4, count), rng.choice([0, 1, 3], count))
    return Visits(
        number=first + np.arange(count),
        customer=customer,
        visitor=np.where(known, customer + 1, 10**8 + first + np.arange(count)),
        country=country,
        started_at=day.midnight + (hour * 3600e6).astype(np.int64).clip(0, MICROSECONDS_PER_DAY - 2 * MINUTE),
        pace=rng.integers(8_000_000, 70_000_000, count),
        login=np.where(known, rng.integers(0, 3, count), 10**6),
        device=device,
        system=system,
        source=np.where(paid, newsletter_or_other, -1),
        campaign=(lot[:, np.newaxis] >= by_campaign[country, :-1]).sum(axis=1),
        consent=rng.random(count) >= 0.12,
        pages=1 + (rng.random(count) < 0.10),
        searches=(rng.random(count) < 0.15).astype(np.int64),
        views=(rng.geometric(0.62, count) - 1).clip(0, 20),
        drawn=np.zeros(count, dtype=np.int64),
        checkout=np.zeros(count, dtype=bool),
        order=np.full(count, -1),
    )


def fill_carts(
    day: Day, catalog: Catalog, customers: Customers, visits: Visits, draw: ProductDraw, available: np.ndarray
):
    """Who means to buy (indices of visits), and the lines of their carts and of those who will leave theirs."""
    rng = stream(day.seed, "carts", day.number)
    count = len(visits.number)
    known = visits.customer >= 0
    kind = np.where(known, customers.kind[visits.customer.clip(0)], -1)
    factor = np.where(known, PURCHASE_FACTORS[kind.clip(0)], 0.85)
    if day.promotion is not None:
        factor = np.where(kind == BARGAIN_HUNTER, factor * 1.5, factor)
    buys = rng.random(count) < CONVERSION * factor
    leaves = ~buys & (rng.random(count) < ABANDONED_CARTS)
    visits.drawn[:] = np.where(buys, rng.geometric(0.72, count).clip(1, 5), leaves.astype(np.int64))
    visits.checkout[:] = buys | (leaves & (rng.random(count) < 0.4))

    visit_index = np.repeat(np.arange(count), visits.drawn)
    category = weighted(rng, CATEGORY_SHARES, len(visit_index))
    likes = known[visit_index] & (rng.random(len(visit_index)) < 0.45)
    category[likes] = customers.affinity[visits.customer[visit_index[likes]]]
    product = draw.of(category, rng)
    # A country is served by the warehouse of the same index.
    warehouse = visits.country[visit_index]
    out = available[product, warehouse] <= 0
    switches = out & (rng.random(len(product)) < SUBSTITUTES)
    product[switches] = draw.of(category[switches], rng)
    in_stock = available[product, warehouse] > 0
    _, unique = np.unique(visit_index * 10_000 + product, return_index=True)
    keep = np.zeros(len(product), dtype=bool)
    keep[unique] = True
    visit_index, product, in_stock = visit_index[keep], product[keep], in_stock[keep]
    starts = (
        np.flatnonzero(np.append(True, np.diff(visit_index) != 0)) if len(visit_index) else np.array([], dtype=np.int64)
    )
    sizes = np.diff(np.append(starts, len(visit_index)))
    visits.drawn[:] = np.bincount(visit_index, minlength=count)
    position = np.arange(len(visit_index)) - np.repeat(starts, sizes)
    quantity = pieces(rng, len(product))
    return np.flatnonzero(buys), CartLines(visit_index, product, quantity, position, in_stock, in_stock.copy())


def order_elsewhere(day: Day, catalog: Catalog, customers: Customers, draw: ProductDraw):
    """Orders by phone and through marketplaces: arrays by order, and by line."""
    rng = stream(day.seed, "orders elsewhere", day.number)
    count = rng.poisson(day.orders_per_day * (1 - SHARE_OF_VISITS) * day.busy)
    channel = np.where(rng.random(count) < 0.15, PHONE, MARKETPLACE)
    weights = visit_weights(customers, day.midnight, day.promotion is not None)
    index = weighted(rng, weights, count)
    country = customers.country[index]
    guest = rng.random(count) < 0.12
    index = np.where(guest, -1, index)
    size = rng.geometric(0.75, count).clip(1, 5)
    order = np.repeat(np.arange(count), size)
    product = draw.of(weighted(rng, CATEGORY_SHARES, len(order)), rng)
    _, unique = np.unique(order * 10_000 + product, return_index=True)
    at = day.midnight + (rng.beta(2.5, 2.0, count) * 23.5 * 3600e6).astype(np.int64)
    lines = {"order": order[unique], "product": product[unique], "quantity": pieces(rng, len(unique))}
    return {"channel": channel, "index": index, "country": country, "ordered_at": at}, lines


def pieces(rng: np.random.Generator, lines: int) -> np.ndarray:
    """How many pieces each line is for: nearly always one."""
    more = rng.random(lines)
    return 1 + (more < 0.07).astype(np.int64) + (more < 0.015)


def drafts_of(
    day: Day, customers: Customers, visits: Visits, buyers, lines: CartLines, outside: dict, outside_lines: dict
):
    """Arrays of the orders that people mean to place, and of their lines, from all channels."""
    rng = stream(day.seed, "drafts", day.number)
    kept = lines.kept & np.isin(lines.visit, buyers)
    with_lines = np.unique(lines.visit[kept])
    index = visits.customer[with_lines].copy()
    unknown = np.flatnonzero(index < 0)
    # Most visitors who buy log in at the checkout; the others are guests.
    weights = visit_weights(customers, day.midnight, day.promotion is not None)
    for country in range(len(countries.CODES)):
        here = unknown[visits.country[with_lines[unknown]] == country]
        logs_in = here[rng.random(len(here)) < 0.90]
        of_country = np.where(customers.country == country, weights, 0)
        if of_country.any():
            index[logs_in] = weighted(rng, of_country, len(logs_in))
    visits.customer[with_lines[unknown]] = index[unknown]
    purchase_position = visits.pages + visits.searches + visits.views + 2 * visits.drawn + 1
    ordered_at = (visits.started_at + purchase_position * visits.pace)[with_lines]
    app = rng.random(len(with_lines)) < np.where(visits.device[with_lines] == 1, 0.45, 0.0)

    count, others = len(with_lines), len(outside["index"])
    all_index = np.concatenate([index, outside["index"]])
    total = count + others
    kind = np.where(all_index >= 0, customers.kind[all_index.clip(0)], -1)
    takes = rng.random(total) < np.where(kind == BARGAIN_HUNTER, 0.92, 0.45)
    drafts = {
        "index": all_index,
        "customer": np.where(all_index >= 0, customers.number[all_index.clip(0)], 0),
        "visit": np.concatenate([with_lines, np.full(others, -1)]),
        "session": np.concatenate([visits.number[with_lines], np.zeros(others, dtype=np.int64)]),
        "channel": np.concatenate([np.where(app, APP, WEB), outside["channel"]]),
        "country": np.concatenate([visits.country[with_lines], outside["country"]]),
        "ordered_at": np.concatenate([ordered_at, outside["ordered_at"]]),
        "address": np.where(all_index >= 0, address_number(customers, all_index.clip(0)), 0),
        "discounted": takes & (day.promotion is not None),
    }
    order = np.concatenate([np.searchsorted(with_lines, lines.visit[kept]), count + outside_lines["order"]])
    product = np.concatenate([lines.product[kept], outside_lines["product"]])
    quantity = np.concatenate([lines.quantity[kept], outside_lines["quantity"]])
    cart_line = np.concatenate([np.flatnonzero(kept), np.full(len(outside_lines["order"]), -1)])
    return drafts, {"order": order, "product": product, "quantity": quantity, "cart_line": cart_line}


def address_number(customers: Customers, index: np.ndarray) -> np.ndarray:
    """The shipping address that a customer has now: a customer's addresses are numbered by moves."""
    return customers.number[index] * ADDRESSES_OF_A_CUSTOMER + customers.moves[index]


def allocate(product, warehouse, quantity, at, available: np.ndarray) -> np.ndarray:
    """First come, first served: which lines get their pieces; `available` is lowered by them."""
    shelf = product * available.shape[1] + warehouse
    by_time = np.lexsort((at, shelf))
    shelves, wanted = shelf[by_time], quantity[by_time]
    if len(shelves) == 0:
        return np.zeros(0, dtype=bool)
    running = np.cumsum(wanted)
    starts = np.flatnonzero(np.append(True, np.diff(shelves) != 0))
    before = np.repeat(running[starts] - wanted[starts], np.diff(np.append(starts, len(shelves))))
    served = running - before <= available.reshape(-1)[shelves]
    granted = np.zeros(len(shelves), dtype=bool)
    granted[by_time] = served
    np.subtract.at(available, (product[granted], warehouse[granted]), quantity[granted])
    return granted
