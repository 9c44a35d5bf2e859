"""Files that no right number could come from stop the build, by name and before anything is built on them."""

import json
from datetime import date, datetime
from decimal import Decimal

import hostile_files as hostile
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from comparing import query
from conftest import ROOT
from conftest import house as empty_house
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import load_contract
from techco.contract.validation import check

DAY = "ingested_on=2025-09-10"
NPS = f"{hostile.NPS_HEADER}\n".encode()
ANSWER = b"R1,9,2025-09-10T10:00:00,%s,,,,\n"
EVENT = hostile.event("good").encode() + b"\n"
ZSTD = pa.Codec("zstd").compress(EVENT * 100, asbytes=True)
# Path below the table's folder → content and what is found.
STOPPING = {
    "web/events/utf8.jsonl": (EVENT + b'{"event_id": "\xff"}\n', "invalid_utf8"),
    "web/events/nul.jsonl": (EVENT + b'{"event_id": "\0"}\n', "nul_byte"),
    "web/events/twice.jsonl": (EVENT + hostile.event("e", '"quantity": 1, "quantity": 2').encode(), "duplicate_key"),
    "web/events/twice inside.jsonl": (hostile.event("e", '"device": {"id": 1, "id": 2}').encode(), "duplicate_key"),
    "web/events/empty.jsonl.gz": (b"", "unreadable"),
    "web/events/none.jsonl.gz": (EVENT, "unreadable"),
    "web/events/cut.jsonl.zst": (ZSTD[:-9], "unreadable"),
    "surveys/nps_responses/utf8.csv": (NPS + ANSWER % b"\xff", "invalid_utf8"),
    "surveys/nps_responses/nul.csv": (NPS + ANSWER % b"\0", "nul_byte"),
    # A bare carriage return ends a line nowhere but inside of quotes.
    "surveys/nps_responses/returns.csv": ((NPS + ANSWER % b"").replace(b"\n", b"\r"), "broken_quote"),
    "surveys/nps_responses/quote.csv": (NPS + ANSWER % b'"open', "broken_quote"),
    "shop/orders/cut.parquet": (b"PAR1 and no more", "unreadable"),
    "shop/order/a.parquet": (b"", "unknown_table"),
    "web/events/a.parquet": (b"", "unreadable"),
    "web/events/a.json": (EVENT, "wrong_extension"),
    "web/events/a\\*.jsonl": (EVENT, "bad_name"),
}


def findings(landing) -> list:
    """What the landing check says of a zone, held against the real contract."""
    return check(list_files(landing), load_contract(ROOT), landing)


def test_every_bad_file_is_named_and_nothing_is_built(built, tmp_path):
    house = built.copy(tmp_path)
    paths = {}
    for name, (content, code) in STOPPING.items():
        table, _, file = name.rpartition("/")
        paths[hostile.put(house.landing, table, file, content)] = code
    errors = {finding.file: finding.code for finding in findings(house.landing) if finding.severity == "error"}
    assert errors == paths
    printed = house.dbt("run", succeeds=False)
    assert not [path for path in paths if path not in printed]
    assert "Traceback" not in printed
    assert query(house.warehouse, "select max(load_id) from base.loads") == [(1,)]


# ---------- contract drift: each format, one day after the other


ROWS = 30


def line_items(**changes) -> pa.Table:
    """Order lines with all columns; `changes` replaces columns, None leaves one out."""
    at = pa.array([datetime(2025, 9, 10)] * ROWS, pa.timestamp("us"))
    amount = pa.array([Decimal("1.00")] * ROWS, pa.decimal128(18, 2))
    columns = {name: pa.array(["x"] * ROWS) for name in ("order_item_id", "order_id", "product_id", "_op")}
    columns |= {name: pa.array([1] * ROWS) for name in ("line_number", "quantity", "_lsn")}
    columns |= dict.fromkeys(("unit_price", "discount_amount", "tax_amount"), amount)
    columns |= dict.fromkeys(("_committed_at", "_ingested_at"), at)
    return pa.table({name: column for name, column in (columns | changes).items() if column is not None})


def parcels(without: str = "", more: str = "", occurred_at: str = "10/09/2025 14:05") -> str:
    """Steps of parcels as the carriers write them."""
    step = {"tracking_number": "T1", "carrier_code": "dhl", "event_type": "delivered", "location": "Halle"}
    step |= {"signed_by": "Ana", "occurred_at": occurred_at, "_ingested_at": ""}
    step = {name: value for name, value in step.items() if name != without} | ({more: "1"} if more else {})
    return "\n".join(["\t".join(step), *["\t".join(step.values())] * ROWS])


def messages(without: str = "", **changes) -> str:
    """Messages of the help desk."""
    message = {"ticket_id": "T1", "author_type": "agent", "author_name": "Tom", "body": "Hello", "attachments": []}
    message |= {"sent_at": "2025-09-10T10:00:00", "_ingested_at": "2025-09-10T10:00:00"}
    rows = [{"message_id": f"M{i}"} | message | changes for i in range(ROWS)]
    return "".join(json.dumps({key: row[key] for key in row if key != without}) + "\n" for row in rows)


DRIFTS = [
    ("shop/order_items", line_items(colour=pa.array([1] * ROWS)), ("warning", "unknown_column", "colour")),
    ("shop/order_items", line_items(tax_amount=None), ("error", "column_gone", "tax_amount")),
    ("shop/order_items", line_items(quantity=None), ("error", "missing_column", "quantity")),
    ("shop/order_items", line_items(quantity=pa.array(["1"] * ROWS)), ("error", "wrong_type", "quantity")),
    ("shop/order_items", line_items(unit_price=pa.array([1.5] * ROWS)), ("error", "wrong_type", "unit_price")),
    ("carriers/tracking_events", parcels(more="weight"), ("warning", "unknown_column", "weight")),
    ("carriers/tracking_events", parcels(without="signed_by"), ("error", "column_gone", "signed_by")),
    ("carriers/tracking_events", parcels(without="event_type"), ("error", "missing_column", "event_type")),
    ("carriers/tracking_events", parcels(occurred_at="2025-09-10"), ("error", "wrong_type", "occurred_at")),
    ("support/messages", messages(mood="good"), ("warning", "unknown_column", "mood")),
    ("support/messages", messages(without="author_name"), ("error", "column_gone", "author_name")),
    ("support/messages", messages(without="author_type"), ("error", "missing_column", "author_type")),
    ("support/messages", messages(sent_at=1757498400), ("error", "wrong_type", "sent_at")),
    ("support/messages", messages(body={"text": "Hello"}), ("error", "wrong_type", "body")),
]
FORMATS = {"shop/order_items": "a.parquet", "carriers/tracking_events": "a.csv", "support/messages": "a.jsonl"}
BEFORE = {"shop/order_items": line_items(), "carriers/tracking_events": parcels(), "support/messages": messages()}


def land(landing, table: str, content: str | pa.Table, day: str) -> str:
    """A file of a table; returns its path."""
    path = hostile.put(landing, table, FORMATS[table], "" if isinstance(content, pa.Table) else content, day)
    if isinstance(content, pa.Table):
        pq.write_table(content, landing / path)
    return path


@pytest.mark.parametrize(("table", "content", "found"), DRIFTS)
def test_drift_is_reported_and_what_would_change_numbers_stops(tmp_path, table, content, found):
    land(tmp_path, table, BEFORE[table], DAY)
    assert findings(tmp_path) == []
    path = land(tmp_path, table, content, hostile.NEXT_DAY)
    # Beside it only the warning that an optional column which is gone becomes null.
    (worst, *others) = sorted(findings(tmp_path), key=lambda finding: finding.severity)
    assert (worst.file, worst.severity, worst.code, worst.column) == (path, *found)
    assert {(finding.code, finding.column) for finding in others} <= {("missing_column", found[2])}


def test_a_column_that_ended_is_noted_in_the_contract(tmp_path):
    land(tmp_path, "shop/order_items", BEFORE["shop/order_items"], DAY)
    land(tmp_path, "shop/order_items", line_items(tax_amount=None), hostile.NEXT_DAY)
    sources = tmp_path / "project" / "models" / "staging" / "shop" / "_shop__sources.yml"
    declared = yaml.safe_load((ROOT / "models/staging/shop/_shop__sources.yml").read_text())
    (items,) = [table for table in declared["sources"][0]["tables"] if table["name"] == "order_items"]
    (column,) = [column for column in items["columns"] if column["name"] == "tax_amount"]
    for file in [ROOT / "dbt_project.yml", *ROOT.glob("models/staging/*/_*__sources.yml")]:
        copy = tmp_path / "project" / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text())
    for last_day, codes in (("2025-09-09", []), ("2025-09-10", []), ("2025-09-11", ["column_gone"])):
        column["config"] = {"meta": {"delivered_until": date.fromisoformat(last_day)}}
        sources.write_text(yaml.safe_dump(declared))
        contract = load_contract(tmp_path / "project")
        zone = [file for file in list_files(tmp_path) if file.source == "shop"]
        errors = [found.code for found in check(zone, contract, tmp_path) if found.severity == "error"]
        assert errors == codes, last_day


# ---------- what is listed is what is read


def test_a_first_build_reads_files_whatever_their_names(tmp_path, dbt_files):
    names = ["a\\b", "a\nb", "it's", 'a "b"', "a[1]*?", "{a,b}", "-a", "ü 😀", "%20 #1"]
    made = empty_house(tmp_path, dbt_files)
    made.landing.mkdir()
    (made.landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "names", "simulated": True}))
    for name in names:
        hostile.put(made.landing, "web/events", f"{name}.jsonl", EVENT, DAY)
        hostile.put(made.landing, "surveys/nps_responses", f"{name}.csv", NPS + ANSWER % b"", DAY)
    made.dbt("run", "-s", "base_web__events", "base_surveys__nps_responses")
    for table, ending in (("web__events", "jsonl"), ("surveys__nps_responses", "csv")):
        read = query(made.warehouse, f"select split_part(_file, '/', -1) from base.base_{table} order by 1")
        assert [name for (name,) in read] == sorted(f"{name}.{ending}" for name in names)
