"""What people say has its cause in what happened to them."""

import json
import re

import pytest

from tools.simulator.emit.answers import FILE, answers_folder
from tools.simulator.tests.test_people import SAFE_MAIL, is_cpf

# Late: after the promised day, as far as carriers and warehouses know.
EXPERIENCES = """
    select order_id, min(promised_on) as promised_on, max(occurred_at) as delivered_at,
        max(cast(occurred_at as date)) > min(promised_on) as late
    from wms_shipments join carriers_tracking_events using (tracking_number)
    where event_type = 'delivered' group by 1
"""
FIRST_REVISIONS = "(from reviews_reviews where _revision = 1)"


def means(zone, value: str, source: str) -> tuple[float, float]:
    """The mean of a value for orders in time and for late ones."""
    rows = zone.rows(f"""
        select late, avg({value}) from ({EXPERIENCES}) as e join {source} as s using (order_id) group by 1 order by 1
    """)
    return tuple(mean for _, mean in rows)


def test_reviews_are_of_what_was_bought_and_after_its_delivery(long_zone):
    long_zone.none(f"""
        from {FIRST_REVISIONS} as r left join ({EXPERIENCES}) as e using (order_id)
        where r.order_id is not null and (e.order_id is null or r.reviewed_at <= e.delivered_at)
    """)
    long_zone.none(f"""
        from {FIRST_REVISIONS} as r left join placed as o using (order_id)
        where r.order_id is not null and (
            r.author.customer_id <> o.customer_id or not exists (
                from shop_order_items as i where i.order_id = r.order_id and i.product_id = r.product_id
            )
        )
    """)


def test_revisions_grow(long_zone):
    long_zone.none("""
        from (
            select _revision <> row_number() over w as gap, helpful_votes < lag(helpful_votes) over w as falls,
                review_status = 'pending' and lag(review_status) over w is not null as again
            from reviews_reviews window w as (partition by review_id order by ingested_on, _ingested_at)
        ) where gap or falls or again
    """)
    long_zone.none("select review_id from reviews_reviews group by 1 having count(distinct (body, rating.stars)) > 1")


def test_late_parcels_lower_stars_and_scores(long_zone):
    in_time, late = means(long_zone, "rating.stars", FIRST_REVISIONS)
    assert late < in_time - 0.3
    in_time, late = means(long_zone, "score", "surveys_nps_responses")
    assert late < in_time - 0.5


def test_broken_things_get_few_stars(long_zone):
    broken, others = long_zone.rows(f"""
        select avg(rating.stars) filter (d.order_id is not null), avg(rating.stars) filter (d.order_id is null)
        from {FIRST_REVISIONS} left join (from wms_returns where item_condition = 'damaged') as d
            using (order_id, product_id)
    """)[0]
    assert broken < others - 1


def test_late_parcels_raise_tickets(long_zone):
    tickets = f"""(
        select order_id, exists (from support_tickets as t where t.order_id = e.order_id and topic = 'delivery') as asks
        from ({EXPERIENCES}) as e
    )"""
    in_time, late = means(long_zone, "cast(asks as integer)", tickets)
    assert late > 5 * in_time
    long_zone.none(f"""
        from support_tickets as t join ({EXPERIENCES}) as e using (order_id)
        where topic = 'delivery' and t.opened_at > e.delivered_at
    """)


def test_tickets_live_in_order(long_zone):
    long_zone.none("""
        from (
            select ticket_status, lag(ticket_status) over (partition by ticket_id order by _ingested_at) as before
            from support_tickets
        ) where (before, ticket_status) in (('pending', 'open'), ('solved', 'open'), ('solved', 'pending'))
    """)
    long_zone.none("from support_tickets where (ticket_status = 'solved') <> (solved_at is not null)")
    long_zone.none("""
        from support_messages as m left join support_tickets as t using (ticket_id)
        where t.ticket_id is null or m.sent_at < t.opened_at
    """)
    long_zone.none("""
        from support_tickets as t left join placed as o using (order_id)
        where t.order_id is not null and t.requester.customer_id <> o.customer_id
    """)


@pytest.mark.parametrize("table", ["support_tickets", "support_messages"])
def test_pages_repeat(long_zone, table):
    again = long_zone.value(f"select count(*) from (from {table} select * exclude (_ingested_at, ingested_on))")
    distinct = long_zone.value(
        f"select count(*) from (select distinct * exclude (_ingested_at, ingested_on) from {table})"
    )
    assert 0.01 < again / distinct - 1 < 0.06


def test_attachments_are_what_they_say(long_zone):
    long_zone.none("""
        from (select unnest(attachments) as file from support_messages)
        where octet_length(from_base64(file.content)) <> file.byte_count
    """)


def test_surveys_follow_deliveries(long_zone):
    long_zone.none(f"""
        from surveys_nps_responses as s left join ({EXPERIENCES}) as e using (order_id)
        where s.order_id is not null and (e.order_id is null or s.responded_at <= e.delivered_at)
    """)
    lines, commas = long_zone.rows("""
        select count(*) filter (contains(comment, chr(10))), count(*) filter (contains(comment, ','))
        from surveys_nps_responses
    """)[0]
    assert lines > 0
    assert commas > 0


def test_posts_rise_and_are_liked_more(long_zone):
    black_friday, others = long_zone.rows("""
        with days as (
            select cast(posted_at as date) as day, count(distinct mention_id) as posts from social_mentions group by 1
        )
        select avg(posts) filter (day between '2025-11-24' and '2025-12-01'),
            avg(posts) filter (day not between '2025-11-24' and '2025-12-01') from days
    """)[0]
    assert black_friday > 1.5 * others
    long_zone.none("""
        from (
            select engagement.likes < lag(engagement.likes) over w as falls
            from social_mentions window w as (partition by mention_id order by _ingested_at)
        ) where falls
    """)


def passes_luhn(digits: str) -> bool:
    """Every second digit from the right is doubled; the sum of all digits is a multiple of 10."""
    doubled = [int(d) * (1 + place % 2) for place, d in enumerate(reversed(digits))]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def test_answers_occur_in_their_text(long_zone):
    keys = {"reviews": "review_id", "tickets": "ticket_id", "messages": "message_id", "nps_responses": "response_id"}
    keys["privacy_requests"] = "request_id"
    lines = (answers_folder(long_zone.root) / FILE).read_text().splitlines()
    answers = [json.loads(line) for line in lines]
    texts = {}
    for answer in answers:
        place = (answer["source"], answer["table"], answer["column"])
        if place not in texts:
            source, table, column = place
            texts[place] = dict(long_zone.rows(f"select {keys[table]}, {column} from {source}_{table}"))
        assert answer["text"] in texts[place][answer["key"]], answer
        if answer["kind"] == "email":
            assert SAFE_MAIL.fullmatch(answer["text"])
        if answer["kind"] == "card":
            assert passes_luhn(re.sub(r"\D", "", answer["text"]))
        if answer["kind"] == "national_id":
            assert is_cpf(answer["text"])
    assert {answer["kind"] for answer in answers} >= {"email", "phone", "name", "card"}
    assert {answer["table"] for answer in answers} >= {"reviews", "messages", "nps_responses"}


def test_no_address_hides_that_the_answers_do_not_tell(long_zone):
    lines = (answers_folder(long_zone.root) / FILE).read_text().splitlines()
    told = {(answer["key"], answer["column"]) for answer in map(json.loads, lines) if answer["kind"] == "email"}
    for table, key, column in (
        ("reviews_reviews", "review_id", "body"),
        ("reviews_reviews", "review_id", "title"),
        ("support_tickets", "ticket_id", "subject"),
        ("support_messages", "message_id", "body"),
        ("surveys_nps_responses", "response_id", "comment"),
    ):
        found = long_zone.rows(f"select {key} from {table} where regexp_matches({column}, '[a-z0-9]@[a-z]')")
        assert {(value, column) for (value,) in found} <= told
