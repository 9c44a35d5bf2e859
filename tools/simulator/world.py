"""The world: lives day by day and hands each day to the emitters."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from tools.simulator import calendar, campaigns, catalog, customers, incidents, shopping, stock, visit_events
from tools.simulator.carts import Carts, CartWrites
from tools.simulator.consents import Consents, Declarations
from tools.simulator.feedback.feedback import Feedback, Said
from tools.simulator.leads import Leads, leads_of
from tools.simulator.options import Options
from tools.simulator.orders import NEVER, Orders
from tools.simulator.randomness import share
from tools.simulator.rates import Rates
from tools.simulator.tracking import Steps, Tracking


@dataclass
class DayRecord:
    """All that happened on a day; what the emitters tell of."""

    number: int
    date: date
    midnight: int
    day: shopping.Day = None
    visits: shopping.Visits = None
    demand: shopping.Demand = None
    events: visit_events.VisitEvents = None
    new_orders: Orders = None
    orders: Orders = None
    movements: list[stock.Movements] = field(default_factory=list)
    counts: tuple = None
    purchases: stock.PurchaseLines = None
    receipts: list = field(default_factory=list)
    catalog_changes: catalog.CatalogChanges = None
    new_customers: np.ndarray = None
    changed_customers: np.ndarray = None
    phoned_customers: np.ndarray = None
    moved_customers: np.ndarray = None
    deleted_customers: np.ndarray = None
    left_billing_addresses: np.ndarray = None
    carts: CartWrites = None
    tracking: Steps = None
    consents: Declarations = None
    leads: Leads = None
    said: Said = None


class World:
    """State that lasts from day to day."""

    def __init__(self, options: Options):
        """The world on the morning of its first day."""
        self.options = options
        self.start_date = options.first_day
        self.start = calendar.microseconds(self.start_date)
        self.rates = Rates(options.seed, self.start_date)
        self.catalog = catalog.build(options.seed)
        self.stock = stock.Stock(options.seed, self.catalog, options.orders_per_day)
        self.customers = customers.initial(options.seed, options.customers, self.start)
        self.initial_customers = len(self.customers)
        self.incidents = incidents.incidents_of(options.seed, self.catalog, options.last + 1)
        self.visits = 0
        self.orders = 0
        self.unfinished: Orders | None = None
        self.carts = Carts(options.seed)
        self.tracking = Tracking(options.seed, self.start)
        self.consents = Consents(options.seed)
        self.leads = 0
        self.feedback = Feedback(options.seed, self.start, options.orders_per_day, self.catalog)

    def days(self) -> Iterator[DayRecord]:
        """Live the days, one after the other."""
        for number in range(self.options.last + 1):
            yield self.live(number)

    def live(self, number: int) -> DayRecord:
        """One day."""
        today = self.start_date + timedelta(days=number)
        midnight = self.start + number * calendar.MICROSECONDS_PER_DAY
        record = DayRecord(number, today, midnight)
        busy = calendar.demand(today, number)
        seed = self.options.seed
        if number > 0:
            record.catalog_changes = catalog.change(self.catalog, seed, number)
            self.change_customers(record)
        newcomers = customers.newcomers(seed, self.options.customers, len(self.customers), number, midnight, busy)
        record.new_customers = len(self.customers) + np.arange(len(newcomers))
        self.customers.extend(newcomers)

        self.stock_arrivals(record)
        self.shop(record, busy)
        self.fulfil(record)
        record.carts = self.carts.live(record, self.catalog.list_price, self.customers, self.rates.per_euro(today))
        record.tracking = self.tracking.live(record.orders, number)
        record.leads = leads_of(seed, self.options.customers, self.leads, number, midnight)
        self.leads += len(record.leads.number)
        promotion = calendar.running(today)
        record.said = self.feedback.live(record, self.customers, promotion.lift if promotion else 1.0)
        objecting = [request.person.customer - 1 for request in record.said.requests if request.kind == "object"]
        objecting = np.array(objecting, dtype=np.int64)
        record.consents = self.consents.live(self.customers, objecting, number, midnight)
        record.movements.append(self.stock.shrink(number, midnight))
        *record.counts, adjusted = self.stock.count(number, midnight)
        record.movements.append(adjusted)
        record.purchases = self.stock.reorder(number, midnight, today.weekday())
        return record

    def change_customers(self, record: DayRecord) -> None:
        """Some customers move, change phone or language, rise in the loyalty programme, or close their account."""
        people = self.customers
        drawn = share(self.options.seed, f"life of day {record.number}", people.number)
        active = ~people.deleted & (people.registered_at < record.midnight)
        moved = active & (drawn < 0.0004) & (people.moves < 90)
        phoned = active & (drawn >= 0.0004) & (drawn < 0.0008)
        deleted = active & (drawn >= 0.0008) & (drawn < 0.00085)
        translated = active & (drawn >= 0.00085) & (drawn < 0.00105)
        one_address = active & (drawn >= 0.00105) & (drawn < 0.00115) & people.billing
        tier = (people.orders >= 3).astype(np.int64) + (people.orders >= 6)
        risen = active & (tier > people.tier) & ~deleted
        people.moves[moved] += 1
        people.phones[phoned] += 1
        people.tier[risen] = tier[risen]
        people.language[translated] = customers.LANGUAGES.index("en")
        people.deleted[deleted] = True
        people.billing[one_address] = False
        people.away = moved | deleted
        record.moved_customers = np.flatnonzero(moved)
        record.phoned_customers = np.flatnonzero(phoned)
        record.changed_customers = np.flatnonzero(phoned | risen | translated)
        record.deleted_customers = np.flatnonzero(deleted)
        record.left_billing_addresses = np.flatnonzero(one_address)

    def stock_arrivals(self, record: DayRecord) -> None:
        """What moves before the shop is busy: openings on the first day, transfers and receipts later."""
        if record.number == 0:
            record.movements.append(self.stock.open(record.midnight))
        else:
            record.movements += self.stock.transfer(record.number, record.midnight)
        received, record.receipts = self.stock.receive(record.number, record.midnight)
        record.movements += received

    def shop(self, record: DayRecord, busy: float) -> None:
        """Visits and orders; what is ordered is reserved."""
        promotion = calendar.running(record.date)
        day = shopping.Day(
            seed=self.options.seed,
            number=record.number,
            midnight=record.midnight,
            start=self.start,
            busy=busy,
            orders_per_day=self.options.orders_per_day,
            promotion=promotion,
            brought=campaigns.brought(record.date),
            per_euro=self.rates.per_euro(record.date),
            rates=customers.rates(self.customers, self.start, record.midnight, record.date, promotion),
            draw=shopping.ProductDraw(self.catalog, record.number),
            troubles=incidents.troubles_on(self.incidents, record.number, catalog.PRODUCTS),
        )
        available = self.stock.available()
        before = available.copy()
        record.day = day
        record.visits, cart_lines, record.new_orders, record.demand = shopping.shop(
            day, self.catalog, self.customers, available, self.visits + 1, self.orders + 1
        )
        record.events = visit_events.events_of(day, record.visits, cart_lines, before)
        sold = record.new_orders.lines
        sold = np.bincount(sold.product, weights=sold.quantity, minlength=catalog.PRODUCTS)
        self.stock.learn(record.date, record.number, sold, busy)
        self.stock.reserved += before - available
        self.visits += len(record.visits.number)
        self.orders += len(record.new_orders)
        made = record.new_orders
        record.orders = (
            made if self.unfinished is None else self.unfinished.unfinished(record.midnight).followed_by(made)
        )
        self.unfinished = record.orders

    def fulfil(self, record: DayRecord) -> None:
        """Cancelled orders give back what they reserved; shipped ones take it; resaleable returns bring it back."""
        orders, lines = record.orders, record.orders.lines
        warehouse = orders.country[lines.order]

        def on_this_day(instants: np.ndarray) -> np.ndarray:
            return ((instants != NEVER) & (stock.day_of(instants, self.start) == record.number))[lines.order]

        cancelled = on_this_day(orders.cancelled_at)
        np.subtract.at(self.stock.reserved, (lines.product[cancelled], warehouse[cancelled]), lines.quantity[cancelled])

        shipped = np.flatnonzero(on_this_day(orders.shipped_at))
        shelf = (lines.product[shipped], warehouse[shipped])
        np.subtract.at(self.stock.on_hand, shelf, lines.quantity[shipped])
        np.subtract.at(self.stock.reserved, shelf, lines.quantity[shipped])
        order = np.array([f"O{n:09}" for n in orders.number[lines.order[shipped]]], dtype=object)
        shipped_at = orders.shipped_at[lines.order[shipped]]
        record.movements.append(stock.movements(*shelf, "sale", -lines.quantity[shipped], "order", order, shipped_at))

        back = np.flatnonzero(on_this_day(orders.returned_at) & lines.returned & ~lines.damaged)
        shelf = (lines.product[back], warehouse[back])
        np.add.at(self.stock.on_hand, shelf, lines.quantity[back])
        reference = np.array(return_ids(orders, back), dtype=object)
        returned_at = orders.returned_at[lines.order[back]]
        record.movements.append(
            stock.movements(*shelf, "return", lines.quantity[back], "return", reference, returned_at)
        )


def return_ids(orders: Orders, lines: np.ndarray) -> list[str]:
    """The ids of returned lines."""
    order = orders.number[orders.lines.order[lines]].tolist()
    return [f"R{o:09}-{n}" for o, n in zip(order, orders.lines.number[lines].tolist(), strict=True)]
