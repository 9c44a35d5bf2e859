"""The web shop's order database: customers, addresses, promotions, orders and their money."""

import numpy as np
import pyarrow as pa

from simulator import calendar, columns, countries, people
from simulator.customers import CHANNELS as ACQUISITION
from simulator.customers import TIERS
from simulator.emit.change_log import ChangeLog
from simulator.landing import Landing
from simulator.orders import CARD, CHANNELS, METHODS, MINUTE, NEVER, VOUCHER, Orders
from simulator.randomness import below
from simulator.stock import day_of
from simulator.world import DayRecord, World


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
        self.log.land(self.landing, record.date, record.midnight)

    def customers(self, record: DayRecord) -> None:
        """Newcomers, those whose data changed, moves, and closed accounts."""
        everyone = self.world.customers
        if record.number == 0:
            first = np.arange(self.world.initial_customers)
            at = np.full(len(first), record.midnight)
            self.log.add("customers", "r", at, self.customer_rows(first, everyone.registered_at[first]))
            self.log.add("addresses", "r", at, self.address_rows(first, everyone.registered_at[first]))
        else:
            changed, moved, deleted = record.changed_customers, record.moved_customers, record.deleted_customers
            at = record.midnight + below(self.seed, f"hour {record.number}", changed, 20 * 60) * MINUTE
            self.log.add("customers", "u", at, self.customer_rows(changed, at))
            at = record.midnight + below(self.seed, f"hour {record.number}", moved, 20 * 60) * MINUTE
            self.log.add("addresses", "d", at, self.gone_addresses(moved))
            self.log.add("addresses", "c", at, self.address_rows(moved, at))
            at = record.midnight + below(self.seed, f"hour {record.number}", deleted, 20 * 60) * MINUTE
            rows = self.customer_rows(deleted, at)
            self.log.add("customers", "d", at, only_keys(rows, "customer_id"))
        new = record.new_customers
        self.log.add("customers", "c", everyone.registered_at[new], self.customer_rows(new, everyone.registered_at[new]))
        self.log.add("addresses", "c", everyone.registered_at[new], self.address_rows(new, everyone.registered_at[new]))

    def customer_rows(self, index: np.ndarray, updated_at: np.ndarray) -> dict:
        """Whole rows of customers."""
        everyone = self.world.customers
        number, country = everyone.number[index], everyone.country[index]
        person = people.persons(self.seed, number, country, everyone.phones[index])
        return {
            "customer_id": columns.ids("C", number, 8),
            "email": pa.array(person.email, type=pa.string()),
            "first_name": pa.array(person.first_name, type=pa.string()),
            "last_name": pa.array(person.last_name, type=pa.string()),
            "phone": pa.array(person.phone, type=pa.string()),
            "birth_date": pa.array(person.birth_date),
            "national_id": pa.array(person.national_id, type=pa.string()),
            "country_code": columns.words(countries.CODES[country]),
            "language_code": columns.words(countries.LANGUAGES[country]),
            "acquisition_channel": columns.words(ACQUISITION[everyone.channel[index]]),
            "loyalty_tier": columns.words(TIERS[everyone.tier[index]]),
            "registered_at": columns.instant(everyone.registered_at[index]),
            "updated_at": columns.instant(updated_at),
        }

    def address_rows(self, index: np.ndarray, updated_at: np.ndarray) -> dict:
        """Whole rows of the addresses that customers have now."""
        everyone = self.world.customers
        number, country = everyone.number[index], everyone.country[index]
        address_number = number * 100 + everyone.moves[index]
        address = people.addresses(self.seed, address_number, country)
        person = people.persons(self.seed, number, country, everyone.phones[index])
        recipient = [f"{first} {last}" for first, last in zip(person.first_name, person.last_name, strict=True)]
        return {
            "address_id": columns.ids("A", address_number, 10),
            "customer_id": columns.ids("C", number, 8),
            "address_kind": pa.array(["shipping"] * len(index), type=pa.string()),
            "recipient": pa.array(recipient, type=pa.string()),
            "street": pa.array(address.street, type=pa.string()),
            "postal_code": pa.array(address.postal_code, type=pa.string()),
            "city": pa.array(address.city, type=pa.string()),
            "region_code": pa.array(address.region, type=pa.string()),
            "country_code": columns.words(countries.CODES[country]),
            "updated_at": columns.instant(updated_at),
        }

    def gone_addresses(self, moved: np.ndarray) -> dict:
        """The keys of the addresses that customers have left."""
        everyone = self.world.customers
        rows = only_keys(self.address_rows(moved, np.zeros(len(moved))), "address_id")
        return rows | {"address_id": columns.ids("A", everyone.number[moved] * 100 + everyone.moves[moved] - 1, 10)}

    def promotions(self, record: DayRecord) -> None:
        """Promotions are entered a fortnight before they begin."""
        soon = [
            promotion
            for year in (record.date.year, record.date.year + 1)
            for promotion in calendar.promotions_of(year)
            if 0 <= (promotion.starts - record.date).days <= 14 and promotion.promotion_id not in self.announced
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
        steps = (
            ("pending", orders.ordered_at),
            ("paid", orders.paid_at),
            ("cancelled", orders.cancelled_at),
            ("shipped", orders.shipped_at),
            ("delivered", orders.delivered_at),
            ("returned", np.where(orders.fully_returned, orders.returned_at, NEVER)),
        )
        for status, instants in steps:
            chosen = self.today(instants, record)
            rows = self.order_rows(orders.select(chosen), status, instants[chosen])
            self.log.add("orders", "c" if status == "pending" else "u", instants[chosen], rows)
        lines = self.today(orders.ordered_at[orders.lines.order], record)
        self.log.add("order_items", "c", orders.ordered_at[orders.lines.order[lines]], self.line_rows(orders, lines))

    def order_rows(self, orders: Orders, status: str, updated_at: np.ndarray) -> dict:
        """Whole rows of orders."""
        count = len(orders)
        guest_email = np.array([f"guest.{n}@mail.example" for n in orders.number], dtype=object)
        return {
            "order_id": columns.ids("O", orders.number),
            "customer_id": columns.ids("C", orders.customer, 8, none=0),
            "guest_email": columns.words(np.where(orders.customer == 0, guest_email, "")),
            "session_id": columns.ids("S", orders.session, 10, none=0),
            "sales_channel": columns.words(CHANNELS[orders.channel]),
            "order_status": pa.array([status] * count, type=pa.string()),
            "promotion_id": columns.words(orders.promotion),
            "shipping_address_id": columns.ids("A", orders.address, 10, none=0),
            "shipping_country_code": columns.words(countries.CODES[orders.country]),
            "currency_code": columns.words(countries.CURRENCIES[orders.country]),
            "items_amount": columns.money(orders.items),
            "discount_amount": columns.money(orders.discount),
            "shipping_amount": columns.money(orders.shipping),
            "tax_amount": columns.money(orders.tax),
            "total_amount": columns.money(orders.total),
            "ordered_at": columns.instant(orders.ordered_at),
            "updated_at": columns.instant(updated_at),
        }

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
        rest = orders.total - orders.voucher
        tries = (
            ("c", "failed", 1, np.where(orders.retried, asked_at, NEVER), orders.method, rest),
            ("c", "captured", 2, np.where(orders.voucher > 0, orders.paid_at, NEVER), np.full(len(orders), VOUCHER), orders.voucher),
            ("c", "authorized", 3, asked_at, orders.method, rest),
            ("u", "captured", 3, orders.paid_at, orders.method, rest),
            ("u", "cancelled", 3, np.where(orders.paid_at == NEVER, orders.cancelled_at, NEVER), orders.method, rest),
        )
        for operation, status, part, instants, method, amount in tries:
            chosen = self.today(instants, record)
            number = orders.number[chosen] * 10 + part
            paid = instants[chosen] if status == "captured" else np.full(len(chosen), NEVER)
            rows = {
                "payment_id": columns.ids("Y", number, 10),
                "order_id": columns.ids("O", orders.number[chosen]),
                "payment_method": columns.words(METHODS[method[chosen]]),
                "payment_status": pa.array([status] * len(chosen), type=pa.string()),
                "amount": columns.money(amount[chosen]),
                "currency_code": columns.words(countries.CURRENCIES[orders.country[chosen]]),
                **self.payer(orders, chosen, method[chosen]),
                "paid_at": columns.instant(paid),
            }
            self.log.add("payments", operation, instants[chosen], rows)

    def payer(self, orders: Orders, chosen: np.ndarray, method: np.ndarray) -> dict:
        """What identifies who paid: a card, or an account."""
        payer = np.where(orders.customer[chosen] > 0, orders.customer[chosen], 10**8 + orders.number[chosen])
        card = np.array(people.masked_card(self.seed, payer), dtype=object)
        account = np.array([people.iban(n) for n in payer.tolist()], dtype=object)
        by_account = (method != CARD) & (method != VOUCHER)
        return {
            "card_number_masked": columns.words(np.where(method == CARD, card, "")),
            "account_reference": columns.words(np.where(by_account, account, "")),
        }

    def refunds(self, orders: Orders, record: DayRecord) -> None:
        """Money back: the returned lines, the whole of a cancelled order, or goodwill for a late parcel."""
        chosen = self.today(np.where(orders.returned_at == NEVER, orders.refunded_at, NEVER), record)
        self.refund(orders, chosen, chosen, "cancellation", orders.total[chosen], orders.refunded_at[chosen], 0)
        chosen = self.today(orders.goodwill_at, record)
        self.refund(orders, chosen, chosen, "goodwill", orders.goodwill[chosen], orders.goodwill_at[chosen], 9)
        lines = orders.lines
        refunded_at = np.where(orders.returned_at != NEVER, orders.refunded_at, NEVER)[lines.order]
        chosen = self.today(np.where(lines.returned, refunded_at, NEVER), record)
        amount = (lines.unit_price * lines.quantity - lines.discount)[chosen]
        for damaged, reason in ((False, "return"), (True, "damaged")):
            part = lines.damaged[chosen] == damaged
            self.refund(
                orders, lines.order[chosen][part], chosen[part], reason, amount[part], refunded_at[chosen][part],
                lines.number[chosen][part],
            )

    def refund(self, orders: Orders, order: np.ndarray, line: np.ndarray, reason: str, amount, at, part) -> None:
        """Refunds for one reason; `part` tells an order's refunds apart, and is the line's number for returned lines."""
        count = len(order)
        number = orders.number[order]
        of_line = reason in ("return", "damaged")
        rows = {
            "refund_id": columns.ids("F", number * 10 + part, 10),
            "order_id": columns.ids("O", number),
            "order_item_id": columns.ids("L", number * 10 + part, 10) if of_line else columns.nulls(count, pa.string()),
            "payment_id": columns.ids("Y", number * 10 + 3, 10),
            "refund_reason": pa.array([reason] * count, type=pa.string()),
            "amount": columns.money(amount),
            "currency_code": columns.words(countries.CURRENCIES[orders.country[order]]),
            "refunded_at": columns.instant(at),
        }
        self.log.add("refunds", "c", at, rows)


def only_keys(rows: dict, key: str) -> dict:
    """The rows as a delete shows them: the key, and nothing else."""
    return {name: array if name == key else columns.nulls(len(array), array.type) for name, array in rows.items()}
