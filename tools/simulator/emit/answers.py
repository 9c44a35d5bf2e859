"""Beside the landing zone, never in it: which texts hide personal data, so that a search for them can be judged."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from tools.simulator.emit.reviews import review_id
from tools.simulator.emit.support import message_id, ticket_id
from tools.simulator.emit.surveys import response_id
from tools.simulator.feedback.feedback import Said
from tools.simulator.feedback.writers import Text
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World

FILE = "hidden_personal_data.jsonl"


class AnswerFile:
    """A file of answers, written under a hidden name; the whole file anew, as the days before are lived again too."""

    def __init__(self, landing: Path, name: str):
        """Begin an empty file beside a landing zone."""
        folder = answers_folder(landing)
        folder.mkdir(parents=True, exist_ok=True)
        self.final, self.hidden = folder / name, folder / f".{name}.tmp"
        self.hidden.write_bytes(b"")

    def write(self, lines: str) -> None:
        """Add some lines, each with its end."""
        with open(self.hidden, "a", encoding="utf-8", newline="\n") as stream:
            stream.write(lines)

    def finish(self) -> None:
        """Give the file its name."""
        os.replace(self.hidden, self.final)


class Answers:
    """Writes what each day's texts hide."""

    def __init__(self, world: World, landing: Landing):
        """The file takes its name when the last day is written."""
        self.file = AnswerFile(landing.folder, FILE)
        self.last = world.options.last

    def emit(self, record: DayRecord) -> None:
        """Add a day."""
        for source, table, key, column, text in texts(record.said):
            for kind, quoted in text.hidden:
                named = {"source": source, "table": table, "key": key, "column": column}
                self.file.write(json.dumps(named | {"kind": kind, "text": quoted}, ensure_ascii=False) + "\n")
        if record.number == self.last:
            self.file.finish()


def answers_folder(landing: Path) -> Path:
    """The folder beside a landing zone."""
    landing = landing.resolve()
    return landing.with_name(f"{landing.name}_answers")


def texts(said: Said) -> Iterator[tuple[str, str, str, str, Text]]:
    """(source, table, key, column, text) of all free texts of a day."""
    for review in said.reviews:
        yield "reviews", "reviews", review_id(review), "body", review.body
    for ticket in said.tickets:
        yield "support", "tickets", ticket_id(ticket.number), "subject", ticket.subject
    for message in said.messages:
        yield "support", "messages", message_id(message), "body", message.body
    for answer in said.answers:
        yield "surveys", "nps_responses", response_id(answer), "comment", answer.comment
    for request in said.requests:
        yield "crm", "privacy_requests", f"Q{request.number:08}", "details", request.details
