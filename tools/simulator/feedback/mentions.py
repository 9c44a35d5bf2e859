"""Public posts that name the company: more of them when something goes wrong, and on promotions."""

from dataclasses import dataclass

import numpy as np

from tools.simulator import countries, people
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.customers import HOME_LANGUAGES, LANGUAGES
from tools.simulator.feedback.experience import Delivered
from tools.simulator.randomness import Dice, stream, weighted
from tools.simulator.texts import BOOKS

PLATFORMS = ("instagram", "instagram", "x", "x", "x", "tiktok", "youtube", "reddit")
TOPICS = ("delivery", "product", "price", "service")
# For 50 orders a day, when nothing goes wrong, and how much the shares of late parcels and sold-out shelves add.
POSTS, ORDERS = 6.0, 50
IF_LATE, IF_SOLD_OUT = 3.0, 6.0
SPANISH_IN_US = 0.12
COUNTRY_UNKNOWN = 0.2


@dataclass(frozen=True)
class Mention:
    """`product` and `country` are -1 where not recognised; `engagement`: (when, likes, shares by then), growing."""

    number: int
    platform: str
    handle: str
    followers: int
    text: str
    language: str
    country: int
    topic: str
    tone: str
    product: int
    posted_at: int
    engagement: list[tuple[int, int, int]]


@dataclass(frozen=True)
class Mood:
    """What the day gives people to talk about: shares from 0 to 1, the promotion's lift, and an outcry, or 1."""

    late: float
    sold_out: float
    lift: float
    outcry: float = 1.0

    @property
    def rise(self) -> float:
        """How many posts there are for one on a day without trouble."""
        return (1 + IF_LATE * self.late + IF_SOLD_OUT * self.sold_out) * self.lift * self.outcry


def mood_of(delivered: Delivered, in_stock: np.ndarray, lift: float, outcry: float) -> Mood:
    """From today's deliveries and from what people wanted to buy."""
    late = float((delivered.late > 0).mean()) if len(delivered.late) else 0.0
    sold_out = float(1 - in_stock.mean()) if len(in_stock) else 0.0
    return Mood(late, sold_out, lift, outcry)


class Mentions:
    """Numbers the posts."""

    def __init__(self, seed: int, orders_per_day: int, names: list[str]):
        """`names`: of all products."""
        self.seed = seed
        self.expected = POSTS * orders_per_day / ORDERS
        self.names = names
        self.posted = 0

    def live(self, mood: Mood, popularity: np.ndarray, number: int, midnight: int) -> list[Mention]:
        """The posts of a day, in the order of time."""
        rng = stream(self.seed, "mentions", number)
        count = rng.poisson(self.expected * mood.rise)
        weights = np.array([0.25 + 2 * mood.late, 0.6 + 4 * mood.sold_out, mood.lift - 0.75, 0.25 + mood.late])
        topics = weighted(rng, weights, count).tolist()
        product = weighted(rng, popularity, count).tolist()
        country = weighted(rng, countries.SHARES, count)
        at = midnight + np.sort(rng.integers(0, MICROSECONDS_PER_DAY - 1, count))
        first = self.posted + 1 + np.arange(count)
        self.posted += count
        names, _ = people.names(self.seed, 7 * 10**8 + first, country)
        rows = zip(first.tolist(), at.tolist(), topics, product, country.tolist(), names.to_pylist(), strict=True)
        return [self.post(mood, *row) for row in rows]

    def post(self, mood: Mood, number: int, at: int, topic: int, product: int, country: int, name: str) -> Mention:
        """One post; people complain of what goes wrong."""
        dice = Dice(self.seed, "mention", number)
        bad = (0.25 + 1.5 * mood.late, 0.25 + 3 * mood.sold_out, 0.5 / mood.lift**2, 0.4 + mood.late)
        tone = "bad" if mood.outcry > 1 or dice.chance(bad[topic]) else "good"
        spanish = country == countries.US and dice.chance(SPANISH_IN_US)
        language = "es" if spanish else LANGUAGES[HOME_LANGUAGES[country]]
        text = dice.of(BOOKS[language].MENTIONS[TOPICS[topic]][tone])
        named = "{product}" in text
        followers = int(20 * 1.012 ** dice.below(700))
        likes = dice.below(3 + followers // 40)
        shares = dice.below(1 + likes // 3)
        engagement = [(at, likes, shares)]
        if dice.chance(0.6):
            seen_at = at + dice.between(12, 96) * MICROSECONDS_PER_DAY // 24
            more = 1 + dice.below(5 + likes * 3)
            engagement.append((seen_at, likes + more, shares + more // 5))
        plain = name.lower().translate(people.PLAIN)
        return Mention(
            number=number,
            platform=dice.of(PLATFORMS),
            handle=f"@{plain}{dice.of(('_', '.', ''))}{dice.below(10_000)}",
            followers=followers,
            text=text.format(product=self.names[product]),
            language=language,
            country=-1 if dice.chance(COUNTRY_UNKNOWN) else country,
            topic=TOPICS[topic],
            tone=tone,
            product=product if named else -1,
            posted_at=at,
            engagement=engagement,
        )
