"""Orders: what is in them, what they cost, and when each thing will happen to them."""

from dataclasses import dataclass, fields

import numpy as np

from tools.simulator import countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.catalog import RETURN_FACTORS as RETURN_FACTORS_OF_CATEGORIES
from tools.simulator.catalog import Catalog
from tools.simulator.customers import RETURN_FACTORS as RETURN_FACTORS_OF_KINDS
from tools.simulator.incidents import DAMAGED_RETURNS, FAULTY_RETURNS
from tools.simulator.randomness import hashed, stream

NEVER = np.iinfo(np.int64).max
MINUTE = 60_000_000
HOUR = 60 * MINUTE
WEB, APP, PHONE, MARKETPLACE = range(4)
CHANNELS = np.array(["web", "app", "phone", "marketplace"])
CARD, PAYPAL, INVOICE, PIX, BOLETO = range(5)
METHODS = np.array(["card", "paypal", "invoice", "pix", "boleto", "voucher"])
VOUCHER = 5
METHOD_SHARES = np.array(
    [
        [0.30, 0.40, 0.30, 0.0, 0.0],
        [0.75, 0.25, 0.0, 0.0, 0.0],
        [0.45, 0.0, 0.0, 0.40, 0.15],
        [0.70, 0.30, 0.0, 0.0, 0.0],
    ]
)
INSTANTS = (
    "ordered_at",
    "paid_at",
    "cancelled_at",
    "shipped_at",
    "delivered_at",
    "returned_at",
    "refunded_at",
    "goodwill_at",
)
# Of lines of an ordinary customer and category; for each kind of customer and category more or less, guests last.
RETURN_RATE, DAMAGED = 0.085, 0.18
RETURN_FACTORS = np.append(RETURN_FACTORS_OF_KINDS, 1.0)
FAILED_AT_FIRST = 0.06
# What a payment provider keeps: a share by method, and local cents by method and country.
FEE_RATES = np.array([0.0149, 0.0249, 0.029, 0.0099, 0.0, 0.0])
FEE_CENTS = np.array([[25, 30, 39, 20], [35, 49, 0, 30], [49, 0, 90, 0], [0] * 4, [0, 0, 349, 0], [0] * 4])
REASONS = np.array(["changed_mind", "defective", "wrong_item", "late"])


@dataclass
class Lines:
    """Arrays by order line; `order` is an index into the day's orders, amounts in cents of the order's currency."""

    order: np.ndarray
    product: np.ndarray
    quantity: np.ndarray
    unit_price: np.ndarray
    discount: np.ndarray
    tax: np.ndarray
    number: np.ndarray
    returned: np.ndarray
    damaged: np.ndarray


@dataclass
class Orders:
    """Arrays by order; instants in microseconds, NEVER for what does not happen; `customer` 0 for guests."""

    number: np.ndarray
    customer: np.ndarray
    session: np.ndarray
    channel: np.ndarray
    country: np.ndarray
    promotion: np.ndarray
    address: np.ndarray
    method: np.ndarray
    retried: np.ndarray
    voucher: np.ndarray
    items: np.ndarray
    discount: np.ndarray
    shipping: np.ndarray
    tax: np.ndarray
    total: np.ndarray
    ordered_at: np.ndarray
    paid_at: np.ndarray
    cancelled_at: np.ndarray
    shipped_at: np.ndarray
    delivered_at: np.ndarray
    returned_at: np.ndarray
    refunded_at: np.ndarray
    goodwill_at: np.ndarray
    goodwill: np.ndarray
    fully_returned: np.ndarray
    promised_day: np.ndarray
    lines: Lines

    def __len__(self) -> int:
        return len(self.number)

    def select(self, chosen: np.ndarray) -> "Orders":
        """The orders at `chosen`, without their lines."""
        return Orders(**{f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name != "lines"}, lines=None)

    def unfinished(self, now: int) -> "Orders":
        """The orders that something will still happen to at `now` or later, with their lines."""
        instants = np.stack([getattr(self, name) for name in INSTANTS])
        keep = np.where(instants == NEVER, 0, instants).max(axis=0, initial=0) >= now
        kept = self.select(np.flatnonzero(keep))
        lines = keep[self.lines.order]
        kept.lines = Lines(**{f.name: getattr(self.lines, f.name)[lines] for f in fields(Lines)})
        kept.lines.order = (np.cumsum(keep) - 1)[kept.lines.order]
        return kept

    def followed_by(self, newer: "Orders") -> "Orders":
        """These orders and newer ones."""
        lines = Lines(
            **{
                f.name: np.concatenate([getattr(self.lines, f.name), getattr(newer.lines, f.name)])
                for f in fields(Lines)
            }
        )
        lines.order[len(self.lines.order) :] += len(self)
        joined = {
            f.name: np.concatenate([getattr(self, f.name), getattr(newer, f.name)])
            for f in fields(self)
            if f.name != "lines"
        }
        return Orders(**joined, lines=lines)


def local_price(euro_cents: np.ndarray, per_euro: np.ndarray) -> np.ndarray:
    """The shop's price in local cents: converted and set to the next .99 below, which small prices are not."""
    cents = np.floor(euro_cents * per_euro).astype(np.int64)
    return np.where(cents >= 1000, cents // 100 * 100 - 1, cents)


def included_tax(amount: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """The tax that an amount contains, in whole cents."""
    return np.rint(amount * rate / (1 + rate)).astype(np.int64)


def price_lines(order, product, quantity, country, list_price, per_euro, percent, discounted) -> Lines:
    """Lines with prices, discounts and taxes; `country` and `discounted` are by line."""
    unit = local_price(list_price[product], per_euro[country])
    gross = unit * quantity
    discount = np.where(discounted, np.rint(gross * percent / 100), 0).astype(np.int64)
    starts = np.flatnonzero(np.append(True, np.diff(order) != 0)) if len(order) else np.array([], dtype=np.int64)
    sizes = np.diff(np.append(starts, len(order)))
    none = np.zeros(len(order), dtype=bool)
    return Lines(
        order=order,
        product=product,
        quantity=quantity,
        unit_price=unit,
        discount=discount,
        tax=included_tax(gross - discount, countries.TAX_RATES[country]),
        number=np.arange(len(order)) - np.repeat(starts, sizes) + 1,
        returned=none,
        damaged=none.copy(),
    )


def place(day, catalog: Catalog, first_number: int, drafts: dict, lines: Lines, kinds: np.ndarray) -> Orders:
    """The orders of a day of shopping, with all that will happen to them.

    `drafts`: arrays customer, session, channel, country, address, ordered_at, discounted (bool); `kinds`: of customers
    by order, one more for guests.
    """
    promotion = day.promotion
    count = len(drafts["customer"])
    rng = stream(day.seed, "orders", day.number)
    country = drafts["country"]
    number = first_number + np.arange(count)

    def per_order(values: np.ndarray) -> np.ndarray:
        return np.bincount(lines.order, weights=values, minlength=count).astype(np.int64)

    items = per_order(lines.unit_price * lines.quantity)
    discount = per_order(lines.discount)
    free = items - discount >= countries.FREE_SHIPPING_FROM[country]
    if promotion is not None and promotion.percent == 0:
        free |= drafts["discounted"]
    shipping = np.where(free, 0, countries.SHIPPING_CHARGES[country])
    total = items - discount + shipping
    promoted = drafts["discounted"] if promotion is not None else np.zeros(count, dtype=bool)

    schedule = plan(rng, day, drafts["ordered_at"], country)
    rate = RETURN_RATE * RETURN_FACTORS[kinds][lines.order]
    rate = rate * RETURN_FACTORS_OF_CATEGORIES[catalog.category[lines.product]]
    faulty = day.troubles.faulty[lines.product]
    rate = np.where(faulty, FAULTY_RETURNS, rate)
    goes = schedule["cancelled_at"] == NEVER
    lines.returned = goes[lines.order] & (rng.random(len(lines.order)) < rate)
    damage = np.where(faulty, DAMAGED_RETURNS, DAMAGED)
    lines.damaged = lines.returned & (rng.random(len(lines.order)) < damage)
    send_back(schedule, np.bincount(lines.order, weights=lines.returned, minlength=count) > 0)
    fully = np.bincount(lines.order, weights=lines.returned, minlength=count) == np.bincount(
        lines.order, minlength=count
    )
    voucher = np.where((rng.random(count) < 0.05) & (total > 4000), 2000, 0)
    late = schedule["delivered_at"] // MICROSECONDS_PER_DAY > schedule["promised_day"]
    goodwill = (
        late & (schedule["delivered_at"] != NEVER) & (schedule["returned_at"] == NEVER) & (rng.random(count) < 0.25)
    )
    goodwill_at = np.full(count, NEVER)
    goodwill_at[goodwill] = schedule["delivered_at"][goodwill] + 20 * HOUR
    return Orders(
        number=number,
        customer=drafts["customer"],
        session=drafts["session"],
        channel=drafts["channel"],
        country=country,
        promotion=np.where(promoted, promotion.promotion_id if promotion else "", ""),
        address=drafts["address"],
        method=schedule["method"],
        retried=rng.random(count) < max(FAILED_AT_FIRST, day.troubles.failed_payments),
        voucher=voucher,
        items=items,
        discount=discount,
        shipping=shipping,
        tax=per_order(lines.tax) + included_tax(shipping, countries.TAX_RATES[country]),
        total=total,
        ordered_at=drafts["ordered_at"],
        paid_at=schedule["paid_at"],
        cancelled_at=schedule["cancelled_at"],
        shipped_at=schedule["shipped_at"],
        delivered_at=schedule["delivered_at"],
        returned_at=schedule["returned_at"],
        refunded_at=schedule["refunded_at"],
        goodwill_at=goodwill_at,
        goodwill=np.where(goodwill, total // 20, 0),
        fully_returned=fully & (schedule["returned_at"] != NEVER),
        promised_day=schedule["promised_day"],
        lines=lines,
    )


def plan(rng: np.random.Generator, day, ordered_at: np.ndarray, country: np.ndarray) -> dict:
    """Arrays by order: when it is paid, cancelled, shipped, delivered, could be returned and refunded; and more."""
    count = len(ordered_at)
    cumulative = np.cumsum(METHOD_SHARES, axis=1)[country]
    method = (rng.random(count)[:, None] > cumulative).sum(axis=1).clip(0, 4)
    slow = (method == INVOICE) | (method == BOLETO)
    paid_at = ordered_at + np.where(
        slow, rng.integers(2 * HOUR, 40 * HOUR, count), rng.integers(1 * MINUTE, 9 * MINUTE, count)
    )

    fate = rng.random(count)
    never_paid, withdrawn = fate < 0.025, (fate >= 0.025) & (fate < 0.045)
    cancelled_at = np.full(count, NEVER)
    cancelled_at[never_paid] = ordered_at[never_paid] + rng.integers(20 * HOUR, 44 * HOUR, never_paid.sum())
    cancelled_at[withdrawn] = paid_at[withdrawn] + rng.integers(10 * MINUTE, 5 * HOUR, withdrawn.sum())
    paid_at[never_paid] = NEVER
    goes = cancelled_at == NEVER

    # Packed on one of the three days after payment, in working hours.
    ready_day = np.where(goes, paid_at, ordered_at) // MICROSECONDS_PER_DAY
    packed = (ready_day + rng.choice([1, 2, 3], count, p=[0.62, 0.28, 0.10])) * MICROSECONDS_PER_DAY
    shipped_at = np.where(goes, packed + rng.integers(8 * HOUR, 18 * HOUR, count), NEVER)
    transit = (
        rng.choice([1, 2, 3, 4, 6, 9], count, p=[0.25, 0.33, 0.2, 0.12, 0.07, 0.03])
        + (country == 2) * 2
        + (country == 1)
        + day.troubles.delays[country]
    )
    delivered = (packed // MICROSECONDS_PER_DAY + transit) * MICROSECONDS_PER_DAY + rng.integers(
        9 * HOUR, 19 * HOUR, count
    )
    delivered_at = np.where(goes, delivered, NEVER)
    back_day = (delivered // MICROSECONDS_PER_DAY + rng.integers(3, 18, count)) * MICROSECONDS_PER_DAY
    returned_at = back_day + rng.integers(9 * HOUR, 17 * HOUR, count)
    money_back_at = returned_at + rng.integers(3 * HOUR, 50 * HOUR, count)
    refunded_at = np.full(count, NEVER)
    refunded_at[withdrawn] = cancelled_at[withdrawn] + rng.integers(1 * HOUR, 30 * HOUR, withdrawn.sum())
    return {
        "method": method,
        "paid_at": paid_at,
        "cancelled_at": cancelled_at,
        "shipped_at": shipped_at,
        "delivered_at": delivered_at,
        "returned_at": returned_at,
        "refunded_at": refunded_at,
        "money_back_at": money_back_at,
        "promised_day": packed // MICROSECONDS_PER_DAY + 3 + (country == 2) * 2 + (country == 1),
    }


def send_back(schedule: dict, sent_back: np.ndarray) -> None:
    """Let some orders be returned, and the others not."""
    schedule["refunded_at"] = np.where(sent_back, schedule["money_back_at"], schedule["refunded_at"])
    schedule["returned_at"] = np.where(sent_back, schedule["returned_at"], NEVER)


def return_reasons(seed: int, line_ids: np.ndarray, damaged: np.ndarray) -> np.ndarray:
    """Why lines came back: damaged ones mostly because they were defective."""
    drawn = REASONS[(hashed(seed, "reason", line_ids) % np.uint64(4)).astype(np.int64)]
    return np.where(damaged, "defective", drawn)
