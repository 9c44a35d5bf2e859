"""Tickets: why people turn to the help desk, and how the conversation goes."""

import base64
from dataclasses import dataclass, field

import numpy as np

from tools.simulator.agenda import Agenda
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.customers import Customers
from tools.simulator.feedback.experience import Delivered, days_late, today
from tools.simulator.feedback.writers import Person, Text, slip
from tools.simulator.orders import HOUR, MINUTE, NEVER, Orders
from tools.simulator.randomness import Dice, below, share
from tools.simulator.stock import day_of
from tools.simulator.texts import BOOKS

TOPICS = ["delivery", "defect", "return", "payment", "account", "other"]
DELIVERY, DEFECT, RETURN, PAYMENT, ACCOUNT, OTHER = range(6)
CHANNELS = ("email", "email", "email", "chat", "chat", "web_form", "web_form", "phone")
# How likely each cause makes a ticket; a late parcel the more, the later it is.
LATE, A_DAY_LATE, IN_TIME = 0.16, 0.05, 0.016
DEFECTIVE, SENT_BACK, FAILED_PAYMENT, NEVER_PAID = 0.42, 0.12, 0.09, 0.16
# Of all customers on a day, for no order's sake.
ON_ONES_OWN = 0.0006
HIDDEN, HIDDEN_IN_SUBJECT, GREETED_BY_NAME = 0.09, 0.012, 0.12
ANSWERED_AGAIN, NEVER_SOLVED = 0.42, 0.06
AGENTS = (
    *("Mira Falk", "Tom Reyes", "Júlia Prado", "Ellie Ward"),
    *("Deniz Aksoy", "Carla Nunes", "Sam Okafor", "Ines Roth"),
)
# The smallest PNG there is, one grey point.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
FIRMWARE_LOG = b"boot: ok\npanel: error 0x%04x\nreset\n"


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message."""

    content_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """`place`: in its ticket, from 1; `author`: customer, agent or system, with `name` or None."""

    ticket: int
    place: int
    author: str
    name: str | None
    body: Text
    attachments: tuple[Attachment, ...]
    sent_at: int


@dataclass
class Ticket:
    """`order` and `product` are 0 and -1 where none is named; `answered_at`, `solved_at` are None for never."""

    number: int
    topic: str
    person: Person
    recognised: bool
    order: int
    product: int
    channel: str
    priority: str
    subject: Text
    opened_at: int
    answered_at: int = 0
    solved_at: int | None = None
    messages: list[Message] = field(default_factory=list)


class Tickets:
    """Plans tickets for their causes, and lets the conversations run."""

    def __init__(self, seed: int, start: int, names: list[str]):
        """`names`: of all products."""
        self.seed = seed
        self.start = start
        self.names = names
        self.agenda = Agenda()
        self.opened = 0
        self.unsent: dict[int, list[Message]] = {}

    def due(self, orders: Orders, delivered: Delivered, customers: Customers, number: int, midnight: int):
        """The tickets of a day as planned, in the order of time."""
        self.plan_for_orders(orders, number)
        self.plan_for_defects(delivered)
        self.plan_for_customers(customers, number, midnight)
        due = self.agenda.due(number)
        order = np.argsort(due["at"], kind="stable")
        return {name: values[order] for name, values in due.items()}

    def live(
        self, due: dict[str, np.ndarray], writers: list[Person], number: int
    ) -> tuple[list[Ticket], list[Message]]:
        """The tickets that are opened on a day, and the messages that are sent on it."""
        rows = zip(*(due[name].tolist() for name in ("at", "topic", "order", "product", "late")), writers, strict=True)
        tickets = [self.open(*row) for row in rows]
        for ticket in tickets:
            for message in ticket.messages:
                self.unsent.setdefault(int(day_of(message.sent_at, self.start)), []).append(message)
        return tickets, sorted(self.unsent.pop(number, []), key=lambda message: message.sent_at)

    def plan(self, chosen: np.ndarray, orders, topic: int, at: np.ndarray, product=-1, late=0) -> None:
        """Tickets of the people behind some orders (Orders or Delivered), opened `at`."""
        number = orders.number[chosen] if isinstance(orders, Orders) else orders.order[chosen]
        rows = {
            "at": at,
            "topic": np.full(len(at), topic),
            "order": number,
            "customer": orders.customer[chosen],
            "country": orders.country[chosen],
            "product": np.broadcast_to(product, len(at)),
            "late": np.broadcast_to(late, len(at)),
        }
        self.agenda.add(day_of(at, self.start), rows)

    def plan_for_orders(self, orders: Orders, number: int) -> None:
        """Parcels that are late or feared to be, returns that are waited for, and payments that failed."""
        drawn = share(self.seed, "ticket", orders.number)
        hours = below(self.seed, "ticket's hour", orders.number, 4 * HOUR)
        late = days_late(orders)
        shipped = today(orders.shipped_at, self.start, number)
        waits = np.flatnonzero(shipped & (late > 0) & (drawn < LATE + A_DAY_LATE * late))
        # Before it arrives: parcels are delivered from nine o'clock.
        at = (orders.promised_day[waits] + 1) * MICROSECONDS_PER_DAY + 5 * HOUR + hours[waits]
        self.plan(waits, orders, DELIVERY, at, late=late[waits])
        fears = np.flatnonzero(shipped & (late == 0) & (drawn < IN_TIME))
        self.plan(fears, orders, DELIVERY, orders.shipped_at[fears] + HOUR + 3 * hours[fears])

        back = np.flatnonzero(today(orders.returned_at, self.start, number) & (drawn > 1 - SENT_BACK))
        self.plan(back, orders, RETURN, orders.returned_at[back] + 20 * HOUR + 6 * hours[back])

        chance = np.where(orders.paid_at == NEVER, NEVER_PAID, np.where(orders.retried, FAILED_PAYMENT, 0))
        failed = today(orders.ordered_at, self.start, number) & (
            share(self.seed, "payment ticket", orders.number) < chance
        )
        failed = np.flatnonzero(failed)
        self.plan(failed, orders, PAYMENT, orders.ordered_at[failed] + 10 * MINUTE + hours[failed])

    def plan_for_defects(self, delivered: Delivered) -> None:
        """Things that arrived broken; nobody has sent them back yet."""
        broken = np.flatnonzero(delivered.damaged & (share(self.seed, "defect", delivered.line_id) < DEFECTIVE))
        of = delivered.of[broken]
        at = delivered.delivered_at[of] + HOUR + below(self.seed, "defect's hour", delivered.line_id[broken], 40 * HOUR)
        self.plan(of, delivered, DEFECT, at, product=delivered.product[broken])

    def plan_for_customers(self, customers: Customers, number: int, midnight: int) -> None:
        """Questions about the account, and others."""
        drawn = share(self.seed, f"question {number}", customers.number)
        asks = np.flatnonzero((drawn < ON_ONES_OWN) & ~customers.deleted & (customers.registered_at < midnight))
        who = customers.number[asks]
        count = len(asks)
        rows = {
            "at": midnight + 6 * HOUR + below(self.seed, f"question's hour {number}", who, 15 * HOUR),
            "topic": np.where(drawn[asks] < ON_ONES_OWN / 2, ACCOUNT, OTHER),
            "order": np.zeros(count, dtype=np.int64),
            "customer": who,
            "country": customers.country[asks],
            "product": np.full(count, -1),
            "late": np.zeros(count, dtype=np.int64),
        }
        self.agenda.add(np.full(count, number), rows)

    def open(self, at: int, topic: int, order: int, product: int, late: int, person: Person) -> Ticket:
        """A ticket with its whole conversation."""
        self.opened += 1
        dice = Dice(self.seed, "ticket", self.opened)
        book, name = BOOKS[person.language], TOPICS[topic]
        if topic == OTHER:
            product = dice.below(len(self.names))
        filled = {"order": f"O{order:09}", "product": self.names[product]}
        subject = slip(dice, person, [dice.of(book.SUBJECTS[name]).format(**filled)], HIDDEN_IN_SUBJECT, " / ")
        ticket = Ticket(
            number=self.opened,
            topic=name,
            person=person,
            recognised=person.customer > 0 and not dice.chance(0.07),
            order=0 if dice.chance(0.06) else order,
            product=product,
            channel=dice.of(CHANNELS),
            priority="high" if late >= 3 or topic == DEFECT else "low" if topic >= ACCOUNT else "normal",
            subject=subject,
            opened_at=at,
        )
        self.talk(ticket, dice, dice.of(book.OPENINGS[name]).format(**filled))
        return ticket

    def talk(self, ticket: Ticket, dice: Dice, opening: str) -> None:
        """Who writes what and when, until the ticket is solved or forgotten."""
        book, person = BOOKS[ticket.person.language], ticket.person
        agent = dice.of(AGENTS)
        at = ticket.opened_at

        def say(author: str, name: str | None, body: Text, attachments: tuple = ()) -> None:
            place = len(ticket.messages) + 1
            ticket.messages.append(Message(ticket.number, place, author, name, body, attachments, at))

        say("customer", person.name, slip(dice, person, [opening], HIDDEN, "\n"), attached(dice, ticket.topic))
        if dice.chance(0.2):
            at += MINUTE
            say("system", None, Text(book.ACKNOWLEDGED))
        ticket.answered_at = at = at + dice.between(25 * MINUTE, 26 * HOUR)
        answer = dice.of(book.ANSWERS[ticket.topic])
        if dice.chance(GREETED_BY_NAME):
            greeting = book.GREETING.format(value=person.name)
            say("agent", agent, Text(f"{greeting}\n{answer}", (("name", person.name),)))
        else:
            say("agent", agent, Text(answer))
        if dice.chance(ANSWERED_AGAIN):
            at += dice.between(20 * MINUTE, 20 * HOUR)
            say("customer", person.name, slip(dice, person, [dice.of(book.FOLLOW_UPS)], HIDDEN / 2, "\n"))
            at += dice.between(20 * MINUTE, 18 * HOUR)
            say("agent", agent, Text(dice.of(book.CLOSINGS)))
        if not dice.chance(NEVER_SOLVED):
            ticket.solved_at = at + dice.between(30 * MINUTE, 30 * HOUR)


def attached(dice: Dice, topic: str) -> tuple[Attachment, ...]:
    """Pictures and logs, mostly of what is broken."""
    if not dice.chance(0.3 if topic == "defect" else 0.02):
        return ()
    picture = Attachment("image/png", PICTURE)
    log = Attachment("text/plain", FIRMWARE_LOG % dice.below(2**16))
    return (picture, log) if dice.chance(0.2) else (picture,) if dice.chance(0.7) else (log,)
