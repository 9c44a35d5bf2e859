"""People who use the shop: they register, order, pay, move, cancel, and some of them are deleted.

What they do is SQL, many rows at a time, so that a million changes take minutes; each transaction is of one kind, some
are rolled back, and several sessions do it beside each other.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

# Numbers of new rows begin here, behind those of the simulator.
FIRST_ORDER, FIRST_CUSTOMER = 400_000_000, 40_000_000
# Rows that a transaction is about, at most.
MOST_ROWS = 40
SHARE_ROLLED_BACK = 0.03

LINES = """
    insert into order_items
    select
        'L' || lpad((number * 10 + line)::text, 10, '0'), 'O' || lpad(number::text, 9, '0'), line, product_id, quantity,
        unit_price, 0, round(unit_price * quantity * 0.19 / 1.19, 2)
    from (
        select
            number, line, 1 + floor(random() * 2)::bigint as quantity,
            1 + floor(random() * (select count(*) from driver.catalog))::bigint as wanted
        from
            generate_series(%(first)s::bigint, %(first)s::bigint + %(rows)s::bigint - 1) as number,
            generate_series(1, 3) as line
        where line = 1 or random() < 0.4
    ) as lines
    join driver.catalog on catalog.place = wanted
"""
# Each buyer once, from a random place on.
ORDERS = """
    insert into orders
    select
        order_id, customer_id, null, null, 'web', 'pending', null, null, country_code,
        case country_code when 'US' then 'USD' when 'BR' then 'BRL' when 'GB' then 'GBP' else 'EUR' end,
        items, 0, 4.99, tax, items + 4.99, localtimestamp, localtimestamp
    from (
        select order_id, sum(unit_price * quantity) as items, sum(tax_amount) as tax, row_number() over () as place
        from order_items
        where order_id between %(first_id)s and %(last_id)s
        group by order_id
    ) as totals
    join (
        select customer_id, country_code, row_number() over () as place
        from (select * from customers where customer_id >= %(customer)s order by customer_id limit %(rows)s) as found
    ) as buyers using (place)
"""
PAYMENTS = """
    insert into payments
    select
        'Y' || substr(order_id, 2) || '3', order_id, 'card', 'authorized', total_amount, currency_code, null,
        '453201******4754', null, localtimestamp
    from orders
    where order_id between %(first_id)s and %(last_id)s
"""
# Orders of a status, some rows that no other session holds.
OF_STATUS = (
    "select order_id from orders where order_status = '{}' order by order_id limit %(rows)s for update skip locked"
)
ADVANCE = "update orders set order_status = '{}', updated_at = localtimestamp where order_id in ({})"
PAID = "update orders set order_status = 'paid', updated_at = localtimestamp where order_id >= %(first_id)s"
CUSTOMERS = """
    select customer_id from customers where customer_id >= %(customer)s order by customer_id limit %(rows)s
    for update skip locked
"""
SOME_OF = "select {0} from {1} where {0} >= %(key)s order by {0} limit %(rows)s for update skip locked"
SOME_LINES = SOME_OF.format("order_item_id", "order_items")
REFUNDS = """
    insert into refunds (refund_id, order_id, payment_id, refund_reason, amount, currency_code, refunded_at)
    select
        'F' || substr(payment_id, 2) || '0', order_id, payment_id, 'cancellation', amount, currency_code, localtimestamp
    from payments
    where order_id = any(%(orders)s)
    on conflict do nothing
"""
# With texts that a careless reader or writer breaks: quotes, backslashes, tabs, line ends, letters beyond ASCII.
NEW_CUSTOMERS = """
    insert into customers
    select
        'C' || lpad(n::text, 8, '0'), 'new.' || n || '@post.example', 'Grüße', 'O''Neil "\\' || n, null,
        date '1990-01-01' + (n %% 9000)::int, null, %(country)s, 'de', 'organic', 'none', localtimestamp, localtimestamp
    from generate_series(%(first)s::bigint, %(first)s::bigint + %(rows)s::bigint - 1) as n
"""
NEW_ADDRESSES = """
    insert into addresses
    select
        'A' || lpad(n::text, 8, '0') || '00', 'C' || lpad(n::text, 8, '0'), 'billing', null,
        E'Weg\\t' || n || E'\\n2. Stock', '10115', 'Berlin', 'BE', %(country)s, localtimestamp
    from generate_series(%(first)s::bigint, %(first)s::bigint + %(rows)s::bigint - 1) as n
"""
PROMOTION = """
    insert into promotions (promotion_id, promotion_name, discount_kind, discount_percent, starts_at)
    select %(id)s, string_agg(md5(random()::text), ''), 'percent', 5, localtimestamp
    from generate_series(1, 300)
    on conflict do nothing
"""


@dataclass
class Driver:
    """Sessions that use the shop until so many rows have changed, or so much time has passed."""

    connection: str
    seed: int = 1
    lock: threading.Lock = field(default_factory=threading.Lock)
    changes: int = 0
    stopped: bool = False
    # So many changes a second at most; None for as many as it goes.
    most_per_second: float | None = None
    next_order: int = FIRST_ORDER
    next_customer: int = FIRST_CUSTOMER
    # Of those who were there before anybody was driven.
    last_known_customer: int | None = None
    # When this drive began, and what had changed before it.
    began: float = 0.0
    before: int = 0

    def __post_init__(self) -> None:
        """Go on behind what an earlier driver has ordered."""
        with psycopg.connect(self.connection) as conn:
            found = conn.execute(
                "select (select max(substr(order_id, 2)::bigint) from orders), max(substr(customer_id, 2)::bigint), "
                f"max(substr(customer_id, 2)::bigint) filter (where customer_id < 'C{FIRST_CUSTOMER:08}') "
                "from customers"
            ).fetchone()
        order, customer, self.last_known_customer = found or (None, None, None)
        self.next_order = max(self.next_order, (order or 0) + 1)
        self.next_customer = max(self.next_customer, (customer or 0) + 1)

    def drive(self, changes: int, sessions: int = 3) -> int:
        """Change so many rows, as fast as it goes; how many they became."""
        wanted = self.changes + changes
        self.began, self.before = time.monotonic(), self.changes
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                self.session(number, lambda: self.changes >= wanted or self.stopped or bool(failures))
            except BaseException as failure:  # noqa: BLE001 - it is raised where the sessions are waited for
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(sessions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        return self.changes

    def shop_at(self, orders_per_second: float, seconds: float) -> int:
        """Place orders at a steady rate, each paid at once; how many."""
        ends, placed, began = time.monotonic() + seconds, 0, time.monotonic()
        chance = random.Random(self.seed)
        with psycopg.connect(self.connection) as conn:
            while time.monotonic() < ends and not self.stopped:
                due = int((time.monotonic() - began) * orders_per_second) - placed
                if due > 0:
                    first = f"O{self.next_order:09}"
                    with conn.transaction():
                        self.order(conn, chance, due)
                    # Orders count as sales once they are paid.
                    with conn.transaction():
                        placed += conn.execute(PAID, {"first_id": first}).rowcount
                time.sleep(0.05)
        return placed

    def session(self, number: int, is_over: Callable[[], bool]) -> None:
        """One after the other, things that people do; what fails because of another session is left out."""
        chance = random.Random(f"{self.seed}/{number}")
        kinds, weights = zip(*KINDS.items(), strict=True)
        with psycopg.connect(self.connection) as conn:
            while not is_over():
                if self.is_ahead():
                    time.sleep(0.02)
                    continue
                (kind,) = chance.choices(kinds, weights)
                try:
                    with conn.transaction():
                        changed = kind(self, conn, chance, chance.randint(1, MOST_ROWS))
                        if chance.random() < SHARE_ROLLED_BACK:
                            raise psycopg.Rollback
                        with self.lock:
                            self.changes += changed
                except (psycopg.errors.DeadlockDetected, psycopg.errors.UniqueViolation):
                    continue

    def is_ahead(self) -> bool:
        """Whether more has changed than should have by now."""
        if self.most_per_second is None:
            return False
        return self.changes - self.before > (time.monotonic() - self.began) * self.most_per_second

    # ---------- what people do; each returns how many rows it changed

    def order(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Orders with lines and payments."""
        with self.lock:
            first = self.next_order
            self.next_order += rows
        ids = {"first_id": f"O{first:09}", "last_id": f"O{first + rows - 1:09}"}
        values = {"first": first, "rows": rows, "customer": self.some_customer(chance), **ids}
        return sum(conn.execute(statement, values).rowcount for statement in (LINES, ORDERS, PAYMENTS))

    def advance(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Orders are paid, shipped, delivered."""
        was, becomes = chance.choice([("pending", "paid"), ("paid", "shipped"), ("shipped", "delivered")])
        statement = ADVANCE.format(becomes, OF_STATUS.format(was))
        return conn.execute(statement, {"rows": rows}).rowcount

    def cancel(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Orders are cancelled, their payments too, and some money goes back."""
        values = {"rows": rows}
        cancelled = conn.execute(
            ADVANCE.format("cancelled", OF_STATUS.format("pending")) + " returning order_id", values
        )
        of = {"orders": [order for (order,) in cancelled.fetchall()]}
        changed = len(of["orders"])
        changed += conn.execute(
            "update payments set payment_status = 'cancelled' where order_id = any(%(orders)s)", of
        ).rowcount
        return changed + conn.execute(REFUNDS, of).rowcount

    def register(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """New customers with an address each."""
        with self.lock:
            first = self.next_customer
            self.next_customer += rows
        values = {"first": first, "rows": rows, "country": chance.choice(["DE", "US", "BR", "GB"])}
        return sum(conn.execute(statement, values).rowcount for statement in (NEW_CUSTOMERS, NEW_ADDRESSES))

    def correct(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Customers change what is known of them; some take an e-mail address away."""
        return conn.execute(
            "update customers set loyalty_tier = (array['none', 'silver', 'gold'])[1 + floor(random() * 3)], "
            "email = case when random() < 0.1 then null else email end, updated_at = localtimestamp "
            f"where customer_id in ({CUSTOMERS})",
            {"customer": self.some_customer(chance), "rows": rows},
        ).rowcount

    def close(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Accounts are deleted, with their addresses."""
        values = {"customer": self.some_customer(chance), "rows": max(1, rows // 8)}
        gone = [customer for (customer,) in conn.execute(CUSTOMERS, values).fetchall()]
        changed = conn.execute("delete from addresses where customer_id = any(%s)", [gone]).rowcount
        return changed + conn.execute("delete from customers where customer_id = any(%s)", [gone]).rowcount

    def delete(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Cancelled orders are deleted with all that belongs to them."""
        values = {"rows": rows}
        gone = [order for (order,) in conn.execute(OF_STATUS.format("cancelled"), values).fetchall()]
        return sum(
            conn.execute(f"delete from {table} where order_id = any(%s)", [gone]).rowcount
            for table in ("refunds", "payments", "order_items", "orders")
        )

    def delete_and_create(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Lines are taken out and put back under the same ids, in one transaction."""
        gone = conn.execute(
            f"delete from order_items where order_item_id in ({SOME_LINES}) returning *",
            {"key": self.some_line(chance), "rows": rows},
        ).fetchall()
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into order_items values (%s, %s, %s, %s, %s, %s, %s, %s)",
                [(*line[:4], line[4] + 1, *line[5:]) for line in gone],
            )
        return 2 * len(gone)

    def rekey(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """Lines get other ids, and payments: a row goes on under another key."""
        changed = conn.execute(
            f"update order_items set order_item_id = order_item_id || 'x' where order_item_id in ({SOME_LINES})",
            {"key": self.some_line(chance), "rows": rows},
        ).rowcount
        # They swap keys along a ring: each goes through a key that the other has just left.
        pair = conn.execute(
            SOME_OF.format("payment_id", "payments"), {"key": f"Y{chance.randrange(10**9):09}", "rows": 2}
        ).fetchall()
        if len(pair) == 2:
            (one,), (other,) = pair
            for old, new in ((one, "Y-swap-" + one), (other, one), ("Y-swap-" + one, other)):
                changed += conn.execute(
                    "update payments set payment_id = %s where payment_id = %s", [new, old]
                ).rowcount
        return changed

    def promote(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """A promotion with a text so large that it is stored apart, and changes that leave it as it is."""
        name = f"P-{chance.randrange(40)}"
        changed = conn.execute(PROMOTION, {"id": name}).rowcount
        return (
            changed
            + conn.execute(
                "update promotions set discount_percent = round((random() * 90)::numeric, 2), ends_at = localtimestamp "
                "where promotion_id = %s",
                [name],
            ).rowcount
        )

    def truncate(self, conn: psycopg.Connection, chance: random.Random, rows: int) -> int:
        """All refunds are gone at once."""
        found = conn.execute("select count(*) from refunds").fetchone()
        conn.execute("truncate refunds")
        return found[0] if found else 0

    def some_customer(self, chance: random.Random) -> str:
        """An id from which on customers are taken."""
        newest = chance.random() < 0.5 and self.next_customer > FIRST_CUSTOMER
        known = self.last_known_customer or 0
        number = chance.randrange(FIRST_CUSTOMER, self.next_customer) if newest else chance.randrange(known + 1)
        return f"C{number:08}"

    def some_line(self, chance: random.Random) -> str:
        """An id from which on lines are taken."""
        newest = chance.random() < 0.5 and self.next_order > FIRST_ORDER
        number = chance.randrange(FIRST_ORDER, self.next_order) if newest else chance.randrange(16_000)
        return f"L{number * 10:010}"


KINDS: dict[Callable[[Driver, psycopg.Connection, random.Random, int], int], float] = {
    Driver.order: 25,
    Driver.advance: 30,
    Driver.cancel: 5,
    Driver.register: 6,
    Driver.correct: 12,
    Driver.close: 4,
    Driver.delete: 5,
    Driver.delete_and_create: 4,
    Driver.rekey: 6,
    Driver.promote: 3,
    Driver.truncate: 0.03,
}
