"""The index of reviews: a document whenever one changes, with a higher revision each time."""

from tools.simulator.columns import iso
from tools.simulator.emit.deliveries import Deliveries
from tools.simulator.feedback.reviews import Review
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World


class Reviews:
    """Tells each day's revisions."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.landing = landing
        self.documents = Deliveries(world.options.seed, world.start, "reviews")

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        for review in record.said.reviews:
            self.revise(review)
        self.landing.lines("reviews", "reviews", record.date, self.documents.due(record.number))

    def revise(self, review: Review) -> None:
        """Deliver all revisions of a review: as written, as moderated, and when readers found it helpful."""
        states = [(review.reviewed_at, "pending", 0)]
        status = "rejected" if review.rejected else "published"
        if review.moderated_at is not None:
            states.append((review.moderated_at, status, 0))
        states += [(at, status, votes) for at, votes in review.votes]
        for revision, (at, state, votes) in enumerate(states, start=1):
            self.documents.add(at, document(review, state, votes, revision))


def review_id(review: Review) -> str:
    """A review's id."""
    return f"E{review.number:010}"


def document(review: Review, status: str, votes: int, revision: int) -> dict:
    """A revision of a review."""
    rating = {"stars": review.stars}
    if review.aspects is not None:
        rating["aspects"] = [{"aspect": aspect, "stars": stars} for aspect, stars in review.aspects]
    return {
        "review_id": review_id(review),
        "product_id": f"P{review.product + 1:05}",
        "author": {
            "customer_id": None if review.anonymous else f"C{review.person.customer:08}",
            "display_name": review.author_name,
        },
        "order_id": f"O{review.order:09}" if review.order else None,
        "rating": rating,
        "title": review.title.text,
        "body": review.body.text,
        "language_code": review.person.language,
        "helpful_votes": votes,
        "review_status": status,
        "reviewed_at": iso(review.reviewed_at),
        "_revision": revision,
    }
