"""Documents, pages and partners' CSV: written by hand here, good and bad, with every value worked out by hand."""

import base64
import json

import pytest
from comparing import query
from conftest import house

DAY = "ingested_on=2025-09-01"
LONG_TEXT = "ä" * 100_000
PARCEL = "PARCEL1"


def land(landing, table: str, name: str, content: str | bytes, day: str = DAY) -> None:
    """Write a landed file."""
    folder = landing / table / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def lines(*rows: dict | str) -> str:
    """JSON lines."""
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


def cart(cart_id: str, written: str, **changes) -> dict:
    """A cart with one item of 2 * 9.99."""
    row = {
        "cart_id": cart_id,
        "customer_id": "C1",
        "currency_code": "EUR",
        "cart_status": "open",
        "created_at": "2025-08-31T22:30:00",
        "items": [{"product_id": "P1", "quantity": 2, "unit_price": 9.99}],
        "_written_at": written,
        "_ingested_at": "2025-09-01T12:00:00",
    }
    return row | changes


@pytest.fixture(scope="module")
def landed(tmp_path_factory, dbt_files):
    """A warehouse built from the files below."""
    made = house(tmp_path_factory.mktemp("formats"), dbt_files)
    zone = made.landing
    zone.mkdir()
    (zone / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "formats", "simulated": True}))
    land(
        zone,
        "carts/carts",
        "a.jsonl",
        lines(
            # The last write stands first in the file; the earlier one is of two items.
            cart("K1", "2025-09-01T11:00:00", cart_status="ordered", order_id="O1"),
            cart("K1", "2025-09-01T10:00:00", items=[{"product_id": "P1", "quantity": 1}] * 2),
            # Everything was taken out again.
            cart("K2", "2025-09-01T10:00:00"),
            cart("K2", "2025-09-01T10:05:00", items=[]),
            # An array is once an object; an element lacks its product; a quantity is no number.
            cart("K3", "2025-09-01T10:00:00", items={"product_id": "P1", "quantity": 1}),
            cart("K4", "2025-09-01T10:00:00", items=[{"quantity": 1}]),
            cart("K5", "2025-09-01T10:00:00", items=[{"product_id": "P1", "quantity": "many"}]),
            # No items at all, no customer, nothing nested: all of it optional.
            cart("K6", "2025-09-01T10:00:00", items=None, customer_id=None),
        ),
    )
    land(
        zone,
        "reviews/reviews",
        "a.jsonl",
        lines(
            {
                "review_id": "V1",
                "product_id": "P1",
                "author": {"customer_id": "C1", "display_name": "Ana"},
                "rating": {"stars": 5, "aspects": [{"aspect": "battery", "stars": 4}, {"aspect": "delivery"}]},
                "title": "😀 Ótimo",
                "body": LONG_TEXT,
                "review_status": "published",
                "reviewed_at": "2025-09-01T10:00:00",
                "_revision": 2,
                "_ingested_at": "2025-09-01T12:00:00",
            },
            # An older revision that is delivered later, and a review without author and rating.
            {
                "review_id": "V1",
                "product_id": "P1",
                "rating": {"stars": 1},
                "review_status": "pending",
                "reviewed_at": "2025-09-01T10:00:00",
                "_revision": 1,
                "_ingested_at": "2025-09-01T13:00:00",
            },
            {"review_id": "V2", "product_id": "P1", "review_status": "pending", "reviewed_at": "x", "_revision": 1},
        ),
    )
    attachment = {"attachment_id": "F1", "content_type": "image/png", "byte_count": 3, "content": "AAAA"}
    attachment["content"] = base64.b64encode(b"secret picture").decode()
    message = {"ticket_id": "T1", "author_type": "customer", "sent_at": "2025-09-01T10:00:00"}
    land(
        zone,
        "support/messages",
        "a.jsonl",
        lines(
            message | {"message_id": "M1", "body": "ana@example.com", "attachments": [attachment, attachment]},
            message | {"message_id": "M2", "author_type": "agent", "sent_at": "2025-09-01T10:10:00"},
            # A page that repeats.
            message | {"message_id": "M2", "author_type": "agent", "sent_at": "2025-09-01T10:10:00"},
        ),
    )
    ticket = {"ticket_id": "T1", "ticket_status": "open", "opened_at": "2025-09-01T10:00:00"}
    # The newer delivery, in a file that lands first; the older one comes with the next day.
    land(
        zone,
        "support/tickets",
        "a.jsonl",
        lines(
            ticket
            | {
                "ticket_status": "solved",
                "solved_at": "2025-09-01T12:00:00+02:00",
                "requester": {"customer_id": "C1", "email": "ana@example.com"},
                "_ingested_at": "2025-09-01T12:00:00",
            }
        ),
    )
    land(
        zone,
        "support/tickets",
        "a.jsonl",
        lines(ticket | {"_ingested_at": "2025-09-01T11:00:00"}),
        "ingested_on=2025-09-02",
    )
    # German numbers and days, Latin-1; columns in another order in the second file, which has a column more.
    header = "campaign_id;spend_date;currency_code;spend_amount;impression_count;_ingested_at\n"
    good = "Büro;01.09.2025;EUR;1.234,56;1.000;2025-09-01T08:00:00\nBüro;02.09.2025;EUR;0,5;;2025-09-01T08:00:00\n"
    bad = (
        "Büro;31/02/2026;EUR;1;1;\n"
        "Büro;31.02.2026;EUR;1;1;\n"
        "Büro;03.09.2025;EUR;1,234.56;1;\n"
        "Büro;04.09.2025;EUR;viel;1;\n"
        "Büro;05.09.2025\n"
        "Büro;06.09.2025;EUR;1;1;;zu;viel\n"
    )
    land(zone, "ads/daily_spend", "a.csv", (header + good + bad).encode("latin-1"))
    land(
        zone,
        "ads/daily_spend",
        "b.csv",
        'spend_amount;note;campaign_id;spend_date;currency_code\n7;"a;b";Büro;07.09.2025;EUR\n'.encode("latin-1"),
    )
    # A byte-order mark, Windows line ends, quotes, a line break and an emoji inside a field.
    land(
        zone,
        "surveys/nps_responses",
        "a.csv",
        "\ufeffresponse_id,customer_id,score,comment,responded_at\r\n"
        'R1,C1,10,"He said ""yes"",\r\nand 😀",2025-09-01T10:00:00\r\n'
        "R2,C1,11,,2025-09-01T10:00:00\r\n"
        "R3,,6,,2025-09-01T10:00:00\r\n",
    )
    # Steps out of order and twice.
    land(
        zone,
        "carriers/tracking_events",
        "a.csv",
        "tracking_number\tcarrier_code\tevent_type\tlocation\tsigned_by\toccurred_at\n"
        f"{PARCEL}\tdhl\tdelivered\tBerlin\tAna\t03/09/2025 14:05\n"
        f"{PARCEL}\tdhl\tdelivery_failed\tBerlin\t\t02/09/2025 14:05\n"
        f"{PARCEL}\tdhl\tpicked_up\tHalle\t\t01/09/2025 18:00\n"
        f"{PARCEL}\tdhl\tdelivered\tBerlin\tAna\t03/09/2025 14:05\n",
    )
    made.dbt("build", "--exclude-resource-type", "unit_test")
    return made.warehouse


def test_every_bad_row_is_quarantined_with_its_reason(landed):
    found = query(
        landed, "select table_name, reasons, sum(quarantined_rows) from governance.quarantine_summary group by all"
    )
    assert sorted(found) == [
        ("carts", "missing:items.product_id", 1),
        ("carts", "type:items", 1),
        ("carts", "type:items.quantity", 1),
        ("daily_spend", "type:spend_amount", 2),
        ("daily_spend", "type:spend_date", 2),
        ("daily_spend", "unreadable", 2),
        ("nps_responses", "domain:score", 1),
        ("reviews", "missing:stars type:reviewed_at", 1),
    ]


def test_a_quarantined_csv_row_keeps_all_of_its_fields(landed):
    rows = query(landed, "select raw_row from quarantine.quarantine_ads where reasons = 'unreadable' order by 1")
    assert [json.loads(row) for (row,) in rows] == [
        ["Büro", "05.09.2025"],
        ["Büro", "06.09.2025", "EUR", "1", "1", "", "zu", "viel"],
    ]


def test_the_last_write_of_a_cart_wins(landed):
    found = query(
        landed,
        "select cart_id, cart_date, cart_status, item_count, unit_count, cart_amount, customer_key = 'unknown' "
        "from core.fct_cart order by 1",
    )
    # 22:30 UTC of 31 August is 00:30 of 1 September in Berlin.
    assert [(row[0], str(row[1]), *row[2:5], float(row[5]), row[6]) for row in found] == [
        ("K1", "2025-09-01", "ordered", 1, 2, 19.98, False),
        ("K2", "2025-09-01", "open", 0, 0, 0.0, False),
        ("K6", "2025-09-01", "open", 0, 0, 0.0, True),
    ]


def test_items_are_those_of_the_last_write_of_a_cart(landed):
    found = query(landed, "select cart_id, item_number, product_id, quantity, item_amount from core.fct_cart_item")
    assert [(*row[:4], float(row[4])) for row in found] == [("K1", 1, "P1", 2, 19.98)]


def test_the_highest_revision_of_a_document_counts(landed):
    assert query(landed, "select review_id, stars, review_status, aspect_count, body_length from core.fct_review") == [
        ("V1", 5, "published", 2, 100_000)
    ]
    assert query(landed, "select aspect, stars from staging.stg_reviews__review_aspects order by position") == [
        ("battery", 4),
        ("delivery", None),
    ]


def test_pages_may_repeat_and_come_late(landed):
    # Solved at 12:00 with an offset of two hours: 10:00 UTC, at once. The agent answered after 600 seconds.
    assert query(
        landed,
        "select ticket_status, message_count, customer_message_count, first_response_seconds, resolution_seconds "
        "from core.fct_ticket",
    ) == [("solved", 2, 1, 600, 0)]
    assert query(landed, "select message_id, attachment_count from core.fct_ticket_message order by 1") == [
        ("M1", 2),
        ("M2", 0),
    ]


def test_csv_is_read_as_its_contract_says(landed):
    spend = query(
        landed,
        "select cast(spend_date as varchar), cast(spend_amount as varchar), impression_count "
        "from core.fct_ad_spend order by 1",
    )
    assert spend == [("2025-09-01", "1234.560", 1000), ("2025-09-02", "0.500", None), ("2025-09-07", "7.000", None)]
    assert query(landed, "select campaign_id, is_inferred from core.dim_campaign order by 1 nulls last") == [
        ("Büro", True),
        (None, False),
    ]
    assert query(landed, "select response_id, nps_group, comment_length from core.fct_survey_response order by 1") == [
        ("R1", "promoter", len('He said "yes",\r\nand 😀')),
        ("R3", "detractor", None),
    ]
    steps = query(landed, "select event_type, cast(occurred_at as varchar) from staging.stg_carriers__tracking_events")
    assert sorted(steps) == [
        ("delivered", "2025-09-03 14:05:00"),
        ("delivery_failed", "2025-09-02 14:05:00"),
        ("picked_up", "2025-09-01 18:00:00"),
    ]


def test_names_and_what_identifies_stay_in_restricted_schemas(landed):
    tables = query(
        landed,
        "select table_schema, table_name from information_schema.tables "
        "where table_schema not in ('raw', 'base', 'pii', 'quarantine', 'audit', 'information_schema')",
    )
    secrets = ["ana@example.com", base64.b64encode(b"secret picture").decode(), "Ana"]
    for schema, table in tables:
        (text,) = query(landed, f"select coalesce(string_agg(t::varchar, '|'), '') from {schema}.{table} as t")[0]
        assert not [secret for secret in secrets if secret in text], (schema, table)
    assert query(landed, "select body from pii.pii_support__messages where message_id = 'M1'") == [("ana@example.com",)]
