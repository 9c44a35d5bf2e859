"""What senders get wrong, as files: each value with what must become of it, worked out by hand.

Cases of text are (as it is written, what is stored or the reason why it is not). Every case has a key of its own.
"""

import gzip
import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NEXT_DAY = "ingested_on=2025-09-11"
NOON = datetime(2025, 9, 10, 12)
# Blanks, quotes, umlauts, and all that means something in a pattern, in SQL or in a path.
ODD_NAME = 'it\'s "ü" [1]*{a,b} 100% #1 (2) a=b?'
MILLION = 1_000_000
NPS_HEADER = "response_id,score,responded_at,comment,customer_id,order_id,language_code,_ingested_at"

# Into decimal(18,8), as JSON.
JSON_NUMBERS = [
    ("1.25", "1.25000000"),
    ('"1.25"', "1.25000000"),
    ("1.1234567800", "1.12345678"),
    ("1e3", "1000.00000000"),
    ("12345.12345678", "12345.12345678"),
    ("1.123456789", "type:rate"),
    # More than the 15 digits that a double keeps: what was sent is not known any more.
    ("12345678.12345678", "type:rate"),
    ("1000000", "range:rate"),
    ("0", "range:rate"),
    ("-1.25", "range:rate"),
    ("99999999999", "type:rate"),
    ("1e400", "type:rate"),
    ("NaN", "type:rate"),
    ("Infinity", "type:rate"),
    ('"NaN"', "type:rate"),
    ('"1,000"', "type:rate"),
    ('" 1"', "type:rate"),
    ('"1_000"', "type:rate"),
    ('"0x10"', "type:rate"),
    ('""', "type:rate"),
    ("true", "type:rate"),
    ("[1]", "type:rate"),
    ("null", "missing:rate"),
]
# Into bigint, as JSON.
JSON_INTEGERS = [
    ("5", "5"),
    ('"5"', "5"),
    ("5.0", "5"),
    ("1e3", "1000"),
    ("9223372036854775807", "range:quantity"),
    ("1000000000000", "1000000000000"),
    ("9223372036854775808", "type:quantity"),
    ("9007199254740993.0", "type:quantity"),
    ("5.5", "type:quantity"),
    ('"123e-2"', "type:quantity"),
    ("true", "type:quantity"),
    ("{}", "type:quantity"),
]
# Into decimal(18,3) of EUR, as CSV with a decimal comma; Latin-1.
CSV_AMOUNTS = [
    ("12,34", "12.340"),
    ("12,3400", "12.340"),
    ("999999999,99", "999999999.990"),
    ("1000000000,01", "range:spend_amount"),
    ("999999999999999,99", "range:spend_amount"),
    ("9999999999999999,99", "type:spend_amount"),
    ("12,345", "digits:spend_amount"),
    ("-0,001", "digits:spend_amount"),
    ("12,3456", "type:spend_amount"),
    ("99999999999999999,00", "type:spend_amount"),
    ("1e3", "type:spend_amount"),
    ("NaN", "type:spend_amount"),
    ("Infinity", "type:spend_amount"),
    (" 5", "type:spend_amount"),
    ("1,000.5", "type:spend_amount"),
    ("", "missing:spend_amount"),
]
# Into a date, as CSV in DD.MM.YYYY.
CSV_DAYS = [
    ("31.12.2016", "2016-12-31"),
    ("31.12.16", "type:spend_date"),
    ("2016-12-31", "type:spend_date"),
    ("29.02.2015", "type:spend_date"),
    ("01.01.0001", "range:spend_date"),
    ("31.12.9999", "range:spend_date"),
]
# Into a timestamp in UTC, as CSV in ISO.
INSTANTS = [
    ("2025-09-10T10:00:00", "2025-09-10 10:00:00"),
    ("2025-09-10 10:00", "2025-09-10 10:00:00"),
    ("2025-09-10T10:00:00.123456Z", "2025-09-10 10:00:00.123456"),
    ("2025-09-10T00:30:00+02:00", "2025-09-09 22:30:00"),
    ("2025-09-10T10:00+0200", "2025-09-10 08:00:00"),
    ("2025-09-10T23:00:00-05", "2025-09-11 04:00:00"),
    ("2025-09-10 10:00:00 Europe/Berlin", "type:responded_at"),
    ("2025-9-10T1:00:00+02:00", "type:responded_at"),
    ("2025-09-10T23:59:60Z", "type:responded_at"),
    ("2025-09-10T24:00:00", "type:responded_at"),
    ("1757498400", "type:responded_at"),
    ("1757498400000", "type:responded_at"),
    ("infinity", "type:responded_at"),
    ("0000-01-01T00:00:00", "type:responded_at"),
    ("0001-01-01T00:00:00", "range:responded_at"),
    ("9999-12-31T23:59:59Z", "range:responded_at"),
]


def put(landing: Path, table: str, name: str, content: bytes | str, day: str = NEXT_DAY) -> str:
    """Write a landed file; returns its path in the zone."""
    folder = landing / table / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return f"{table}/{day}/{name}"


def put_parquet(landing: Path, table: str, name: str, columns: dict, day: str = NEXT_DAY) -> str:
    """Write a landed parquet file; returns its path in the zone."""
    known = pq.read_schema(next((landing / table).rglob("*.parquet")))
    path = put(landing, table, name, b"", day)
    # What the case is not about is there and null: a column that is gone would stop the build.
    rows = len(next(iter(columns.values())))
    pq.write_table(pa.table({column: pa.nulls(rows) for column in known.names} | columns), landing / path)
    return path


def event(event_id: str, more: str = "", event_type: str = '"search"') -> str:
    """One web event as JSON text; `more` is text to put into the object."""
    return (
        f'{{"event_id": "{event_id}", "event_type": {event_type}, "occurred_at": "2025-09-10T10:00:00Z", '
        f'"session_id": "hostile"{", " if more else ""}{more}}}'
    )


def land_numbers(landing: Path) -> None:
    """Numbers and instants in every spelling."""
    days = [NOON.date().replace(year=2016) + timedelta(days=i) for i in range(len(JSON_NUMBERS))]
    rates = "".join(
        f'{{"rate_date": "{day}", "base_currency_code": "USD", "quote_currency_code": "GBP", "rate": {written}, '
        f'"_ingested_at": null}}\n'
        for day, (written, _) in zip(days, JSON_NUMBERS, strict=True)
    )
    put(landing, "fx/daily_rates", "hostile.jsonl", rates)
    integers = [event(f"integer-{i}", f'"quantity": {written}') for i, (written, _) in enumerate(JSON_INTEGERS)]
    put(landing, "web/events", "integers.jsonl", "\n".join(integers))
    amounts = [f"amount-{i};01.01.2016;EUR;{written};1;;;" for i, (written, _) in enumerate(CSV_AMOUNTS)]
    days = [f"day-{i};{written};EUR;1;1;;;" for i, (written, _) in enumerate(CSV_DAYS)]
    header = "campaign_id;spend_date;currency_code;spend_amount;impression_count;click_count;platform_conversion_count"
    put(landing, "ads/daily_spend", "hostile.csv", "\n".join([f"{header};_ingested_at", *amounts, *days]))
    instants = [f"instant-{i},5,{written},,,,," for i, (written, _) in enumerate(INSTANTS)]
    put(landing, "surveys/nps_responses", "instants.csv", "\n".join([NPS_HEADER, *instants]))


def land_documents(landing: Path) -> None:
    """JSON that parsers stumble over; good lines between bad ones, under a name that readers stumble over."""
    optional = ["customer_id", "ip", "product_id", "quantity", "in_stock", "order_id", "_ingested_at"]
    inner = {
        "device": ["id", "type", "os"],
        "geo": ["country"],
        "page": ["path", "referrer"],
        "utm": ["source", "campaign"],
    }
    inner |= {"search": ["text"], "consent": ["analytics"]}
    every_key = dict.fromkeys(optional) | {key: dict.fromkeys(keys) for key, keys in inner.items()}
    lines = [
        event("every-key-null", json.dumps(every_key)[1:-1]),
        event("nested-200", '"x": ' + "[" * 200 + "]" * 200),
        event("nested-10000", '"x": ' + '{"x": ' * 10_000 + "1" + "}" * 10_000),
        event("escaped-nul", r'"search": {"text": "a\u0000b"}'),
        event("lone-surrogate", r'"search": {"text": "\ud800"}'),
        event("emoji", r'"search": {"text": "\ud83d\ude00"}'),
        event("object-as-text", '"product_id": {"id": "P1"}'),
        event("text-like-object", r'"product_id": "{P1}"'),
        event("number-as-text", '"product_id": 5'),
        event("true-as-text", '"in_stock": "true"'),
        event("one-as-boolean", '"in_stock": 1'),
        event("on-as-boolean", '"in_stock": "on"'),
        event("two-as-boolean", '"in_stock": 2'),
        event("other-case").replace('"event_id"', '"Event_ID"'),
        event("cut")[:-1],
        event("epoch").replace('"2025-09-10T10:00:00Z"', "1757498400"),
    ]
    put(landing, "web/events", f"{ODD_NAME}.jsonl", "\n".join(lines) + "\n")
    # Three kinds of line ends, a mark at the beginning and none at the end.
    ends = [event(f"end-{i}") for i in range(5)]
    put(landing, "web/events", "ends.jsonl", "\ufeff{}\r\n{}\n{}\r{}\n\r\n\r{}".format(*ends))
    put(landing, "web/events", "long.jsonl", event("long", f'"search": {{"text": "{"x" * 50_000_000}"}}') + "\n")
    comments = ["one", '"two\r\nlines"', '"a\rb"', "", '"say ""five"""']
    ends = ["\n", "\r\n", "\n\r\n", "\n", ""]
    answers = [
        f"end-{i},9,2025-09-10T10:00:00,{comment},,,,{end}"
        for i, (comment, end) in enumerate(zip(comments, ends, strict=True))
    ]
    put(landing, "surveys/nps_responses", f"{ODD_NAME}.csv", f"\ufeff{NPS_HEADER}\r\n" + "".join(answers))


def movements(name: str, quantity: pa.Array, **changes: pa.Array) -> dict:
    """Movements of one product in one warehouse, one for each quantity; receipts of 10 September unless changed."""
    rows = len(quantity)
    return {
        "movement_id": pa.array([f"{name}-{i}" for i in range(rows)]),
        "warehouse_id": pa.array(["W-hostile"] * rows),
        "product_id": pa.array(["P-hostile"] * rows),
        "movement_type": pa.array(["receipt"] * rows),
        "quantity": quantity,
        "moved_at": pa.array([NOON] * rows, pa.timestamp("us")),
    } | changes


def land_parquet(landing: Path) -> None:
    """Files of one day whose types differ; instants that no calendar has; what text may hold."""
    table = "wms/inventory_movements"
    moved = {unit: pa.array([NOON], pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")}
    files = {
        "int8": movements("int8", pa.array([1], pa.int8())),
        "int32": movements("int32", pa.array([2], pa.int32()), moved_at=moved["ms"]),
        "int64": movements("int64", pa.array([4], pa.int64()), moved_at=moved["s"]),
        "uint64": movements("uint64", pa.array([8], pa.uint64()), moved_at=pa.array([NOON], pa.timestamp("us", "UTC"))),
        "decimal": movements("decimal", pa.array([Decimal(16)], pa.decimal128(9, 0))),
        "dictionary": movements("dictionary", pa.array([32]), movement_type=pa.array(["receipt"]).dictionary_encode()),
        "large": movements("large", pa.array([64]), product_id=pa.array(["P-hostile"], pa.large_string())),
        "nul": movements("nul", pa.array([128]), reference_id=pa.array(["a\0b"]), colour=pa.array(["red"])),
        "years": movements(
            "year",
            pa.array([1000] * 4),
            moved_at=pa.array(
                # 1 January of the year 1, 31 December 9999, a day before Christ, and the last instant there is.
                [-62135596800000000, 253402214400000000, -99999999999999999, 9223372036854775806],
                pa.int64(),
            ).cast(pa.timestamp("us")),
        ),
    }
    for name, columns in files.items():
        put_parquet(landing, table, f"{name}.parquet", columns)
    costs = [
        pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
        pa.array([2], pa.int32()),
        pa.nulls(1),
        pa.array([10**17]),
    ]
    for i, cost in enumerate(costs):
        shipment = {
            "shipment_id": f"S-hostile-{i}",
            "order_id": "O-hostile",
            "warehouse_id": "W-hostile",
            "currency_code": "EUR",
        }
        columns = {column: pa.array([value]) for column, value in shipment.items()}
        more = {"shipping_cost": cost, "shipped_at": moved[("ns", "us", "ms", "s")[i]]}
        put_parquet(landing, "wms/shipments", f"cost-{i}.parquet", columns | more)


def land_repetition(landing: Path) -> None:
    """One row, a million times, as parquet and as JSON lines."""
    count = {
        "stock_count_id": "C-hostile",
        "warehouse_id": "W-hostile",
        "product_id": "P-hostile",
        "counted_quantity": 7,
    }
    columns = {column: pa.array([value]).take(pa.array([0] * MILLION)) for column, value in count.items()}
    put_parquet(
        landing,
        "wms/stock_counts",
        "million.parquet",
        columns | {"counted_at": pa.array([NOON] * MILLION, pa.timestamp("us"))},
    )
    mention = {
        "mention_id": "N-hostile",
        "platform": "x",
        "posted_at": "2025-09-10T10:00:00Z",
        "_ingested_at": "2025-09-10T11:00:00Z",
    }
    put(
        landing,
        "social/mentions",
        "million.jsonl.gz",
        gzip.compress((json.dumps(mention) + "\n").encode() * MILLION, 1),
    )
