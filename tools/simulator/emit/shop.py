"""The web shop's order database: customers, addresses, promotions, orders and their money."""

import numpy as np
import pyarrow as pa

from tools.simulator import calendar, columns, countries, people
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.customers import CHANNELS as ACQUISITION
from tools.simulator.customers import LANGUAGES, TIERS, hour_of_change
from tools.simulator.emit.change_log import ChangeLog
from tools.simulator.landing import Landing
from tools.simulator.orders import (
    CARD,
    CHANNELS,
    FEE_CENTS,
    FEE_RATES,
    INVOICE,
    METHODS,
    MINUTE,
    NEVER,
    PAYPAL,
    PIX,
    VOUCHER,
    Orders,
)
from tools.simulator.shopping import ADDRESSES_OF_A_CUSTOMER
from tools.simulator.stock import day_of
from tools.simulator.world import DayRecord, World

# A customer's addresses are numbered by moves; this number is the billing address.
BILLING = ADDRESSES_OF_A_CUSTOMER - 1
GUEST_PAYERS = 10**8

STATUSES = ["pending", "paid", "cancelled", "shipped", "delivered", "returned"]

# Steps of an order's payments in the order of these lists; up to FIRST_ANSWER a step begins a payment.
PAYMENT_STATUSES = ["failed", "captured", "authorized", "captured", "cancelled"]
PAYMENT_CAPTURED = np.array([False, True, False, True, False])
VOUCHER_STEP, FIRST_ANSWER = 1, 2
# The last digit of payment ids.
VOUCHER_PAYMENT, MAIN_PAYMENT = 2, 3
PAYMENT_DIGITS = np.array([1, VOUCHER_PAYMENT, MAIN_PAYMENT, MAIN_PAYMENT, MAIN_PAYMENT])
REFUND_REASONS = ["return", "damaged", "cancellation", "goodwill"]
RETURNED, DAMAGED, CANCELLED, GOODWILL = range(4)
# In refund ids, where lines have their numbers from 1.
MOST_LINES = 5
PART_OF_SHIPPING = 8
PART_OF_REASON = {CANCELLED: 0, GOODWILL: 9}


class Shop:
    """Tells the shop's part of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.seed = world.options.seed
        self.log = ChangeLog("shop")
        self.announced: set[str] = set()

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        self.customers(record)
        self.promotions(record)
        self.orders(record.orders, record)
        self.payments(record.orders, record)
        self.refunds(record.orders, record)
        self.log.land(self.landing, record.date)

    def customers(self, record: DayRecord) -> None:
        """Newcomers, those whose data changed, moves, and closed accounts."""
        everyone = self.world.customers
        if record.number == 0:
            first = np.arange(self.world.initial_customers)
            at = np.full(len(first), record.midnight)
            self.log.add("customers", "r", at, self.customer_rows(first, everyone.registered_at[first]))
            self.add_addresses("r", first, at, everyone.registered_at[first])
        else:
            self.changes(record)
        new = record.new_customers
        at = everyone.registered_at[new]
        self.log.add("customers", "c", at, self.customer_rows(new, at))
        self.add_addresses("c", new, at, at)

    def changes(self, record: DayRecord) -> None:
        """What changed today about customers who were known before."""
        changed, moved, deleted = record.changed_customers, record.moved_customers, record.deleted_customers
        at = self.hour_of_change(record, changed)
        self.log.add("customers", "u", at, self.customer_rows(changed, at))
        at = self.hour_of_change(record, moved)
        moves = self.world.customers.moves[moved]
        self.delete_addresses(moved, moves - 1, at)
        self.log.add("addresses", "c", at, self.address_rows(moved, moves, at))
        left = record.left_billing_addresses
        self.delete_addresses(left, np.full(len(left), BILLING), self.hour_of_change(record, left))
        if len(deleted) == 0:
            return
        at = self.hour_of_change(record, deleted)
        self.log.add("customers", "d", at, only_keys(self.customer_rows(deleted, at), "customer_id"))
        self.delete_addresses(deleted, self.world.customers.moves[deleted], at)
        billing = self.world.customers.billing[deleted]
        self.delete_addresses(deleted[billing], np.full(billing.sum(), BILLING), at[billing])

    def hour_of_change(self, record: DayRecord, index: np.ndarray) -> np.ndarray:
        """When a customer's data change."""
        return record.midnight + hour_of_change(self.seed, record.number, index)

    def customer_rows(self, index: np.ndarray, updated_at: np.ndarray) -> dict:
        """Whole rows of customers."""
        everyone = self.world.customers
        number, country = everyone.number[index], everyone.country[index]
        first_name, last_name = people.names(self.seed, number, country)
        return {
            "customer_id": columns.ids("C", number, 8),
            "email": people.typed_emails(self.seed, number, country),
            "first_name": first_name,
            "last_name": last_name,
            "phone": people.phones(self.seed, number, country, everyone.phones[index]),
            "birth_date": people.birth_dates(self.seed, number),
            "national_id": people.national_ids(self.seed, number, country),
            "country_code": columns.coded(country, countries.CODES),
            "language_code": columns.coded(everyone.language[index], LANGUAGES),
            "acquisition_channel": columns.coded(everyone.channel[index], ACQUISITION),
            "loyalty_tier": columns.coded(everyone.tier[index], TIERS),
            "registered_at": columns.instant(everyone.registered_at[index]),
            "updated_at": columns.instant(updated_at),
        }

    def add_addresses(
        self, operation: str, index: np.ndarray, committed_at: np.ndarray, updated_at: np.ndarray
    ) -> None:
        """The first addresses of customers: to ship to, and for some another to bill."""
        everyone = self.world.customers
        self.log.add("addresses", operation, committed_at, self.address_rows(index, everyone.moves[index], updated_at))
        billing = everyone.billing[index]
        which = np.full(billing.sum(), BILLING)
        rows = self.address_rows(index[billing], which, updated_at[billing])
        self.log.add("addresses", operation, committed_at[billing], rows)

    def address_rows(self, index: np.ndarray, which: np.ndarray, updated_at: np.ndarray) -> dict:
        """Whole rows of addresses; `which` tells a customer's addresses apart."""
        everyone = self.world.customers
        number, country = everyone.number[index], everyone.country[index]
        address_number = number * ADDRESSES_OF_A_CUSTOMER + which
        return {
            "address_id": columns.ids("A", address_number, 10),
            "customer_id": columns.ids("C", number, 8),
            "address_kind": columns.coded(which == BILLING, ["shipping", "billing"]),
            "recipient": people.full_names(self.seed, number, country),
            **people.addresses(self.seed, address_number, country),
            "country_code": columns.coded(country, countries.CODES),
            "updated_at": columns.instant(updated_at),
        }

    def delete_addresses(self, index: np.ndarray, which: np.ndarray, at: np.ndarray) -> None:
        """Addresses that customers no longer have."""
        if len(index) == 0:
            return
        self.log.add("addresses", "d", at, only_keys(self.address_rows(index, which, at), "address_id"))

    def promotions(self, record: DayRecord) -> None:
        """Promotions are entered a fortnight before they begin."""
        soon = [
            promotion
            for year in (record.date.year, record.date.year + 1)
            for promotion in calendar.promotions_of(year)
            if (promotion.starts - record.date).days <= 14
            and record.date < promotion.ends
            and promotion.promotion_id not in self.announced
        ]
        self.announced.update(promotion.promotion_id for promotion in soon)
        rows = {
            "promotion_id": pa.array([p.promotion_id for p in soon], type=pa.string()),
            "promotion_code": pa.array([p.code for p in soon], type=pa.string()),
            "promotion_name": pa.array([p.name for p in soon], type=pa.string()),
            "discount_kind": pa.array(["percent" if p.percent else "free_shipping" for p in soon], type=pa.string()),
            "discount_percent": columns.money(np.array([p.percent * 100 for p in soon])).cast(pa.decimal128(5, 2)),
            "starts_at": columns.instant(np.array([calendar.microseconds(p.starts) for p in soon], dtype=np.int64)),
            "ends_at": columns.instant(np.array([calendar.microseconds(p.ends) for p in soon], dtype=np.int64)),
        }
        self.log.add("promotions", "c" if record.number else "r", np.full(len(soon), record.midnight), rows)

    def today(self, instants: np.ndarray, record: DayRecord) -> np.ndarray:
        """Which instants lie in the day, as indices."""
        return np.flatnonzero((instants != NEVER) & (day_of(instants, self.world.start) == record.number))

    def orders(self, orders: Orders, record: DayRecord) -> None:
        """Each step of an order is a change of its row; its lines come with the first."""
        instants = np.stack(
            [
                orders.ordered_at,
                orders.paid_at,
                orders.cancelled_at,
                orders.shipped_at,
                orders.delivered_at,
                np.where(orders.fully_returned, orders.returned_at, NEVER),
            ]
        )
        status, chosen = self.steps_today(instants, record)
        at = instants[status, chosen]
        for operation, some in (("c", status == 0), ("u", status > 0)):
            self.log.add("orders", operation, at[some], self.order_rows(orders, chosen[some], status[some], at[some]))
        lines = self.today(orders.ordered_at[orders.lines.order], record)
        self.log.add("order_items", "c", orders.ordered_at[orders.lines.order[lines]], self.line_rows(orders, lines))

    def steps_today(self, instants: np.ndarray, record: DayRecord) -> tuple[np.ndarray, np.ndarray]:
        """Which steps (rows of `instants`) of which orders (its columns) happen today."""
        return np.nonzero((instants >= record.midnight) & (instants < record.midnight + MICROSECONDS_PER_DAY))

    def order_rows(self, orders: Orders, chosen: np.ndarray, status: np.ndarray, updated_at: np.ndarray) -> dict:
        """Whole rows of orders, each in a state."""
        customer, country = orders.customer[chosen], orders.country[chosen]
        return {
            "order_id": columns.ids("O", orders.number[chosen]),
            "customer_id": columns.ids("C", customer, 8, none=0),
            "guest_email": self.guest_emails(orders.number[chosen], country, customer == 0),
            "session_id": columns.ids("S", orders.session[chosen], 10, none=0),
            "sales_channel": columns.coded(orders.channel[chosen], CHANNELS),
            "order_status": columns.coded(status, STATUSES),
            "promotion_id": columns.words(orders.promotion[chosen]),
            "shipping_address_id": columns.ids("A", orders.address[chosen], 10, none=0),
            "shipping_country_code": columns.coded(country, countries.CODES),
            "currency_code": columns.coded(country, countries.CURRENCIES),
            "items_amount": columns.money(orders.items[chosen]),
            "discount_amount": columns.money(orders.discount[chosen]),
            "shipping_amount": columns.money(orders.shipping[chosen]),
            "tax_amount": columns.money(orders.tax[chosen]),
            "total_amount": columns.money(orders.total[chosen]),
            "ordered_at": columns.instant(orders.ordered_at[chosen]),
            "updated_at": columns.instant(updated_at),
        }

    def guest_emails(self, number: np.ndarray, country: np.ndarray, guest: np.ndarray) -> pa.Array:
        """The addresses that guests leave with their orders; null for customers."""
        position = np.where(guest, np.cumsum(guest) - 1, -1)
        return columns.coded(position, people.emails(self.seed, number[guest], country[guest], guest=True))

    def line_rows(self, orders: Orders, chosen: np.ndarray) -> dict:
        """Whole rows of order lines."""
        lines = orders.lines
        order = orders.number[lines.order[chosen]]
        return {
            "order_item_id": columns.ids("L", order * 10 + lines.number[chosen], 10),
            "order_id": columns.ids("O", order),
            "line_number": columns.whole(lines.number[chosen]),
            "product_id": columns.ids("P", lines.product[chosen] + 1, 5),
            "quantity": columns.whole(lines.quantity[chosen]),
            "unit_price": columns.money(lines.unit_price[chosen]),
            "discount_amount": columns.money(lines.discount[chosen]),
            "tax_amount": columns.money(lines.tax[chosen]),
        }

    def payments(self, orders: Orders, record: DayRecord) -> None:
        """A failed first try, a voucher, and the payment itself: authorized, then captured or cancelled."""
        asked_at = orders.ordered_at + MINUTE // 2
        never_paid = orders.paid_at == NEVER
        instants = np.stack(
            [
                np.where(orders.retried, orders.ordered_at + MINUTE // 6, NEVER),
                np.where(orders.voucher > 0, orders.paid_at, NEVER),
                asked_at,
                orders.paid_at,
                np.where(never_paid, orders.cancelled_at, NEVER),
            ]
        )
        step, chosen = self.steps_today(instants, record)
        at = instants[step, chosen]
        for operation, some in (("c", step <= FIRST_ANSWER), ("u", step > FIRST_ANSWER)):
            rows = self.payment_rows(orders, chosen[some], step[some], at[some])
            self.log.add("payments", operation, at[some], rows)

    def payment_rows(self, orders: Orders, chosen: np.ndarray, step: np.ndarray, at: np.ndarray) -> dict:
        """Whole rows of payments after a step (a position in PAYMENT_STATUSES) of each; captured ones cost a fee."""
        with_voucher = step == VOUCHER_STEP
        method = np.where(with_voucher, VOUCHER, orders.method[chosen])
        voucher = orders.voucher[chosen]
        captured = PAYMENT_CAPTURED[step]
        amount = np.where(with_voucher, voucher, orders.total[chosen] - voucher)
        fee = np.rint(amount * FEE_RATES[method] + FEE_CENTS[method, orders.country[chosen]])
        return {
            "payment_id": columns.ids("Y", orders.number[chosen] * 10 + PAYMENT_DIGITS[step], 10),
            "order_id": columns.ids("O", orders.number[chosen]),
            "payment_method": columns.coded(method, METHODS),
            "payment_status": columns.coded(step, PAYMENT_STATUSES),
            "amount": columns.money(amount),
            "currency_code": columns.coded(orders.country[chosen], countries.CURRENCIES),
            "fee_amount": columns.money(fee.astype(np.int64), captured),
            **self.payer(orders, chosen, method),
            "paid_at": columns.instant(np.where(captured, at, NEVER)),
        }

    def payer(self, orders: Orders, chosen: np.ndarray, method: np.ndarray) -> dict:
        """What identifies who paid: a card, or an account; nothing for vouchers and boletos."""
        customer, number, country = orders.customer[chosen], orders.number[chosen], orders.country[chosen]
        payer = np.where(customer > 0, customer, GUEST_PAYERS + number)
        by_email = (method == PAYPAL) | (method == PIX)
        by_iban = method == INVOICE
        customers, guests = by_email & (customer > 0), by_email & (customer == 0)
        accounts = [
            people.emails(self.seed, customer[customers], country[customers]),
            people.emails(self.seed, number[guests], country[guests], guest=True),
            people.ibans(payer[by_iban]),
        ]
        position = np.full(len(chosen), -1)
        held = np.concatenate([np.flatnonzero(some) for some in (customers, guests, by_iban)])
        position[held] = np.arange(len(held))
        card = people.masked_cards(self.seed, payer)
        return {
            "card_number_masked": card.take(columns.whole(np.where(method == CARD, np.arange(len(card)), -1), none=-1)),
            "account_reference": columns.coded(position, pa.concat_arrays(accounts)),
        }

    def refunds(self, orders: Orders, record: DayRecord) -> None:
        """Money back: all of a cancelled order, goodwill for a late parcel, returned lines and then their shipping."""
        self.refund_orders(
            record, orders, CANCELLED, orders.total, np.where(orders.returned_at == NEVER, orders.refunded_at, NEVER)
        )
        self.refund_orders(record, orders, GOODWILL, orders.goodwill, orders.goodwill_at)
        lines = orders.lines
        amount = np.where(lines.returned, lines.unit_price * lines.quantity - lines.discount, 0)
        before = running_total(lines.order, amount) - amount
        refunded_at = np.where(orders.returned_at != NEVER, orders.refunded_at, NEVER)
        chosen = self.today(np.where(lines.returned, refunded_at[lines.order], NEVER), record)
        self.refund(
            orders,
            lines.order[chosen],
            lines.number[chosen],
            np.where(lines.damaged[chosen], DAMAGED, RETURNED),
            amount[chosen],
            before[chosen],
            refunded_at[lines.order[chosen]],
        )
        shipping_at = np.where(orders.fully_returned & (orders.shipping > 0), refunded_at, NEVER)
        goods = orders.total - orders.shipping
        chosen = self.today(shipping_at, record)
        self.refund(
            orders,
            chosen,
            np.full(len(chosen), PART_OF_SHIPPING),
            np.full(len(chosen), RETURNED),
            orders.shipping[chosen],
            goods[chosen],
            refunded_at[chosen],
        )

    def refund_orders(self, record: DayRecord, orders: Orders, reason: int, amount: np.ndarray, at: np.ndarray) -> None:
        """Refunds that are for no single line."""
        chosen = self.today(at, record)
        nothing = np.zeros(len(chosen), dtype=np.int64)
        part = np.full(len(chosen), PART_OF_REASON[reason])
        self.refund(orders, chosen, part, np.full(len(chosen), reason), amount[chosen], nothing, at[chosen])

    def refund(self, orders: Orders, order, part, reason, amount, before, at) -> None:
        """Give `amount` back after `before` was given back already: to the main payment first, the rest to the voucher.

        `order` are positions in orders; `part` is a line's number, or tells an order's other refunds apart.
        """
        main = orders.total[order] - orders.voucher[order]
        to_main = np.clip(main - before, 0, amount)
        for payment, share in ((MAIN_PAYMENT, to_main), (VOUCHER_PAYMENT, amount - to_main)):
            some = np.flatnonzero(share > 0)
            if len(some) == 0:
                continue
            number = orders.number[order[some]]
            of_line = (part[some] >= 1) & (part[some] <= MOST_LINES)
            line = np.where(of_line, number * 10 + part[some], 0)
            rows = {
                "refund_id": columns.ids("F", number * 100 + part[some] * 10 + payment, 11),
                "order_id": columns.ids("O", number),
                "order_item_id": columns.ids("L", line, 10, none=0),
                "payment_id": columns.ids("Y", number * 10 + payment, 10),
                "refund_reason": columns.coded(reason[some], REFUND_REASONS),
                "amount": columns.money(share[some]),
                "currency_code": columns.coded(orders.country[order[some]], countries.CURRENCIES),
                "refunded_at": columns.instant(at[some]),
            }
            self.log.add("refunds", "c", at[some], rows)


def only_keys(rows: dict, key: str) -> dict:
    """The rows as a delete shows them: the key, and nothing else."""
    return {name: array if name == key else columns.nulls(len(array), array.type) for name, array in rows.items()}


def running_total(group: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sums of `values` up to each row, within runs of the same group."""
    total = np.cumsum(values)
    first = np.flatnonzero(np.append(True, np.diff(group) != 0)) if len(group) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(first, len(group)))
    return total - np.repeat(total[first] - values[first], sizes)
