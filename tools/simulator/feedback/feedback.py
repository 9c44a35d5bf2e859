"""All that people say on a day, from what happened to them."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.customers import Customers
from tools.simulator.feedback.experience import delivered_today
from tools.simulator.feedback.mentions import Mention, Mentions, mood_of
from tools.simulator.feedback.requests import PrivacyRequest, Requests
from tools.simulator.feedback.reviews import Review, Reviews
from tools.simulator.feedback.surveys import Answer, Surveys
from tools.simulator.feedback.tickets import Message, Ticket, Tickets
from tools.simulator.feedback.writers import persons
from tools.simulator.visit_events import PRODUCT_VIEW


@dataclass(frozen=True)
class Said:
    """What was written on a day."""

    reviews: list[Review]
    tickets: list[Ticket]
    messages: list[Message]
    answers: list[Answer]
    mentions: list[Mention]
    requests: list[PrivacyRequest]


class Feedback:
    """Those who will speak later, and what they will say."""

    def __init__(self, seed: int, start: int, orders_per_day: int, catalog):
        """Nobody has said anything yet."""
        self.seed = seed
        self.start = start
        self.popularity = catalog.popularity
        names = catalog.names(seed, np.arange(len(catalog.category)))
        self.reviews = Reviews(seed, names)
        self.tickets = Tickets(seed, start, names)
        self.surveys = Surveys(seed)
        self.mentions = Mentions(seed, orders_per_day, names)
        self.requests = Requests(seed)

    def live(self, record, customers: Customers, lift: float) -> Said:
        """A day; who has closed the account says no more, but for the wish to be forgotten."""
        day = (record.number, record.midnight)
        delivered = delivered_today(record.orders, self.start, record.number)
        in_stock = record.events.in_stock[record.events.kind == PRODUCT_VIEW]
        due = [
            still_here(self.reviews.due(delivered, record.number), customers),
            still_here(self.tickets.due(record.orders, delivered, customers, *day), customers),
            still_here(self.surveys.due(delivered, record.number), customers),
            self.requests.due(customers, record.deleted_customers, record.leads, *day),
        ]
        # All at once: looking up people costs the same for one as for a hundred.
        who = [np.concatenate([rows[name] for rows in due]) for name in ("customer", "order", "country")]
        everyone = iter(persons(self.seed, customers, *who))
        reviewers, writers, asked, requesting = ([next(everyone) for _ in rows["customer"]] for rows in due)
        tickets, messages = self.tickets.live(due[1], writers, record.number)
        return Said(
            reviews=self.reviews.live(due[0], reviewers, record.midnight),
            tickets=tickets,
            messages=messages,
            answers=self.surveys.live(due[2], asked, record.midnight),
            mentions=self.mentions.live(
                mood_of(delivered, in_stock, lift, record.day.troubles.posts), self.popularity, *day
            ),
            requests=self.requests.live(due[3], requesting),
        )


def still_here(due: dict[str, np.ndarray], customers: Customers) -> dict[str, np.ndarray]:
    """What guests and customers with an account have planned."""
    here = (due["customer"] == 0) | ~customers.deleted[(due["customer"] - 1).clip(0)]
    return {name: values[here] for name, values in due.items()}
