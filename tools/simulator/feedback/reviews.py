"""Reviews: some who got what they ordered say how they like it, some days later."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.agenda import Agenda
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.feedback.experience import Delivered
from tools.simulator.feedback.writers import Person, Text, slip
from tools.simulator.orders import HOUR
from tools.simulator.randomness import Dice, below, share
from tools.simulator.texts import BOOKS

# Who has a reason to complain writes more often.
CHANCE, CHANCE_IF_LATE, CHANCE_IF_DAMAGED = 0.15, 0.05, 0.14
FIRST_DAY, DAYS = 1, 9
# Stars of an ordinary product, how much better the best one is, and what a day of delay and a defect cost.
STARS, BEST, A_DAY_LATE, A_DEFECT, MOST_DAYS = 3.3, 1.9, 0.45, 2.4, 5
NOISE = 1.7
ASPECTS = ("battery", "quality", "price", "usability", "sound")
HIDDEN = 0.05
REJECTED, NEVER_READ = 0.05, 0.04


@dataclass(frozen=True)
class Review:
    """`number`: of the order line; `order`: 0 where not told; `votes`: (when, how many by then), growing.

    `mood` and `cause`: what the text says, as keys of the books. `moderated_at` is None where nobody has read it;
    `aspects`: pairs of aspect and stars, None where not asked for.
    """

    number: int
    product: int
    order: int
    person: Person
    author_name: str
    anonymous: bool
    stars: int
    mood: str
    cause: str
    aspects: list[tuple[str, int]] | None
    title: Text
    body: Text
    reviewed_at: int
    moderated_at: int | None
    rejected: bool
    votes: list[tuple[int, int]]


class Reviews:
    """Plans reviews when parcels arrive, and writes them on their day."""

    def __init__(self, seed: int, names: list[str]):
        """`names`: of all products."""
        self.seed = seed
        self.names = names
        self.quality = share(seed, "quality", np.arange(len(names)))
        self.agenda = Agenda()

    def due(self, delivered: Delivered, number: int) -> dict[str, np.ndarray]:
        """The reviews of a day, as planned."""
        self.plan(delivered, number)
        return self.agenda.due(number)

    def live(self, due: dict[str, np.ndarray], writers: list[Person], midnight: int) -> list[Review]:
        """The reviews of a day as they are written."""
        told = ("line", "order", "product", "stars", "late", "damaged")
        rows = zip(*(due[name].tolist() for name in told), writers, strict=True)
        return [self.write(midnight, *row) for row in rows]

    def plan(self, delivered: Delivered, number: int) -> None:
        """Decide who of today's receivers will write, when, and how many stars they will give."""
        line = delivered.line_id
        chance = CHANCE + CHANCE_IF_LATE * (delivered.late[delivered.of] > 0) + CHANCE_IF_DAMAGED * delivered.damaged
        writes = np.flatnonzero(share(self.seed, "review", line) < chance)
        of, line, product = delivered.of[writes], line[writes], delivered.product[writes]
        late, damaged = delivered.late[of], delivered.damaged[writes]
        noise = share(self.seed, "stars", line) + share(self.seed, "more stars", line) - 1
        score = STARS + BEST * self.quality[product] - A_DAY_LATE * late.clip(0, MOST_DAYS) - A_DEFECT * damaged
        rows = {
            "line": line,
            "order": delivered.order[of],
            "customer": delivered.customer[of],
            "country": delivered.country[of],
            "product": product,
            "stars": np.rint(score + NOISE * noise).astype(np.int64).clip(1, 5),
            "late": late,
            "damaged": damaged,
        }
        self.agenda.add(number + FIRST_DAY + below(self.seed, "review's day", line, DAYS), rows)

    def write(self, midnight: int, line: int, order: int, product: int, stars: int, late: int, damaged: bool, person):
        """One review, with what will happen to it."""
        dice = Dice(self.seed, "review", line)
        book = BOOKS[person.language]
        mood = "good" if stars >= 4 else "mixed" if stars == 3 else "bad"
        cause = mood if mood != "bad" else "defect" if damaged else "late" if late >= 2 else "product"
        said = [dice.of(book.REVIEW_BODIES[cause]).format(product=self.names[product])]
        if dice.chance(0.5):
            said.append(dice.of(book.REVIEW_MORE[mood]))
        aspects = None
        if dice.chance(0.4):
            chosen = {dice.of(ASPECTS) for _ in range(dice.below(4))}
            aspects = [(aspect, min(5, max(1, stars + dice.between(-1, 2)))) for aspect in sorted(chosen)]
            if late or dice.chance(0.3):
                aspects.append(("delivery", max(1, 5 - late)))
        at = midnight + 6 * HOUR + dice.below(16 * HOUR)
        moderated_at = None if dice.chance(NEVER_READ) else at + dice.between(2 * HOUR, 70 * HOUR)
        rejected = dice.chance(REJECTED)
        votes = []
        if moderated_at and not rejected and dice.chance(0.4):
            first, more = 1 + dice.below(8), dice.below(3)
            seen_at = moderated_at + dice.between(20 * HOUR, 6 * 24 * HOUR)
            votes = [(seen_at, first)]
            if more:
                votes.append((seen_at + dice.between(1, 14) * MICROSECONDS_PER_DAY, first + more))
        return Review(
            number=line,
            product=product,
            order=0 if dice.chance(0.08) else order,
            person=person,
            author_name=person.name if dice.chance(0.3) else f"{person.first_name} {person.last_name[0]}.",
            anonymous=person.customer == 0 or dice.chance(0.06),
            stars=stars,
            mood=mood,
            cause=cause,
            aspects=aspects,
            title=Text(dice.of(book.REVIEW_TITLES[mood])),
            body=slip(dice, person, said, HIDDEN),
            reviewed_at=at,
            moderated_at=moderated_at,
            rejected=rejected,
            votes=votes,
        )
