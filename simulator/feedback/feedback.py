"""All that people say on a day, from what happened to them."""

from dataclasses import dataclass

import numpy as np

from simulator.feedback.experience import delivered_today
from simulator.feedback.mentions import Mention, Mentions, mood_of
from simulator.feedback.requests import PrivacyRequest, Requests
from simulator.feedback.reviews import Review, Reviews
from simulator.feedback.surveys import Answer, Surveys
from simulator.feedback.tickets import Message, Ticket, Tickets
from simulator.visit_events import PRODUCT_VIEW


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
        self.start = start
        self.popularity = catalog.popularity
        names = catalog.names(seed, np.arange(len(catalog.category)))
        self.reviews = Reviews(seed, names)
        self.tickets = Tickets(seed, start, names)
        self.surveys = Surveys(seed)
        self.mentions = Mentions(seed, orders_per_day, names)
        self.requests = Requests(seed)

    def live(self, record, customers, promotion: bool) -> Said:
        """A day."""
        day = (record.number, record.midnight)
        delivered = delivered_today(record.orders, self.start, record.number)
        in_stock = record.events.in_stock[record.events.kind == PRODUCT_VIEW]
        tickets, messages = self.tickets.live(record.orders, delivered, customers, *day)
        return Said(
            reviews=self.reviews.live(delivered, customers, *day),
            tickets=tickets,
            messages=messages,
            answers=self.surveys.live(delivered, customers, *day),
            mentions=self.mentions.live(mood_of(delivered, in_stock, promotion), self.popularity, *day),
            requests=self.requests.live(customers, record.deleted_customers, record.leads, *day),
        )
