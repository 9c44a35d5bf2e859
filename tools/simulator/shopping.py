"""A day in the shop: visits, what is looked at, what is put into carts, and which orders come of it."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import countries, customers, orders
from tools.simulator.calendar import MICROSECONDS_PER_DAY, Promotion
from tools.simulator.catalog import CATEGORIES, CATEGORY_SHARES, Catalog
from tools.simulator.customers import AFFINITY, BUSINESS, KINDS, Customers
from tools.simulator.incidents import Troubles
from tools.simulator.orders import APP, MARKETPLACE, MINUTE, PHONE, WEB
from tools.simulator.randomness import stream, weighted

# Of the orders, so many come from visits, of which one in 30 buys, on discounts more.
SHARE_OF_VISITS = 0.45
CONVERSION, MORE_ON_DISCOUNT = 0.0335, 1.15
KNOWN_VISITORS = 0.45
# Who sees one page and is gone.
KNOWN_BOUNCE, UNKNOWN_BOUNCE = 0.45, 0.72
# Who is not known and buys mostly logs in at the checkout; the others, and some of other channels, are guests.
LOGS_IN, GUESTS_ELSEWHERE = 0.90, 0.12
# How likely those who stay are to buy, for one of an ordinary visit: unknown visitors, and by source and device.
UNKNOWN_FACTOR = 0.85
SOURCE_FACTORS = np.array([1.0, 0.55, 1.6, 1.2, 1.0])
DEVICE_FACTORS = np.array([1.25, 0.85, 1.0])
MOST_LIKELY = 0.9
# Visits without and by advertising on a day without a season, of one that is ordinary: over a year with what its
# seasons bring, they are one.
UNPAID, PAID = 0.70, 0.26
ABANDONED_CARTS, ABANDONED_AT_CHECKOUT = 0.14, 0.4
SUBSTITUTES = 0.35
ADDRESSES_OF_A_CUSTOMER = 100
SOURCES = ["google", "instagram", "newsletter", "partner"]
DEVICES = ["desktop", "mobile", "tablet"]
SYSTEMS = ["windows", "macos", "android", "ios", "ipados"]
MOST_LINES = 5
# By kind, and last by guests.
LAST_LINE = np.append(customers.LAST_LINE, 0.76)
TASTES = np.vstack([customers.TASTES, CATEGORY_SHARES])
GUEST = len(KINDS)
# Pieces of a business's line are drawn until one is the last.
LAST_PIECE, MOST_PIECES = 0.50, 6
SECOND_PIECE, THIRD_PIECE = 0.07, 0.015


@dataclass
class Visits:
    """Arrays by visit; `customer` is an index into the customers or -1; counts of the events of each kind.

    `stays`: looks at more than one page.
    """

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
    stays: np.ndarray
    pages: np.ndarray
    searches: np.ndarray
    views: np.ndarray
    drawn: np.ndarray
    checkout: np.ndarray
    order: np.ndarray


@dataclass
class CartLines:
    """Arrays by product that a visit means to buy, in so many pieces; `kept` where it really went into the cart.

    `short`: pieces that were wanted beyond those that there were.
    """

    visit: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    short: np.ndarray
    position: np.ndarray
    in_stock: np.ndarray
    kept: np.ndarray


class ProductDraw:
    """Draws products by how much they are wanted, of a given category."""

    def __init__(self, catalog: Catalog, day: int):
        """Weights of what is on sale on a day."""
        self.category = catalog.category
        weight = catalog.demand(day)
        totals = np.bincount(catalog.category, weights=weight, minlength=len(CATEGORIES))
        self.of_category = weight / totals[catalog.category]
        running = np.cumsum(self.of_category)
        # Products are sorted by category, so category + share within it grows along the array.
        before = np.searchsorted(catalog.category, catalog.category)
        self.cumulative = catalog.category + running - np.append(0, running)[before]

    def of(self, category: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """One product for each category given."""
        return np.searchsorted(self.cumulative, category + rng.random(len(category)) * (1 - 1e-9), side="right").clip(
            0, len(self.cumulative) - 1
        )


@dataclass
class Demand:
    """What people wanted to buy, arrays by product and warehouse it was wanted of: pieces, and whether they got them.

    `substituted`: who found it sold out took something else.
    """

    product: np.ndarray
    warehouse: np.ndarray
    units: np.ndarray
    met: np.ndarray
    substituted: np.ndarray


@dataclass
class Day:
    """What a day of shopping needs to know.

    `brought` (countries, campaigns): what advertising brings; `rates`: orders of each customer on an ordinary day.
    """

    seed: int
    number: int
    midnight: int
    start: int
    busy: float
    orders_per_day: float
    promotion: Promotion | None
    brought: np.ndarray
    per_euro: np.ndarray
    rates: np.ndarray
    draw: ProductDraw
    troubles: Troubles

    def __post_init__(self):
        """Visits by advertising and in all, by country, for one of an ordinary day."""
        self.by_campaign = PAID * np.cumsum(self.brought, axis=1)
        self.visiting = UNPAID + self.by_campaign[:, -1]

    @property
    def conversion(self) -> float:
        """The share of visits that ends with an order, if nothing is sold out."""
        on_discount = self.promotion is not None and self.promotion.percent > 0
        return CONVERSION * (MORE_ON_DISCOUNT if on_discount else 1)

    @property
    def orders_from_visits(self) -> float:
        """How many orders are expected from visits."""
        return self.orders_per_day * SHARE_OF_VISITS * self.busy * (countries.SHARES @ self.visiting)

    @property
    def orders_elsewhere(self) -> float:
        """How many orders are expected by phone and through marketplaces."""
        return self.orders_per_day * (1 - SHARE_OF_VISITS) * self.busy


def visit_rates(day: Day, people: Customers) -> np.ndarray:
    """How many of their orders customers place on visits."""
    return day.rates * (1 - customers.ELSEWHERE[people.kind])


def shop(day: Day, catalog: Catalog, people: Customers, available: np.ndarray, first_visit: int, first_order: int):
    """Visits, cart lines, orders and demand of a day.

    `available` (products, warehouses) is what may be promised, and is lowered in place.
    """
    visits = visit(day, people, first_visit)
    buyers, person = decide(day, people, visits)
    lines, given_up = fill_carts(day, people, visits, person, available)
    outside, outside_lines = order_elsewhere(day, people, available)

    drafts, wanted = drafts_of(day, people, visits, buyers, person, lines, outside, outside_lines)
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
    demand = demand_of(buyers, visits, lines, given_up, drafts, wanted, granted)

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
    kinds = kinds_of(people, drafts["index"])
    made = orders.place(day, catalog, first_order, drafts, priced, kinds)
    known = drafts["index"] >= 0
    np.add.at(people.orders, drafts["index"][known], 1)
    visits.order[:] = -1
    visited = drafts["visit"] >= 0
    visits.order[drafts["visit"][visited]] = made.number[visited]
    bought = visits.order >= 0
    visits.customer[bought] = person[bought]
    # Who meant to buy and found everything sold out leaves before the checkout.
    lost = buyers[~bought[buyers]]
    visits.checkout[lost] = False
    return visits, lines, made, demand


def kinds_of(people: Customers, index: np.ndarray) -> np.ndarray:
    """The kind of each customer; GUEST for -1."""
    return np.where(index >= 0, people.kind[index.clip(0)], GUEST)


def some_of(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    """Indices drawn in proportion to weights; -1 where nobody has any."""
    return weighted(rng, weights, size) if weights.any() else np.full(size, -1)


def visit(day: Day, people: Customers, first: int) -> Visits:
    """The day's visits, before anything is bought."""
    rng = stream(day.seed, "visits", day.number)
    by_advertising, visiting = day.by_campaign[:, -1], day.visiting
    count = rng.poisson(day.orders_from_visits / day.conversion)
    known = rng.random(count) < KNOWN_VISITORS
    customer = np.full(count, -1)
    # Who seldom buys on a visit comes the more often.
    weights = visit_rates(day, people) / customers.PURCHASE_FACTORS[people.kind] * visiting[people.country]
    customer[known] = some_of(rng, weights, known.sum())
    known &= customer >= 0
    country = weighted(rng, countries.SHARES * visiting, count)
    country[known] = people.country[customer[known]]
    hour = (rng.beta(3.2, 1.9, count) * 24 + countries.HOURS_TO_UTC[country]) % 24
    device = weighted(rng, np.array([0.36, 0.56, 0.08]), count)
    system = np.where(device == 0, rng.integers(0, 2, count), np.where(device == 1, rng.integers(2, 4, count), 4))
    paid = rng.random(count) < (by_advertising / visiting)[country]
    # The last campaign runs all year, so whoever comes by none of those before it comes by it.
    lot = rng.random(count) * by_advertising[country]
    newsletter_or_other = np.where(known, rng.integers(0, 4, count), rng.choice([0, 1, 3], count))
    stays = rng.random(count) >= np.where(known, KNOWN_BOUNCE, UNKNOWN_BOUNCE)
    views = np.where(stays, rng.geometric(0.52, count) - 1, 0).clip(0, 20)
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
        campaign=(lot[:, np.newaxis] >= day.by_campaign[country, :-1]).sum(axis=1),
        consent=rng.random(count) >= 0.12,
        stays=stays,
        pages=1 + (stays & ((views == 0) | (rng.random(count) < 0.10))),
        searches=(stays & (rng.random(count) < 0.25)).astype(np.int64),
        views=views,
        drawn=np.zeros(count, dtype=np.int64),
        checkout=np.zeros(count, dtype=bool),
        order=np.full(count, -1),
    )


def decide(day: Day, people: Customers, visits: Visits) -> tuple[np.ndarray, np.ndarray]:
    """Who means to buy (indices of visits), and by visit the customer behind it, -1 for guests and unknown ones.

    How many things each visit puts into its cart is noted in the visits: those who buy, and those who only begin to.
    """
    rng = stream(day.seed, "decisions", day.number)
    count = len(visits.number)
    person = visits.customer.copy()
    known = person >= 0
    factor = np.where(known, customers.PURCHASE_FACTORS[people.kind[person.clip(0)]], UNKNOWN_FACTOR)
    factor = factor * SOURCE_FACTORS[visits.source] * DEVICE_FACTORS[visits.device] * visits.stays
    chance = factor * (count * day.conversion / max(factor.sum(), 1e-9))
    buys = rng.random(count) < chance.clip(0, MOST_LIKELY)
    # Where the checkout is broken, carts are left there.
    stopped = buys & (rng.random(count) < day.troubles.checkout_stops[visits.device])
    buys &= ~stopped
    leaves = stopped | (visits.stays & ~buys & (rng.random(count) < ABANDONED_CARTS))
    visits.checkout[:] = buys | stopped | (leaves & (rng.random(count) < ABANDONED_AT_CHECKOUT))

    weights = visit_rates(day, people)
    unknown = np.flatnonzero(buys & ~known)
    unknown = unknown[rng.random(len(unknown)) < LOGS_IN]
    for country in range(len(countries.CODES)):
        here = unknown[visits.country[unknown] == country]
        person[here] = some_of(rng, np.where(people.country == country, weights, 0), len(here))
    last = LAST_LINE[kinds_of(people, person)]
    visits.drawn[:] = np.where(buys, rng.geometric(last).clip(1, MOST_LINES), leaves.astype(np.int64))
    return np.flatnonzero(buys), person


def fill_carts(day: Day, people: Customers, visits: Visits, person: np.ndarray, available: np.ndarray):
    """The lines of all carts, and what was given up for something else: visits, products and pieces."""
    rng = stream(day.seed, "carts", day.number)
    count = len(visits.number)
    visit_index = np.repeat(np.arange(count), visits.drawn)
    product = choose(rng, day, people, person[visit_index])
    quantity = pieces(rng, kinds_of(people, person[visit_index]))
    # A country is served by the warehouse of the same index.
    warehouse = visits.country[visit_index]
    switches = np.flatnonzero((available[product, warehouse] <= 0) & (rng.random(len(product)) < SUBSTITUTES))
    given_up = (visit_index[switches], product[switches], quantity[switches])
    product[switches] = day.draw.of(day.draw.category[product[switches]], rng)
    in_stock = available[product, warehouse] > 0
    _, unique = np.unique(visit_index * 10_000 + product, return_index=True)
    keep = np.zeros(len(product), dtype=bool)
    keep[unique] = True
    visit_index, product, in_stock, quantity = visit_index[keep], product[keep], in_stock[keep], quantity[keep]
    quantity, short = as_many_as_there_are(quantity, available[product, visits.country[visit_index]])
    visits.drawn[:] = np.bincount(visit_index, minlength=count)
    position = np.arange(len(visit_index)) - np.repeat(np.cumsum(visits.drawn) - visits.drawn, visits.drawn)
    return CartLines(visit_index, product, quantity, short, position, in_stock, in_stock.copy()), given_up


def choose(rng: np.random.Generator, day: Day, people: Customers, person: np.ndarray) -> np.ndarray:
    """A product for each person: of the category that a customer likes, or by the taste of the kind."""
    taste = np.cumsum(TASTES, axis=1)[kinds_of(people, person)]
    category = (rng.random(len(person))[:, np.newaxis] >= taste).sum(axis=1).clip(0, len(CATEGORIES) - 1)
    likes = (person >= 0) & (rng.random(len(person)) < AFFINITY)
    category[likes] = people.affinity[person[likes]]
    return day.draw.of(category, rng)


def order_elsewhere(day: Day, people: Customers, available: np.ndarray):
    """Orders by phone and through marketplaces: arrays by order, and by line."""
    rng = stream(day.seed, "orders elsewhere", day.number)
    count = rng.poisson(day.orders_elsewhere)
    index = some_of(rng, day.rates * customers.ELSEWHERE[people.kind], count)
    country = np.where(index >= 0, people.country[index.clip(0)], weighted(rng, countries.SHARES, count))
    index = np.where(rng.random(count) < GUESTS_ELSEWHERE, -1, index)
    kind = kinds_of(people, index)
    phones = rng.random(count) < np.append(customers.BY_PHONE, 0.0)[kind]
    size = rng.geometric(LAST_LINE[kind]).clip(1, MOST_LINES)
    order = np.repeat(np.arange(count), size)
    product = choose(rng, day, people, index[order])
    _, unique = np.unique(order * 10_000 + product, return_index=True)
    at = day.midnight + (rng.beta(2.5, 2.0, count) * 23.5 * 3600e6).astype(np.int64)
    order, product = order[unique], product[unique]
    quantity, short = as_many_as_there_are(pieces(rng, kind[order]), available[product, country[order]])
    lines = {"order": order, "product": product, "quantity": quantity, "short": short}
    channel = np.where(phones, PHONE, MARKETPLACE)
    return {"channel": channel, "index": index, "country": country, "ordered_at": at}, lines


def as_many_as_there_are(wanted: np.ndarray, available: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pieces that are taken, of what is not sold out, and pieces that are missing."""
    taken = np.where(available > 0, np.minimum(wanted, available), wanted)
    return taken, wanted - taken


def pieces(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """How many pieces each line is for: nearly always one, but for businesses."""
    more = rng.random(len(kind))
    few = 1 + (more < SECOND_PIECE).astype(np.int64) + (more < THIRD_PIECE)
    return np.where(kind == BUSINESS, rng.geometric(LAST_PIECE, len(kind)).clip(1, MOST_PIECES), few)


def drafts_of(
    day: Day, people: Customers, visits: Visits, buyers, person, lines: CartLines, outside: dict, outside_lines: dict
):
    """Arrays of the orders that people mean to place, and of their lines, from all channels."""
    rng = stream(day.seed, "drafts", day.number)
    buys = np.zeros(len(visits.number), dtype=bool)
    buys[buyers] = True
    kept = lines.kept & buys[lines.visit]
    with_lines = np.unique(lines.visit[kept])
    index = person[with_lines]
    purchase_position = visits.pages + visits.searches + visits.views + 2 * visits.drawn + 1
    ordered_at = (visits.started_at + purchase_position * visits.pace)[with_lines]
    app = rng.random(len(with_lines)) < np.where(visits.device[with_lines] == 1, 0.45, 0.0)

    count, others = len(with_lines), len(outside["index"])
    all_index = np.concatenate([index, outside["index"]])
    known = all_index >= 0
    wish = np.where(known, people.discount_affinity[all_index.clip(0)], 0.45)
    takes = rng.random(count + others) < wish
    drafts = {
        "index": all_index,
        "customer": np.where(known, people.number[all_index.clip(0)], 0),
        "visit": np.concatenate([with_lines, np.full(others, -1)]),
        "session": np.concatenate([visits.number[with_lines], np.zeros(others, dtype=np.int64)]),
        "channel": np.concatenate([np.where(app, APP, WEB), outside["channel"]]),
        "country": np.concatenate([visits.country[with_lines], outside["country"]]),
        "ordered_at": np.concatenate([ordered_at, outside["ordered_at"]]),
        "address": np.where(known, address_number(people, all_index.clip(0)), 0),
        "discounted": takes & (day.promotion is not None),
    }
    order = np.concatenate([np.searchsorted(with_lines, lines.visit[kept]), count + outside_lines["order"]])
    product = np.concatenate([lines.product[kept], outside_lines["product"]])
    quantity = np.concatenate([lines.quantity[kept], outside_lines["quantity"]])
    short = np.concatenate([lines.short[kept], outside_lines["short"]])
    cart_line = np.concatenate([np.flatnonzero(kept), np.full(len(outside_lines["order"]), -1)])
    return drafts, {"order": order, "product": product, "quantity": quantity, "short": short, "cart_line": cart_line}


def demand_of(buyers, visits: Visits, lines: CartLines, given_up: tuple, drafts: dict, wanted: dict, granted) -> Demand:
    """What buyers wanted: what they got or not, what was sold out at once, and what they gave up for something else."""
    buys = np.zeros(len(visits.number), dtype=bool)
    buys[buyers] = True
    gone = np.flatnonzero(buys[lines.visit] & ~lines.in_stock)
    # Lines of a draft that were not granted are among the orders' lines already.
    gone = np.setdiff1d(gone, wanted["cart_line"])
    visit, product, units = (values[buys[given_up[0]]] for values in given_up)
    parts = (
        (wanted["product"], drafts["country"][wanted["order"]], wanted["quantity"], granted, False),
        (wanted["product"], drafts["country"][wanted["order"]], wanted["short"], False, False),
        (lines.product[gone], visits.country[lines.visit[gone]], lines.quantity[gone], False, False),
        (product, visits.country[visit], units, False, True),
    )
    spread = [[np.broadcast_to(value, len(part[0])) for value in part] for part in parts]
    return Demand(*(np.concatenate(columns) for columns in zip(*spread, strict=True)))


def address_number(people: Customers, index: np.ndarray) -> np.ndarray:
    """The shipping address that a customer has now: a customer's addresses are numbered by moves."""
    return people.number[index] * ADDRESSES_OF_A_CUSTOMER + people.moves[index]


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
