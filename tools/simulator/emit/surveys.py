"""The survey tool's daily export: CSV with comments as typed, over several lines where people typed them so."""

import csv
import io

from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.columns import INGESTED_AFTER, iso
from tools.simulator.feedback.surveys import Answer
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World

HEADER = "response_id,customer_id,order_id,score,comment,language_code,responded_at,_ingested_at".split(",")
# The tool exports some answers of the evening before once more.
TOLD_AGAIN = 20


class Surveys:
    """Tells each day's answers."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.landing = landing
        self.told_again: list[tuple] = []

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        morning = iso(record.midnight + INGESTED_AFTER)
        rows = [(*row, morning) for row in self.told_again]
        self.told_again = []
        last = record.midnight + MICROSECONDS_PER_DAY - 1
        for answer in sorted(record.said.answers, key=lambda answer: answer.responded_at):
            row = cells(answer)
            rows.append((*row, iso(min(answer.responded_at + INGESTED_AFTER, last))))
            if answer.number % TOLD_AGAIN == 0:
                self.told_again.append(row)
        if rows:
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(rows)
            self.landing.text("surveys", "nps_responses", record.date, "csv", text.getvalue())


def response_id(answer: Answer) -> str:
    """An answer's id."""
    return f"NR{answer.number:09}"


def cells(answer: Answer) -> tuple:
    """The columns up to the time of ingestion."""
    customer = "" if answer.anonymous or not answer.person.customer else f"C{answer.person.customer:08}"
    return (
        response_id(answer),
        customer,
        "" if answer.anonymous else f"O{answer.number:09}",
        answer.score,
        answer.comment.text,
        answer.person.language,
        iso(answer.responded_at),
    )
