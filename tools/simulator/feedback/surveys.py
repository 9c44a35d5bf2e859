"""Answers to the survey that follows a delivery: would you recommend us?"""

from dataclasses import dataclass

import numpy as np

from tools.simulator.agenda import Agenda
from tools.simulator.feedback.experience import Delivered
from tools.simulator.feedback.writers import Person, Text, slip
from tools.simulator.orders import HOUR
from tools.simulator.randomness import Dice, below, share
from tools.simulator.texts import BOOKS

CHANCE, CHANCE_IF_TROUBLED = 0.10, 0.06
FIRST_DAY, DAYS = 1, 5
# The score of who has nothing to complain of, and what a day of delay and a defect cost.
SCORE, A_DAY_LATE, A_DEFECT, MOST_DAYS = 8.8, 1.1, 3.6, 5
NOISE = 3.0
PROMOTER, PASSIVE = 9, 7
HIDDEN = 0.08


@dataclass(frozen=True)
class Answer:
    """`number`: of the order, which is asked about once; `anonymous`: the tool knows neither customer nor order."""

    number: int
    person: Person
    anonymous: bool
    score: int
    mood: str
    cause: str
    comment: Text
    responded_at: int


class Surveys:
    """Plans answers when parcels arrive."""

    def __init__(self, seed: int):
        """Nobody was asked yet."""
        self.seed = seed
        self.agenda = Agenda()

    def due(self, delivered: Delivered, number: int) -> dict[str, np.ndarray]:
        """The answers of a day, as planned."""
        self.plan(delivered, number)
        return self.agenda.due(number)

    def live(self, due: dict[str, np.ndarray], writers: list[Person], midnight: int) -> list[Answer]:
        """The answers of a day as they are written."""
        rows = zip(*(due[name].tolist() for name in ("order", "score", "late", "damaged")), writers, strict=True)
        return [self.write(midnight, *row) for row in rows]

    def plan(self, delivered: Delivered, number: int) -> None:
        """Decide who of today's receivers will answer, and what."""
        troubled = (delivered.late > 0) | delivered.any_damage
        answers = np.flatnonzero(share(self.seed, "survey", delivered.order) < CHANCE + CHANCE_IF_TROUBLED * troubled)
        order, late, damaged = (values[answers] for values in (delivered.order, delivered.late, delivered.any_damage))
        noise = share(self.seed, "score", order) + share(self.seed, "more score", order) - 1
        score = SCORE - A_DAY_LATE * late.clip(0, MOST_DAYS) - A_DEFECT * damaged + NOISE * noise
        rows = {
            "order": order,
            "customer": delivered.customer[answers],
            "country": delivered.country[answers],
            "score": np.rint(score).astype(np.int64).clip(0, 10),
            "late": late,
            "damaged": damaged,
        }
        self.agenda.add(number + FIRST_DAY + below(self.seed, "survey's day", order, DAYS), rows)

    def write(self, midnight: int, order: int, score: int, late: int, damaged: bool, person: Person) -> Answer:
        """One answer; two in five have no comment."""
        dice = Dice(self.seed, "survey", order)
        book = BOOKS[person.language]
        mood = "good" if score >= PROMOTER else "mixed" if score >= PASSIVE else "bad"
        cause = mood if mood != "bad" else "defect" if damaged else "late" if late else "bad"
        anonymous = dice.chance(0.1)
        comment = Text("")
        if dice.chance(0.6):
            said = [dice.of(book.SURVEY[cause])]
            if dice.chance(0.35):
                said.append(dice.of(book.SURVEY_MORE))
            comment = slip(dice, person, said, 0 if anonymous else HIDDEN, "\n" if dice.chance(0.5) else " ")
        at = midnight + 6 * HOUR + dice.below(16 * HOUR)
        return Answer(order, person, anonymous, score, mood, cause, comment, at)
