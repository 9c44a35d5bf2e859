"""The help desk: tickets as they change, and their messages, from an API that is fetched page by page."""

import base64

from tools.simulator.columns import iso
from tools.simulator.emit.deliveries import Deliveries
from tools.simulator.feedback.tickets import Message, Ticket
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World


class Support:
    """Tells the help desk's part of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.landing = landing
        self.tickets = Deliveries(world.options.seed, world.start, "tickets")
        self.messages = Deliveries(world.options.seed, world.start, "messages")

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        for ticket in record.said.tickets:
            self.follow(ticket)
        for message in record.said.messages:
            row = message_row(message)
            self.messages.page(message.sent_at, row, message.ticket * 10 + message.place)
        self.landing.lines("support", "tickets", record.date, self.tickets.due(record.number))
        self.landing.lines("support", "messages", record.date, self.messages.due(record.number))

    def follow(self, ticket: Ticket) -> None:
        """Deliver a ticket whenever its state changes."""
        states = [("open", ticket.opened_at), ("pending", ticket.answered_at)]
        if ticket.solved_at is not None:
            states.append(("solved", ticket.solved_at))
        for place, (status, at) in enumerate(states):
            until = states[place + 1][1] if place + 1 < len(states) else None
            self.tickets.page(at, ticket_row(ticket, status), ticket.number * 10 + place, until)


def ticket_id(number: int) -> str:
    """A ticket's id."""
    return f"T{number:08}"


def message_id(message: Message) -> str:
    """A message's id."""
    return f"G{message.ticket:08}-{message.place}"


def ticket_row(ticket: Ticket, status: str) -> dict:
    """A ticket in one of its states."""
    person = ticket.person
    return {
        "ticket_id": ticket_id(ticket.number),
        "requester": {"customer_id": f"C{person.customer:08}" if ticket.recognised else None, "email": person.email},
        "order_id": f"O{ticket.order:09}" if ticket.order else None,
        "product_id": f"P{ticket.product + 1:05}" if ticket.product >= 0 else None,
        "channel": ticket.channel,
        "topic": ticket.topic,
        "priority": ticket.priority,
        "ticket_status": status,
        "language_code": person.language,
        "subject": ticket.subject.text,
        "opened_at": iso(ticket.opened_at),
        "solved_at": iso(ticket.solved_at) if status == "solved" else None,
    }


def message_row(message: Message) -> dict:
    """A message with its files."""
    files = [
        {
            "attachment_id": f"{message_id(message)}-{place}",
            "content_type": file.content_type,
            "byte_count": len(file.content),
            "content": base64.b64encode(file.content).decode(),
        }
        for place, file in enumerate(message.attachments, start=1)
    ]
    return {
        "message_id": message_id(message),
        "ticket_id": ticket_id(message.ticket),
        "author_type": message.author,
        "author_name": message.name,
        "body": message.body.text,
        "attachments": files,
        "sent_at": iso(message.sent_at),
    }
