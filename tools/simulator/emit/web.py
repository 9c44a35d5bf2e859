"""The event stream of the web shop and the app.

An event's JSON is joined from ready pieces of text, with its members in the order of `Web.documents`: that is
faster than a writer that takes it apart.
"""

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import campaigns, catalog, columns, countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.emit.overnight import Overnight
from tools.simulator.landing import Landing
from tools.simulator.randomness import below, hashed, share
from tools.simulator.shopping import DEVICES, SOURCES, SYSTEMS
from tools.simulator.visit_events import CHECKOUT, PAGE_VIEW, PRODUCT_VIEW, PURCHASE, SEARCH, TYPES, VisitEvents
from tools.simulator.world import DayRecord, World

FIXED_PATHS = ["/", "/search", "/cart", "/checkout", "/checkout/done"]
PATH_OF_TYPE = np.array([0, 1, 0, 0, 2, 3, 4])
CATEGORY_PATHS = [f"/c/{code}" for code in catalog.CATEGORIES]
PRODUCT_PATHS = [f"/p/P{number:05}" for number in range(1, catalog.PRODUCTS + 1)]
PATHS = FIXED_PATHS + CATEGORY_PATHS + PRODUCT_PATHS
FIRST_CATEGORY_PATH = len(FIXED_PATHS)
FIRST_PRODUCT_PATH = FIRST_CATEGORY_PATH + len(CATEGORY_PATHS)

KINDS_OF_THINGS = (
    *("phone", "laptop 16gb", "tablet kids", "smart bulb", "console bundle", "watch", "usb-c cable", "headphones"),
)
BRANDED = [f"{brand.lower()} {thing}" for brand in catalog.BRANDS for thing in KINDS_OF_THINGS]
SEARCHES = [*KINDS_OF_THINGS, *BRANDED]
# By source, then for organic visits.
REFERRERS = ["www.google.com", "www.instagram.com", "mail.example", "partner.example", "www.google.com", "www.bing.com"]
ORGANIC_REFERRER = 4
# Reserved for tests of network devices (RFC 2544) and for documentation (RFC 3849): they belong to nobody.
IPV4 = pa.array([f"198.18.{high}.{low}" for high in range(256) for low in range(256)])
IPV6_PREFIX = "2001:db8:"


def fragments(key: str, names: list[str], texts: list[list[str]]) -> pa.Array:
    """Members of a JSON document that are objects: `names` with each row of `texts`."""
    objects = (json.dumps(dict(zip(names, row, strict=True)), separators=(",", ":")) for row in texts)
    return pa.array([f',"{key}":{text}' for text in objects])


# Text that stands before each value; members that an event has not are left out.
FIRST_KEY, OCCURRED_KEY, DEVICE_KEY, IP_KEY, INGESTED_KEY = (
    pa.scalar(text) for text in ('{"event_id":"', '"occurred_at":"', ',"device":{', ',"ip":"', ',"_ingested_at":"')
)
LAST, NO_SEPARATOR = pa.scalar('"}\n'), pa.scalar("")
TYPE_TEXTS = pa.array([f'","event_type":"{name}",' for name in TYPES])
# What browsers call themselves, by system; the shop sends it with the first event of a visit only.
USER_AGENTS = [
    *(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/144.0",
        "Mozilla/5.0 (Macintosh) Version/18.6 Safari/605.1.15",
    ),
    *(
        "Mozilla/5.0 (Linux; Android 15) Chrome/142.0.0.0 Mobile",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)",
    ),
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X)",
]
AGENT_TEXTS = [f',"user_agent":"{agent}"' for agent in USER_AGENTS]
DEVICE_TEXTS = pa.array(
    [
        f'"type":"{device}","os":"{system}"{agent}}}'
        for agents in ([""] * len(SYSTEMS), AGENT_TEXTS)
        for device in DEVICES
        for system, agent in zip(SYSTEMS, agents, strict=True)
    ]
)
COUNTRY_TEXTS = pa.array([f'","geo":{{"country":"{code}"}}' for code in countries.CODES])
PATH_TEXTS = pa.array([f',"page":{{"path":"{path}"' for path in PATHS])
# The end of the page, with a referrer or at the last position without.
REFERRER_TEXTS = pa.array([*(f',"referrer":"{host}"}}' for host in REFERRERS), "}"])
UTM_TEXTS = fragments("utm", ["source", "campaign"], [[source, name] for source in SOURCES for name in campaigns.NAMES])
SEARCH_TEXTS = fragments("search", ["text"], [[text] for text in SEARCHES])
STOCK_TEXTS = pa.array([',"in_stock":false', ',"in_stock":true'])
CONSENT_TEXTS = pa.array([',"consent":{"analytics":false}', ',"consent":{"analytics":true}'])


class Web:
    """Tells the visits of each day; what happens after midnight lands with the next day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.seed = world.options.seed
        self.overnight = Overnight()

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        occurred, documents = self.overnight.today(*self.documents(record), record.midnight)
        last = record.midnight + MICROSECONDS_PER_DAY - 1
        ingested = columns.ascii_text(
            columns.instant_letters(self.landing.arrived_at(columns.ingestion(occurred, last)))
        )
        lines = pc.binary_join_element_wise(documents, INGESTED_KEY, ingested, LAST, NO_SEPARATOR)
        self.landing.compressed_lines("web", "events", record.date, lines)

    def documents(self, record: DayRecord) -> tuple[np.ndarray, pa.Array]:
        """All events of the day's visits, some after midnight: when, and their JSON up to the time of ingestion."""
        visits, events = record.visits, record.events
        visit, kind = events.visit, events.kind
        number = visits.number[visit]
        occurred = visits.started_at[visit] + events.position * visits.pace[visit]
        consent = visits.consent[visit]
        visitor = visits.visitor[visit]
        arrival = events.position == 0
        source = np.where(arrival, visits.source[visit], -1)
        referrer = self.referrers(source, arrival, number)
        in_stock = np.where(kind == PRODUCT_VIEW, events.in_stock, -1)
        parts = (
            FIRST_KEY,
            self.event_ids(occurred, number * 64 + events.position),
            columns.coded(kind, TYPE_TEXTS),
            OCCURRED_KEY,
            columns.ascii_text(columns.instant_letters(occurred)),
            columns.ids('","session_id":"S', number, 10, suffix='"'),
            columns.ids(',"customer_id":"C', np.where(consent, self.known_customer(record), 0), 8, none=0, suffix='"'),
            DEVICE_KEY,
            self.device_ids(visitor, consent),
            columns.coded(
                (arrival * len(DEVICES) + visits.device[visit]) * len(SYSTEMS) + visits.system[visit], DEVICE_TEXTS
            ),
            IP_KEY,
            ip_addresses(self.seed, visitor),
            columns.coded(visits.country[visit], COUNTRY_TEXTS),
            columns.coded(self.paths(events, number), PATH_TEXTS),
            columns.coded(np.where(referrer < 0, len(REFERRERS), referrer), REFERRER_TEXTS),
            columns.coded(np.where(source < 0, -1, source * len(campaigns.NAMES) + visits.campaign[visit]), UTM_TEXTS),
            columns.coded(self.searches(kind, number), SEARCH_TEXTS),
            columns.ids(',"product_id":"P', events.product + 1, 5, none=0, suffix='"'),
            columns.ids(',"quantity":', events.quantity, 1, none=0),
            columns.coded(in_stock, STOCK_TEXTS),
            columns.ids(',"order_id":"O', np.where(kind == PURCHASE, visits.order[visit], 0), none=0, suffix='"'),
            columns.coded(consent, CONSENT_TEXTS),
        )
        return occurred, pc.binary_join_element_wise(*parts, NO_SEPARATOR, null_handling="skip")

    def known_customer(self, record: DayRecord) -> np.ndarray:
        """The number of the customer who has logged in by each event; 0 before and for guests."""
        visits, events = record.visits, record.events
        customer = visits.customer[events.visit]
        buying = (events.kind >= CHECKOUT) & (visits.order[events.visit] >= 0)
        logged_in = (customer >= 0) & ((events.position >= visits.login[events.visit]) | buying)
        return np.where(logged_in, self.world.customers.number[customer.clip(0)], 0)

    def event_ids(self, occurred: np.ndarray, numbers: np.ndarray) -> pa.Array:
        """UUIDs of version 7 (RFC 9562): 48 bits of milliseconds, then random bits around version and variant."""
        bits = hashed(self.seed, "event", numbers)
        more = hashed(self.seed, "event, second half", numbers)
        count = len(numbers)
        time = columns.hexadecimal(occurred // 1000, 12)
        random = columns.hexadecimal(bits, 6)
        dash = columns.constant_letters("-", count)
        variant = columns.hexadecimal(8 + (bits >> np.uint64(32)) % np.uint64(4), 1)
        parts = (
            *(time[:, :8], dash, time[:, 8:], dash, columns.constant_letters("7", count), random[:, :3], dash),
            *(variant, random[:, 3:], dash, columns.hexadecimal(more, 12)),
        )
        return columns.ascii_text(np.hstack(parts))

    def device_ids(self, visitor: np.ndarray, consent: np.ndarray) -> pa.Array:
        """The member of the visitor's device that tells which one; null without consent."""
        count = len(visitor)
        parts = (columns.constant_letters('"id":"', count), device_letters(self.seed, visitor))
        return columns.ascii_text(np.hstack([*parts, columns.constant_letters('",', count)]), consent)

    def paths(self, events: VisitEvents, visit_number: np.ndarray) -> np.ndarray:
        """The page of each event, as a position in PATHS."""
        category = FIRST_CATEGORY_PATH + below(self.seed, "category page", visit_number, len(CATEGORY_PATHS))
        path = np.where((events.kind == PAGE_VIEW) & (events.position > 0), category, PATH_OF_TYPE[events.kind])
        on_product_page = (events.product >= 0) & (PATH_OF_TYPE[events.kind] == 0)
        return np.where(on_product_page, FIRST_PRODUCT_PATH + events.product, path)

    def referrers(self, source: np.ndarray, arrival: np.ndarray, visit_number: np.ndarray) -> np.ndarray:
        """Where visits came from, at their first event: the paid source, a search engine, or -1 for direct ones."""
        organic = ORGANIC_REFERRER + below(self.seed, "search engine", visit_number, 2)
        found = arrival & (share(self.seed, "found by search", visit_number) < 0.45)
        return np.where(source >= 0, source, np.where(found, organic, -1))

    def searches(self, kind: np.ndarray, visit_number: np.ndarray) -> np.ndarray:
        """What was typed, as a position in SEARCHES; -1 where nothing was."""
        return np.where(kind == SEARCH, below(self.seed, "search", visit_number, len(SEARCHES)), -1)


def device_letters(seed: int, visitor: np.ndarray) -> np.ndarray:
    """The id of each visitor's device, as rows of letters."""
    digits = columns.hexadecimal(hashed(seed, "device", visitor), 16)
    return np.hstack([columns.constant_letters("dev-", len(visitor)), digits])


def shown_device_ids(seed: int, visitor: np.ndarray) -> pa.Array:
    """The id of each visitor's device."""
    return columns.ascii_text(device_letters(seed, visitor))


def ip_addresses(seed: int, visitor: np.ndarray) -> pa.Array:
    """The visitors' addresses: most have IPv4."""
    bits = hashed(seed, "ip", visitor)
    four = IPV4.take(columns.whole((bits % np.uint64(len(IPV4))).astype(np.int64)))
    # The first digit of a group is not 0, which the usual spelling would leave out.
    groups = [(bits >> np.uint64(shift)) & np.uint64(0xFFFF) | np.uint64(0x1000) for shift in (16, 32)]
    count = len(visitor)
    six = columns.ascii_text(
        np.hstack(
            [
                columns.constant_letters(IPV6_PREFIX, count),
                columns.hexadecimal(groups[0], 4),
                columns.constant_letters(":", count),
                columns.hexadecimal(groups[1], 4),
                columns.constant_letters("::1", count),
            ]
        )
    )
    return pc.if_else(pa.array(share(seed, "ip version", visitor) < 0.6), four, six)
