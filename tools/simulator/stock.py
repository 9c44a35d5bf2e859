"""Stock: what lies where, what is promised, what is on its way, and who reorders."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY, usual
from tools.simulator.catalog import PRODUCTS, WAREHOUSES, Catalog
from tools.simulator.randomness import stream

HOUR = 3_600_000_000
OVERFLOW = 4
UNITS_PER_ORDER = 1.85
OPENING_DAYS = 34
# Buyers look at the stock on Mondays and Thursdays, keep little in reserve, and do not foresee what promotions sell:
# stock-outs happen.
REVIEW_WEEKDAYS = (0, 3)
# What they take for a product's level follows its sales over about so many days; they know the season that comes.
DAYS_TO_LEARN, DAYS_AHEAD = 45, 21
SAFETY = 1.35
OVERFLOW_SHARE = 0.15


@dataclass
class Movements:
    """Arrays by movement; `kind` and `reference` as the warehouse system names them."""

    product: np.ndarray
    warehouse: np.ndarray
    kind: np.ndarray
    quantity: np.ndarray
    reference_type: np.ndarray
    reference_id: np.ndarray
    moved_at: np.ndarray


def movements(product, warehouse, kind: str, quantity, reference_type, reference_id, moved_at) -> Movements:
    """Movements of one kind; `reference_id` is text or None for each."""
    count = len(product)
    return Movements(
        product=np.asarray(product),
        warehouse=np.broadcast_to(warehouse, count),
        kind=np.full(count, kind, dtype=object),
        quantity=np.asarray(quantity),
        reference_type=np.full(count, reference_type, dtype=object),
        reference_id=np.full(count, None, dtype=object)
        if reference_id is None
        else np.asarray(reference_id, dtype=object),
        moved_at=np.broadcast_to(moved_at, count),
    )


@dataclass
class PurchaseLines:
    """Arrays by purchase order line; days count from the first of the world, costs in cents of the supplier's currency.

    Of a cancelled one nothing comes, and `last_day` is when it is cancelled.
    """

    order: np.ndarray
    line: np.ndarray
    supplier: np.ndarray
    warehouse: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    first_part: np.ndarray
    unit_cost: np.ndarray
    ordered_at: np.ndarray
    expected_day: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    cancelled: np.ndarray


Arrival = tuple[PurchaseLines, np.ndarray, np.ndarray]


class Stock:
    """Pieces by product (rows) and warehouse (columns)."""

    def __init__(self, seed: int, catalog: Catalog, orders_per_day: float):
        """Stock for some weeks of the expected demand."""
        self.seed = seed
        self.catalog = catalog
        self.shares = np.append(countries.SHARES, OVERFLOW_SHARE * countries.SHARES[0])
        self.level = orders_per_day * UNITS_PER_ORDER * catalog.popularity
        self.daily_demand = np.outer(self.level, self.shares)
        self.on_hand = np.ceil(self.daily_demand * OPENING_DAYS).astype(np.int64) + 3
        self.on_hand[catalog.launched > 0] = 0
        self.reserved = np.zeros_like(self.on_hand)
        self.on_order = np.zeros_like(self.on_hand)
        self.purchases: list[PurchaseLines] = []
        self.purchase_orders = 0
        self.purchase_lines = 0

    @property
    def reorder_point(self) -> np.ndarray:
        """Pieces per warehouse below which buyers reorder, by product."""
        lead = self.catalog.lead_days[self.catalog.supplier] + 4
        return np.ceil(self.daily_demand[:, :4].mean(axis=1) * lead * SAFETY).astype(np.int64) + 1

    def learn(self, today: date, day: int, sold: np.ndarray, busy: float) -> None:
        """Adapt what is expected of each product to what was sold on a day, and to the weeks that come."""
        surprise = np.where(self.catalog.on_sale(day), sold / busy - self.level, 0)
        self.level = self.level + surprise / DAYS_TO_LEARN
        ahead = [usual(today + timedelta(days=days), day + days) for days in range(1, DAYS_AHEAD + 1)]
        self.daily_demand = np.outer(self.level, self.shares) * (sum(ahead) / DAYS_AHEAD)

    def available(self) -> np.ndarray:
        """What can still be promised."""
        return self.on_hand - self.reserved

    def open(self, at: int) -> Movements:
        """The stock that the world begins with."""
        product, warehouse = np.nonzero(self.on_hand)
        return movements(product, warehouse, "opening", self.on_hand[product, warehouse], None, None, at)

    def transfer(self, day: int, midnight: int) -> list[Movements]:
        """Bring stock from the overflow warehouse to the one beside it where that has run low."""
        low = self.available()[:, 0] < 3 * self.daily_demand[:, 0]
        quantity = np.minimum(self.available()[:, OVERFLOW], np.ceil(7 * self.daily_demand[:, 0]).astype(np.int64))
        product = np.flatnonzero(low & (quantity > 0))
        quantity = quantity[product]
        self.on_hand[product, OVERFLOW] -= quantity
        self.on_hand[product, 0] += quantity
        reference = np.array([f"TR{day:04}{p:04}" for p in product], dtype=object)
        return [
            movements(product, OVERFLOW, "transfer_out", -quantity, "transfer", reference, midnight + 4 * HOUR),
            movements(product, 0, "transfer_in", quantity, "transfer", reference, midnight + 5 * HOUR),
        ]

    def receive(self, day: int, midnight: int) -> tuple[list[Movements], list[Arrival]]:
        """What arrives from suppliers today: movements, and groups of lines with which came and how many so far.

        Cancelled lines are among the latter, with no pieces.
        """
        moved, arrived = [], []
        for lines in self.purchases:
            gone = np.flatnonzero(lines.cancelled & (lines.last_day == day))
            np.subtract.at(self.on_order, (lines.product[gone], lines.warehouse[gone]), lines.quantity[gone])
            if len(gone):
                arrived.append((lines, gone, np.zeros(len(gone), dtype=np.int64)))
            first = ~lines.cancelled & (lines.first_day == day)
            last = ~lines.cancelled & (lines.last_day == day)
            quantity = np.where(first, lines.first_part, 0) + np.where(last, lines.quantity - lines.first_part, 0)
            here = np.flatnonzero(quantity > 0)
            if len(here) == 0:
                continue
            product, warehouse, pieces = lines.product[here], lines.warehouse[here], quantity[here]
            np.add.at(self.on_hand, (product, warehouse), pieces)
            np.add.at(self.on_order, (product, warehouse), -pieces)
            reference = np.array([f"PO{order:08}" for order in lines.order[here]], dtype=object)
            moved.append(
                movements(product, warehouse, "receipt", pieces, "purchase_order", reference, midnight + 6 * HOUR)
            )
            so_far = np.where(lines.last_day <= day, lines.quantity, lines.first_part)
            arrived.append((lines, here, so_far[here]))
        self.purchases = [lines for lines in self.purchases if lines.last_day.max() > day]
        return moved, arrived

    def reorder(self, day: int, midnight: int, weekday: int) -> PurchaseLines | None:
        """Order from suppliers what has fallen below the reorder point."""
        if weekday not in REVIEW_WEEKDAYS:
            return None
        rng = stream(self.seed, "purchasing", day)
        catalog = self.catalog
        lead = catalog.lead_days[catalog.supplier]
        trigger = np.ceil(self.daily_demand * (lead + 4)[:, None] * SAFETY) + 1
        position = self.available() + self.on_order
        bought = catalog.entered(day) & (catalog.discontinued > day + 10)
        wanted = (position < trigger) & bought[:, None]
        product, warehouse = np.nonzero(wanted)
        if len(product) == 0:
            return None
        target = np.ceil(self.daily_demand * (lead + 25)[:, None]) + 4
        quantity = np.maximum(
            (target - position)[product, warehouse].astype(np.int64), catalog.minimum_quantity[product]
        )
        supplier = catalog.supplier[product]
        by_order = np.lexsort((product, warehouse, supplier))
        product, warehouse = product[by_order], warehouse[by_order]
        quantity, supplier = quantity[by_order], supplier[by_order]
        group = np.cumsum(np.append(True, (np.diff(supplier) != 0) | (np.diff(warehouse) != 0)))
        count = len(product)
        promised = day + lead[product]
        late = rng.random(group.max())[group - 1] < 0.18
        first_day = promised + np.where(late, rng.integers(2, 9, group.max())[group - 1], 0)
        split = (rng.random(count) < 0.08) & (quantity > 1)
        cancelled = rng.random(group.max())[group - 1] < 0.01
        lines = PurchaseLines(
            order=self.purchase_orders + group,
            line=self.purchase_lines + 1 + np.arange(count),
            supplier=supplier,
            warehouse=warehouse,
            product=product,
            quantity=quantity,
            first_part=np.where(split, quantity // 2, quantity),
            unit_cost=catalog.asked_cost(product, supplier),
            ordered_at=np.full(count, midnight + 15 * HOUR),
            expected_day=promised,
            first_day=first_day,
            last_day=np.where(cancelled, day + 2, first_day + np.where(split, 3, 0)),
            cancelled=cancelled,
        )
        self.purchase_orders += int(group.max())
        self.purchase_lines += count
        np.add.at(self.on_order, (product, warehouse), quantity)
        self.purchases.append(lines)
        return lines

    def shrink(self, day: int, midnight: int) -> Movements:
        """Pieces that break or vanish."""
        rng = stream(self.seed, "shrinkage", day)
        product, warehouse = np.nonzero((rng.random(self.on_hand.shape) < 0.0006) & (self.available() > 0))
        self.on_hand[product, warehouse] -= 1
        return movements(product, warehouse, "write_off", np.full(len(product), -1), None, None, midnight + 19 * HOUR)

    def count(self, day: int, midnight: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, Movements]:
        """Count some shelves: products, warehouses, pieces found, count numbers, and the adjustments that follow."""
        rng = stream(self.seed, "counting", day)
        on_shelves = (self.catalog.launched <= day)[:, None]
        product, warehouse = np.nonzero((rng.random(self.on_hand.shape) < 0.012) & on_shelves)
        count = len(product)
        on_hand = self.on_hand[product, warehouse]
        error = np.where(rng.random(count) < 0.07, rng.integers(-3, 4, count), 0)
        error = np.maximum(error, -self.available()[product, warehouse].clip(0))
        number = day * PRODUCTS * len(WAREHOUSES) + np.arange(count) + 1
        wrong = np.flatnonzero(error)
        self.on_hand[product[wrong], warehouse[wrong]] += error[wrong]
        reference = np.array([f"SC{n:09}" for n in number[wrong]], dtype=object)
        booked_at = midnight + 20 * HOUR + HOUR // 2
        adjusted = movements(
            product[wrong], warehouse[wrong], "adjustment", error[wrong], "stock_count", reference, booked_at
        )
        return product, warehouse, on_hand + error, number, adjusted


def day_of(instants: np.ndarray, start: int) -> np.ndarray:
    """The day of the world that instants (microseconds) lie in."""
    return (instants - start) // MICROSECONDS_PER_DAY
