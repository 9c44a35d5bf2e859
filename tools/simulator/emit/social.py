"""Social listening: posts, and again when more people have liked and shared them."""

from tools.simulator import countries
from tools.simulator.columns import iso
from tools.simulator.emit.deliveries import Deliveries
from tools.simulator.feedback.mentions import Mention
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World


class Social:
    """Tells each day's posts."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.landing = landing
        self.mentions = Deliveries(world.options.seed, world.start, "mentions")

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        for mention in record.said.mentions:
            for place, (at, likes, shares) in enumerate(mention.engagement):
                until = mention.engagement[place + 1][0] if place + 1 < len(mention.engagement) else None
                self.mentions.page(at, mention_row(mention, likes, shares), mention.number * 10 + place, until)
        self.landing.lines("social", "mentions", record.date, self.mentions.due(record.number))


def mention_row(mention: Mention, likes: int, shares: int) -> dict:
    """A post as the tool sees it at a time."""
    return {
        "mention_id": f"SM{mention.number:08}",
        "platform": mention.platform,
        "author": {"handle": mention.handle, "followers": mention.followers},
        "text": mention.text,
        "language_code": mention.language,
        "country_code": str(countries.CODES[mention.country]) if mention.country >= 0 else None,
        "topic": mention.topic,
        "product_id": f"P{mention.product + 1:05}" if mention.product >= 0 else None,
        "engagement": {"likes": likes, "shares": shares},
        "posted_at": iso(mention.posted_at),
    }
