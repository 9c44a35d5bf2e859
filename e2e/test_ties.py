"""Rows of one version of a key: which counts, whatever came first, and what the ledger calls the others."""

import gzip
import json

import pytest
from comparing import differences, query
from conftest import house as empty_house

LEDGER = (
    "select cast(ingested_on as varchar), landed_rows, current_rows, superseded_rows, tied_rows, duplicate_rows, "
    "quarantined_rows from governance.data_quality_ledger where source_name || '.' || table_name = ? order by 1"
)
DAY, NEXT = "2025-09-01", "2025-09-02"
AT = "2025-09-01T12:00:00"
MODELS = ("+data_quality_ledger", "path:models/staging", "path:models/pii")
STATUS = "select ticket_status from staging.stg_support__tickets where ticket_id = 'T1'"


@pytest.fixture
def house(tmp_path, dbt_files):
    """A landing zone without a file, and no warehouse."""
    made = empty_house(tmp_path, dbt_files)
    made.landing.mkdir()
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "ties", "simulated": True}))
    return made


def land(house, table: str, name: str, content: str | bytes, day: str = DAY) -> None:
    """Write a landed file."""
    folder = house.landing / table / f"ingested_on={day}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def lines(*rows: dict) -> str:
    """JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def ticket(status: str, **changes) -> dict:
    """A ticket as a page of the help desk, all read at one instant."""
    row = {"ticket_id": "T1", "ticket_status": status, "opened_at": AT, "_ingested_at": AT}
    return row | {"requester": {"customer_id": "C1", "email": f"{status}@example.org"}} | changes


def ledger(house, table: str) -> dict:
    """The terms of each landing day."""
    return {day: terms for day, *terms in query(house.warehouse, LEDGER, table)}


# Name and day of each file, and what it says of the ticket; the last of them is the one that counts.
FILES = [("a.jsonl", DAY, "solved"), ("b.jsonl", DAY, "open"), ("a.jsonl", NEXT, "pending")]


ORDERS = [(2, 1, 0), *(pytest.param(order, marks=pytest.mark.long) for order in ((0, 1, 2), (1, 2, 0)))]


@pytest.mark.parametrize("order", ORDERS)
def test_a_tie_across_files_has_one_winner_whatever_came_first(house, tmp_path, dbt_files, order):
    for place in order:
        name, day, status = FILES[place]
        land(house, "support/tickets", name, lines(ticket(status)), day)
        house.dbt("run", "-s", *MODELS)
    assert query(house.warehouse, STATUS) == [("pending",)]
    assert query(house.warehouse, "select requester_email from pii.pii_support__tickets") == [("pending@example.org",)]
    # Of the first day both rows say something else than the one that counts.
    assert ledger(house, "support.tickets") == {DAY: [2, 0, 0, 2, 0, 0], NEXT: [1, 1, 0, 0, 0, 0]}
    # Read again with what was said first: that is a newer state, and what tied with it is superseded or still tied.
    newer = ticket("solved", _ingested_at="2025-09-02T12:00:00")
    land(house, "support/tickets", "b.jsonl", lines(newer), NEXT)
    house.dbt("run", "-s", *MODELS)
    assert query(house.warehouse, STATUS) == [("solved",)]
    # `solved` was told on the first day, and is current. `open` and `pending` tie at the older instant.
    assert ledger(house, "support.tickets") == {DAY: [2, 1, 0, 1, 0, 0], NEXT: [2, 0, 1, 0, 1, 0]}
    house.dbt("test", "-s", "assert_data_quality_ledger_closes")
    whole = empty_house(tmp_path / "whole", dbt_files)
    whole.landing.parent.mkdir()
    house.landing.rename(whole.landing)
    whole.dbt("run", "-s", *MODELS)
    assert differences(house.warehouse, whole.warehouse) == []


def order_row(**changes) -> dict:
    """A change of an order."""
    row = {"order_id": "O1", "sales_channel": "web", "order_status": "pending", "shipping_country_code": "DE"}
    row |= {"currency_code": "EUR", "total_amount": 10.0, "ordered_at": AT, "_op": "c", "_lsn": 5, "_committed_at": AT}
    return row | changes


def test_the_last_row_of_a_file_counts_in_every_feed(house):
    cart = {"cart_id": "K1", "currency_code": "EUR", "created_at": AT, "items": [], "_written_at": AT}
    statuses = [cart | {"cart_status": status} for status in ("open", "ordered", "expired")]
    land(house, "carts/carts", "a.jsonl.gz", gzip.compress(lines(*statuses).encode()))
    review = {"review_id": "V1", "product_id": "P1", "rating": {"stars": 1}, "reviewed_at": AT, "_revision": 3}
    reviews = [review | {"review_status": status} for status in ("published", "pending")]
    land(house, "reviews/reviews", "a.jsonl", lines(*reviews, *reviews))
    # A change log: the position and the operation are the same; in the middle a row that repeats the first.
    changes = [order_row(), order_row(order_status="paid"), order_row(), order_row(order_status="shipped")]
    land(house, "shop/orders", "a.jsonl", lines(*changes))
    answers = "response_id,customer_id,score,comment,responded_at,_ingested_at\n"
    answers += f'R1,C1,3,"two\nlines",{AT},{AT}\n\nR1,C1,9,"b",{AT},{AT}\r\n'
    land(house, "surveys/nps_responses", "a.csv", answers)
    house.dbt("run", "-s", *MODELS)
    assert query(house.warehouse, "select cart_status from staging.stg_carts__carts") == [("expired",)]
    assert query(house.warehouse, "select review_status from staging.stg_reviews__reviews") == [("pending",)]
    assert query(house.warehouse, "select order_status from staging.stg_shop__orders") == [("shipped",)]
    assert query(house.warehouse, "select order_status from staging.stg_shop__order_changes") == [("shipped",)]
    assert query(house.warehouse, "select score from staging.stg_surveys__nps_responses") == [(9,)]
    # One file tells all: what stands before the last row is superseded, and what is told twice a duplicate.
    assert ledger(house, "carts.carts") == {DAY: [3, 1, 2, 0, 0, 0]}
    assert ledger(house, "reviews.reviews") == {DAY: [4, 1, 1, 0, 2, 0]}
    assert ledger(house, "shop.orders") == {DAY: [4, 1, 2, 0, 1, 0]}
    assert ledger(house, "surveys.nps_responses") == {DAY: [2, 1, 1, 0, 0, 0]}


def test_a_redelivery_is_no_tie(house):
    land(house, "shop/orders", "a.jsonl", lines(order_row(_ingested_at=AT)))
    land(house, "shop/orders", "b.jsonl", lines(order_row(_ingested_at="2025-09-01T13:00:00")))
    # Of a delete only its position counts, whatever else it carries.
    deletes = [{"order_id": "O2", "_op": "d", "_lsn": 6, "_committed_at": AT, "total_amount": n} for n in (1, 2)]
    land(house, "shop/orders", "c.jsonl", lines(deletes[0]))
    land(house, "shop/orders", "d.jsonl", lines(deletes[1]))
    house.dbt("run", "-s", *MODELS)
    assert ledger(house, "shop.orders") == {DAY: [4, 2, 0, 0, 2, 0]}


def test_rows_are_numbered_within_each_file(house):
    def event(number: int) -> str:
        return json.dumps({"event_id": f"E{number}", "event_type": "search", "session_id": "S", "occurred_at": AT})

    # Three kinds of line ends and empty lines; a compressed file; many files for one reader.
    ends = "\n{}\r\n\r\n{}\r{}\n\n{}".format(*map(event, range(1, 5)))
    land(house, "web/events", "ends.jsonl", ends)
    land(
        house, "web/events", "packed.jsonl.gz", gzip.compress("".join(f"{event(n)}\n" for n in range(1, 301)).encode())
    )
    for file in range(20):
        land(house, "web/events", f"many{file}.jsonl", "".join(f"{event(n)}\n" for n in range(1, 4)))
    # A line break within quotes, an empty line and a header that do not count; a row that is not good.
    answers = f'response_id,score,responded_at,comment\nR1,9,{AT},"a\r\nb"\n\nR2,99,{AT},\r\nR3,9,{AT},"c\nd"\n'
    land(house, "surveys/nps_responses", "a.csv", answers)
    land(house, "surveys/nps_responses", "b.csv", answers)
    house.dbt("run", "-s", *MODELS)
    wrong = "select count(*), count_if(event_id is distinct from 'E' || _row) from base.base_web__events"
    assert query(house.warehouse, wrong) == [(4 + 300 + 60, 0)]
    wrong = "select count(*), count_if(response_id is distinct from 'R' || _row) from base.base_surveys__nps_responses"
    assert query(house.warehouse, wrong) == [(6, 0)]
    assert query(house.warehouse, "select file_row from quarantine.quarantine_surveys") == [(2,), (2,)]
