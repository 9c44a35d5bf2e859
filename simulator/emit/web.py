"""The event stream of the web shop and the app."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulator import columns, countries
from simulator.calendar import MICROSECONDS_PER_DAY
from simulator.landing import Landing
from simulator.randomness import below, hashed, share, stream
from simulator.shopping import DEVICES, SOURCES, SYSTEMS, CartLines, ProductDraw, Visits
from simulator.catalog import CATEGORY_SHARES
from simulator.randomness import weighted
from simulator.world import DayRecord, World

PAGE_VIEW, SEARCH, PRODUCT_VIEW, ADD, REMOVE, CHECKOUT, PURCHASE = range(7)
TYPES = np.array(["page_view", "search", "product_view", "add_to_cart", "remove_from_cart", "begin_checkout", "purchase"])
PATHS = np.array(["/", "/search", "/product", "/cart", "/cart", "/checkout", "/checkout/done"])
SEARCHES = np.array(["phone", "laptop 16gb", "tablet kids", "smart bulb", "console bundle", "watch", "usb-c cable", "headphones"])
REFERRERS = np.array(["www.google.com", "www.instagram.com", "mail.example", "partner.example"])
CAMPAIGNS = np.array(["brand", "back_to_school", "gifts", "retargeting"])
REMOVALS = 0.25

# The JSON document of an event. UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits.
DOCUMENT = """
    format('{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}',
        (occurred_us // 1000) >> 16, (occurred_us // 1000) & 65535,
        random_bits & 4095, 32768 + ((random_bits >> 12) & 16383), (random_bits >> 16) & 281474976710655) as event_id,
    event_type,
    strftime(make_timestamp(occurred_us), '%Y-%m-%dT%H:%M:%S.%f') as occurred_at,
    session_id,
    customer_id,
    {'id': device_id, 'type': device_type, 'os': os} as device,
    ip,
    {'country': country} as geo,
    {'path': page_path, 'referrer': referrer} as page,
    {'source': utm_source, 'campaign': utm_campaign} as utm,
    {'text': search_text} as search,
    product_id,
    quantity,
    in_stock,
    order_id,
    {'analytics': consent} as consent,
    strftime(make_timestamp(ingested_us), '%Y-%m-%dT%H:%M:%S.%f') as _ingested_at
"""


class Web:
    """Tells the visits of each day; what happens after midnight lands with the next day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.seed = world.options.seed
        self.after_midnight: pa.Table | None = None

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        events = self.events(record)
        if self.after_midnight is not None:
            events = pa.concat_tables([self.after_midnight, events])
        tomorrow = record.midnight + MICROSECONDS_PER_DAY
        occurred = events.column("occurred_us").to_numpy()
        self.after_midnight = events.filter(pa.array(occurred >= tomorrow))
        today = events.filter(pa.array(occurred < tomorrow)).sort_by([("occurred_us", "ascending"), ("session_id", "ascending")])
        ingested = np.minimum(today.column("occurred_us").to_numpy() + 60_000_000, tomorrow - 1)
        today = today.append_column("ingested_us", pa.array(ingested))
        self.landing.jsonl("web", "events", record.date, today, DOCUMENT, compressed=True)

    def events(self, record: DayRecord) -> pa.Table:
        """All events of the day's visits, some after midnight; instants in microseconds."""
        visits, cart = record.visits, record.cart_lines
        visit, kind, position, product, quantity, in_stock = self.steps(record, visits, cart)
        occurred = visits.started_at[visit] + position * visits.pace[visit]
        customers = self.world.customers
        late_login = (kind >= CHECKOUT) & (visits.order[visit] >= 0)
        logged_in = (visits.customer[visit] >= 0) & ((position >= visits.login[visit]) | late_login)
        shown = logged_in & visits.consent[visit]
        customer = np.where(shown, customers.number[visits.customer[visit].clip(0)], 0)
        visitor = visits.visitor[visit]
        consent = visits.consent[visit]
        campaign = visits.source[visit]
        first = position == 0
        device = columns.ids("dev-", hashed(self.seed, "device", visitor) >> np.uint64(16), 15)
        return pa.table(
            {
                "occurred_us": columns.whole(occurred),
                "random_bits": columns.whole(hashed(self.seed, "event", visits.number[visit] * 64 + position) >> np.uint64(1)),
                "event_type": columns.words(TYPES[kind]),
                "session_id": columns.ids("S", visits.number[visit], 10),
                "customer_id": columns.ids("C", customer, 8, none=0),
                "device_id": pc.if_else(pa.array(consent), device, None),
                "device_type": columns.words(DEVICES[visits.device[visit]]),
                "os": columns.words(SYSTEMS[visits.system[visit]]),
                "ip": self.ip(visitor),
                "country": columns.words(countries.CODES[visits.country[visit]]),
                "page_path": columns.words(PATHS[kind]),
                "referrer": columns.words(np.where(first & (campaign >= 0), REFERRERS[campaign.clip(0)], "")),
                "utm_source": columns.words(np.where(first & (campaign >= 0), SOURCES[campaign.clip(0)], "")),
                "utm_campaign": columns.words(np.where(first & (campaign >= 0), CAMPAIGNS[visits.campaign[visit]], "")),
                "search_text": columns.words(np.where(kind == SEARCH, SEARCHES[below(self.seed, "search", visits.number[visit], 8)], "")),
                "product_id": columns.ids("P", product + 1, 5, none=0),
                "quantity": pa.array(quantity, mask=quantity == 0),
                "in_stock": pa.array(in_stock, mask=kind != PRODUCT_VIEW),
                "order_id": columns.ids("O", np.where(kind == PURCHASE, visits.order[visit], 0), none=0),
                "consent": pa.array(consent),
            }
        )

    def steps(self, record: DayRecord, visits: Visits, cart: CartLines):
        """Arrays by event: visit, kind, position in the visit, product (-1 for none), quantity, in_stock."""
        rng = stream(self.seed, "events", record.number)
        count = len(visits.number)
        everyone = np.arange(count)
        after_search = visits.pages + visits.searches
        after_views = after_search + visits.views
        draw = ProductDraw(self.world.catalog, record.number)
        viewed = np.repeat(everyone, visits.views)
        looked_at = draw.of(weighted(rng, CATEGORY_SHARES, len(viewed)), rng)
        available = self.world.stock.available()[looked_at, visits.country[viewed]] > 0
        removed = cart.kept & (visits.order[cart.visit] < 0) & ~visits.checkout[cart.visit] & (rng.random(len(cart.visit)) < REMOVALS)
        in_cart, taken_out = np.flatnonzero(cart.kept), np.flatnonzero(removed)
        at_checkout = after_views + 2 * visits.drawn
        bought = np.flatnonzero(visits.order >= 0)
        checked_out = np.flatnonzero(visits.checkout)
        pages = np.repeat(everyone, visits.pages)
        searched = np.flatnonzero(visits.searches)

        def none(visit: np.ndarray) -> np.ndarray:
            return np.full(len(visit), -1)

        parts = (
            (pages, PAGE_VIEW, within(visits.pages), none(pages), 0, True),
            (searched, SEARCH, visits.pages[searched], none(searched), 0, True),
            (viewed, PRODUCT_VIEW, after_search[viewed] + within(visits.views), looked_at, 0, available),
            (cart.visit, PRODUCT_VIEW, after_views[cart.visit] + cart.position, cart.product, 0, cart.in_stock),
            (cart.visit[in_cart], ADD, (after_views + visits.drawn)[cart.visit[in_cart]] + cart.position[in_cart], cart.product[in_cart], 1, True),
            (cart.visit[taken_out], REMOVE, at_checkout[cart.visit[taken_out]] + cart.position[taken_out], cart.product[taken_out], 1, True),
            (checked_out, CHECKOUT, at_checkout[checked_out], none(checked_out), 0, True),
            (bought, PURCHASE, at_checkout[bought] + 1, none(bought), 0, True),
        )
        return tuple(
            np.concatenate([np.broadcast_to(part[column], len(part[0])) for part in parts]) for column in range(6)
        )

    def ip(self, visitor: np.ndarray) -> pa.Array:
        """Addresses reserved for documentation (RFC 5737, RFC 3849)."""
        bits = hashed(self.seed, "ip", visitor)
        low = [int(b) for b in (bits & np.uint64(0xFFFFFF))]
        four = share(self.seed, "ip version", visitor) < 0.6
        text = [
            f"203.0.113.{b % 256}" if is_four else f"2001:db8:{b >> 8:x}::{b % 251 + 1:x}" for b, is_four in zip(low, four, strict=True)
        ]
        return pa.array(text, type=pa.string())


def within(sizes: np.ndarray) -> np.ndarray:
    """0, 1, … inside each group of the given sizes."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
