"""Every kind of bad file is found, named and graded; good ones raise nothing."""

import gzip
import json
import os
import random
import tracemalloc
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import load_contract
from techco.contract.validation import check, limits

from tests.zones import DAY, EVENT, ORDER, SCORES, compressed


def assert_finding(finding, severity, code, column, *words):
    """One finding, and words that its printed line must hold."""
    assert (finding.severity, finding.code, finding.column) == (severity, code, column), str(finding)
    for word in (finding.file, *words):
        assert word in str(finding)


def each_file(findings, paths):
    """(path, its only finding) for each of the paths, which are all that have any."""
    assert sorted(finding.file for finding in findings) == sorted(paths), [str(finding) for finding in findings]
    return [(finding.file, finding) for finding in findings]


def test_a_clean_zone_has_no_findings(zone, depth):
    zone.events({}, {"event_type": "buy", "device": None})
    zone.events({"quantity": None}, name="b.jsonl.gz")
    zone.events({"quantity": 3.0}, name="c.jsonl.zst")
    zone.scores(SCORES + 's1,9,"well, ""fine""\nreally",2026-01-02 10:00:00\n\ns2,3,,\n')
    zone.scores(SCORES.replace(",", "\t").replace("\t", ",") + "s1,9,x,\n", name="b.csv.gz")
    zone.scores(SCORES + "s1,9,x,\n", name="c.csv.zst")
    zone.put(
        f"web/spend/{DAY}/a.csv", "campaign;spent_on;amount;_ingested_at\nBüro;31.12.2025;1,50;\n".encode("latin-1")
    )
    zone.orders()
    zone.put(f"shop/orders/{DAY}/_SUCCESS", "")
    assert zone.check(depth) == []


def test_findings_come_in_order_and_progress_is_told(zone):
    zone.events("no json", {})
    zone.put("stray.txt", "x")
    seen = []
    files = list_files(zone.root)
    findings = check(files, zone.contract, zone.root, progress=seen.append)
    assert [finding.file for finding in findings] == sorted(finding.file for finding in findings)
    assert {file.path_in_zone for file in seen} == {file.path_in_zone for file in files}


# ---------- the wrong place


def test_files_in_the_wrong_place(zone, depth):
    cases = {
        "stray.jsonl": ("not_partitioned", "ingested_on=YYYY-MM-DD"),
        f"wbe/events/{DAY}/a.jsonl": ("unknown_source", "wbe"),
        f"web/event/{DAY}/a.jsonl": ("unknown_table", "costs, events, scores, spend"),
        "web/events/a.jsonl": ("not_partitioned", "no folder ingested_on"),
        "web/events/2026-01-02/a.jsonl": ("not_partitioned", "no folder ingested_on"),
        "web/events/ingested_on=2026-02-30/a.jsonl": ("invalid_date", "2026-02-30"),
        "web/events/ingested_on=20260102/a.jsonl": ("invalid_date", "YYYY-MM-DD"),
        "web/events/ingested_on=9999-12-31/a.jsonl": ("outside_calendar", "2015-01-01 to before 2036-01-01"),
        "web/events/ingested_on=2014-12-31/a.jsonl": ("outside_calendar", "2014-12-31"),
        f"web/events/{DAY}/hour=1/a.jsonl": ("nested", "below ingested_on"),
        f"web/events/{DAY}/a.json": ("wrong_extension", ".jsonl.zst"),
        f"shop/orders/{DAY}/a.parquet.gz": ("wrong_extension", ".parquet"),
    }
    for path in cases:
        zone.put(path, json.dumps(EVENT))
    for path, finding in each_file(zone.check(depth), cases):
        assert_finding(finding, "error", cases[path][0], None, cases[path][1])


def test_a_day_in_the_future_is_fine(zone, depth):
    zone.put("web/events/ingested_on=2035-12-31/a.jsonl", json.dumps(EVENT))
    assert zone.check(depth) == []


def test_a_name_that_is_no_utf8(zone, depth):
    zone.put(f"web/events/{DAY}/{os.fsdecode(bytes([255]))}.jsonl", json.dumps(EVENT))
    assert_finding(zone.only(depth), "error", "bad_name", None, "UTF-8")


def test_odd_names_work(zone, depth):
    names = ["it's", "'; drop table files; --", 'a "b"', "ünïcode 日本", "a[1]*?", "a1", "{a,b}", "a\nb", "%s", "a\\b"]
    for name in names:
        zone.events({}, name=f"{name}.jsonl")
        zone.scores(SCORES + "s1,1,x,\n", name=f"{name}.csv")
        zone.orders(name=f"{name}.parquet")
    assert zone.check(depth) == []
    bad = [zone.orders({"total_amount": pa.array([10**17, 10**18])}, name=f"{name}.parquet") for name in names]
    for _, finding in each_file(zone.check("full"), bad):
        assert (finding.code, finding.column) == ("wrong_type", "total_amount")


def test_what_is_no_regular_file(zone, depth):
    target = zone.root / zone.events({}, name="a.jsonl")
    target.unlink()
    os.mkfifo(target)
    (target.parent / "b.jsonl").symlink_to("nowhere")
    findings = zone.check(depth)
    assert [(finding.severity, finding.code) for finding in findings] == [("error", "unreadable")] * 2


# ---------- bytes


TEXT_NAMES = ["a.jsonl", "a.jsonl.gz", "a.jsonl.zst", "a.csv", "a.csv.gz", "a.csv.zst"]


@pytest.mark.parametrize(
    ("rest", "code", "line", "offset"),
    [
        (b"x\n\nz\xff\n", "invalid_utf8", 4, 4),
        (b"x\n\xc3", "invalid_utf8", 3, 2),
        (b"x\n\nz\0\n", "nul_byte", 4, None),
    ],
)
def test_bytes_that_are_no_text(zone, depth, rest, code, line, offset):
    heads = {}
    for name in TEXT_NAMES:
        table, head = ("scores", SCORES) if ".csv" in name else ("events", json.dumps(EVENT) + "\n")
        heads[zone.put(f"web/{table}/{DAY}/{name}", compressed(head.encode() + rest, name))] = len(head)
    for path, finding in each_file(zone.check(depth), heads):
        words = [f"line {line}"] if offset is None else [f"line {line}", f"byte {heads[path] + offset}", "UTF-8"]
        assert_finding(finding, "error", code, None, *words)


def test_bad_bytes_behind_the_sample_are_found(zone):
    lines = (json.dumps(EVENT) + "\n") * 20_000
    assert len(lines) > 2 * limits.CHUNK_BYTES
    zone.put(f"web/events/{DAY}/a.jsonl", lines.encode() + b"\xe2\x82")
    assert_finding(zone.only("sample"), "error", "invalid_utf8", None, "line 20001", f"byte {len(lines):,}")


def test_characters_across_pieces_are_whole(zone, depth, monkeypatch):
    monkeypatch.setattr(limits, "CHUNK_BYTES", 7)
    zone.events({"event_id": "€😀é" * 5}, "", {"event_id": "ü" * 50})
    zone.scores("\ufeff" + SCORES + "€😀é,1,ü,\n")
    assert zone.check(depth) == []


def test_broken_compression(zone, depth):
    damages = [lambda data: data[:-6], lambda data: data[:9], lambda data: b"plain text\n"]
    paths = []
    for extension in ("gz", "zst"):
        for number, damage in enumerate(damages):
            paths.append(zone.events({}, {}, name=f"{number}.jsonl.{extension}"))
            zone.put(paths[-1], damage((zone.root / paths[-1]).read_bytes()))
    for _, finding in each_file(zone.check(depth), paths):
        assert_finding(finding, "error", "unreadable", None, "cannot be read", "Land the file again")


def test_gzip_of_zero_bytes(zone, depth):
    zone.put(f"web/events/{DAY}/a.jsonl.gz", b"")
    assert_finding(zone.only(depth), "error", "unreadable", None, "0 bytes")


def test_gzip_of_several_members(zone, depth):
    line = json.dumps(EVENT).encode() + b"\n"
    zone.put(f"web/events/{DAY}/a.jsonl.gz", gzip.compress(line) + gzip.compress(line))
    assert zone.check(depth) == []


def test_files_without_rows(zone, depth):
    paths = [
        zone.put(f"web/events/{DAY}/a.jsonl", b""),
        zone.put(f"web/events/{DAY}/b.jsonl", b"\n\r\n"),
        zone.put(f"web/events/{DAY}/c.jsonl.gz", gzip.compress(b"")),
        zone.put(f"web/scores/{DAY}/a.csv", b""),
        zone.put(f"web/scores/{DAY}/b.csv", SCORES),
        zone.orders({name: values[:0] for name, values in ORDER.items()}),
    ]
    for _, finding in each_file(zone.check(depth), paths):
        assert_finding(finding, "warning", "empty", None, "rows")


def test_a_byte_order_mark_is_fine(zone, depth):
    zone.put(f"web/events/{DAY}/a.jsonl", "\ufeff" + json.dumps(EVENT) + "\r\n")
    zone.scores("\ufeff" + SCORES.replace("\n", "\r\n") + "s1,1,x,\r\n")
    assert zone.check(depth) == []


def test_a_long_line_needs_little_memory(zone):
    zone.events({"note": "x" * 50_000_000})
    tracemalloc.start()
    findings = zone.check("sample")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(finding.code, finding.column) for finding in findings] == [("unknown_column", "note")]
    assert peak < 300_000_000


def test_a_line_that_the_build_could_not_read(zone, depth, monkeypatch):
    monkeypatch.setattr(limits, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(limits, "CHUNK_BYTES", 100)
    zone.events({}, {"event_id": "x" * 2000})
    assert_finding(zone.only(depth), "error", "line_too_long", None, "line 2")


# ---------- JSON lines


ROWS_OF_THE_QUARANTINE = {
    "no object": ["no json", "[1]", '"text"', '{"event_id": "cut', '{"event_id":\r"e"}'],
    "a required value missing": [{"event_id": None}, "{}"],
    "another value than the accepted ones": [{"event_type": "BUY"}, {"event_type": "sell"}],
    "a day that the calendar does not know": [{"_ingested_at": "2014-12-31T23:59:59"}, {"_ingested_at": "2036-01-01"}],
    "values of another type": [{"quantity": value} for value in ("two", 1.5, "9223372036854775808", {"a": 1}, True)],
}


@pytest.mark.parametrize("why", ROWS_OF_THE_QUARANTINE)
def test_single_rows_are_judged_by_base_alone(zone, depth, why):
    zone.events({}, *ROWS_OF_THE_QUARANTINE[why])
    assert zone.check(depth) == []


def test_a_file_of_rows_that_cannot_be_read_is_not_empty(zone, depth):
    zone.events("no json")
    zone.scores(SCORES + "s1,1\n")
    assert zone.check(depth) == []


def test_a_required_key_that_no_line_has(zone, depth):
    event = json.dumps({key: value for key, value in EVENT.items() if key != "event_id"})
    zone.events(event, event)
    assert_finding(zone.only(depth), "error", "missing_column", "event_id", "required", "varchar")


def test_an_optional_key_that_no_file_has(zone, depth):
    event = json.dumps({key: value for key, value in EVENT.items() if key != "device"})
    zone.events(event)
    path = zone.events(event, name="b.jsonl")
    assert_finding(zone.only(depth), "warning", "missing_column", "device_type", "2 files", "becomes null")
    zone.put(path, json.dumps(EVENT))
    assert zone.check(depth) == []


def test_unknown_keys(zone, depth):
    zone.events({}, {"colour": 1, "ün'k\u001bnown": {"a": 1}, "device": {"type": "x", "colour": 2}})
    first, second = zone.check(depth)
    assert_finding(first, "warning", "unknown_column", "colour", "add it to the contract")
    assert_finding(second, "warning", "unknown_column", "ün'k\u001bnown", "\\x1bnown")


def test_many_unknown_keys_are_counted(zone, depth):
    zone.events({f"k{i:03}": i for i in range(100)})
    findings = zone.check(depth)
    assert len(findings) == limits.MAX_UNKNOWN_COLUMNS + 1
    assert any("80 more" in str(finding) for finding in findings)


def test_a_column_of_the_wrong_type(zone, depth):
    zone.events({"quantity": "two"}, {"quantity": [3]}, {"quantity": None})
    assert_finding(zone.only(depth), "error", "wrong_type", "quantity", "bigint", "line 1: two", "2 values")


def test_only_full_reads_rows_behind_the_sample(zone):
    zone.events(*[{}] * limits.SAMPLE_LINES, '{"event_id": "e", "event_id": "f"}')
    assert zone.check("sample") == []
    assert_finding(zone.only("full"), "error", "duplicate_key", "event_id", "line 1001")


def test_counts_add_up_over_batches(zone, monkeypatch):
    monkeypatch.setattr(limits, "BATCH_ROWS", 10)
    monkeypatch.setattr(limits, "CHUNK_BYTES", 1000)
    # Seven values in a hundred rows: whole batches have none.
    zone.events(*[{"quantity": "x" if i in (33, 34, *range(70, 75)) else None} for i in range(100)])
    zone.scores(SCORES + "".join(f"s{i},x,,\n" for i in range(100)))
    first, second = zone.check("full")
    assert_finding(first, "error", "wrong_type", "quantity", "none among 7 values (first in line 34: x)")
    assert_finding(second, "error", "wrong_type", "score", "none among 100 values (first in line 2: x)")
    # One value that can be read, in a batch of its own.
    zone.scores(SCORES + "".join(f"s{i},{'x' if i < 99 else 1},,\n" for i in range(100)))
    assert_finding(zone.only("full"), "error", "wrong_type", "quantity")


# ---------- CSV


@pytest.mark.parametrize(
    ("text", "severity", "code", "words"),
    [
        ('s1,1,"open,\ns2,2,x,\n', "error", "broken_quote", ["line 3"]),
        ('s1,1,"a"b,\n', "error", "broken_quote", ["line 3"]),
        # Four fields and sixteen spare ones: a twenty-first is not read.
        ("s1" + 20 * "," + "\n", "error", "wrong_field_count", ["first 21 in line 3", "not even read"]),
    ],
)
def test_broken_records(zone, depth, text, severity, code, words):
    zone.scores(SCORES + "s0,1,x,\n" + text)
    assert_finding(zone.only(depth), severity, code, None, *words)


def test_records_with_some_fields_more_or_less_are_judged_by_base_alone(zone, depth):
    zone.scores(SCORES + "s0,1,x,\ns1,1\ns2,1,x,,,\n" + "s3,1" + 18 * "," + "\n")
    assert zone.check(depth) == []


def test_a_quote_that_never_ends_is_found_behind_the_sample(zone, monkeypatch):
    monkeypatch.setattr(limits, "SAMPLE_LINES", 2)
    zone.scores(SCORES + "s,1,x,\n" * 5 + 's,1,"open,\ns,1,x,\n')
    assert_finding(zone.only("sample"), "error", "broken_quote", None, "line 7")


def test_missing_csv_columns(zone, depth):
    zone.scores("score_id,comment\ns1,x\n")
    first, second = zone.check(depth)
    assert_finding(first, "error", "missing_column", "score", "required", "bigint")
    assert_finding(second, "warning", "missing_column", "_ingested_at", "optional", "becomes null")


def test_unknown_and_double_csv_columns(zone, depth):
    zone.scores("score_id,score,Score,extra,comment,_ingested_at\ns1,1,2,3,x,\n")
    first, second = zone.check(depth)
    assert_finding(first, "error", "duplicate_column", "score", "two", "Rename")
    assert_finding(second, "warning", "unknown_column", "extra")


def test_csv_values(zone, depth):
    zone.scores(SCORES + 's1,,"a\nb",\n,x,x,\ns3,1.5,x,\ns4,,x,\n')
    assert_finding(zone.only(depth), "error", "wrong_type", "score", "2 values (first in line 4: x)")


def test_csv_options_are_kept(zone, depth):
    zone.put(f"web/spend/{DAY}/a.csv", "campaign;spent_on;amount;_ingested_at\nb;2025-12-31;1.50;\n")
    first, second = zone.check(depth)
    assert_finding(first, "error", "wrong_type", "amount", "line 2: 1.50")
    assert_finding(second, "error", "wrong_type", "spent_on", "line 2: 2025-12-31")


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("amount", ["1,50", "1.234,56", "-7", "1.234.567", "+0,5"], ["1,234.56", "1.23,4", "1 000", "1,", "viel"]),
        ("clicks", ["1000", "1.000"], ["1,5", "1.00"]),
        ("spent_on", ["28.02.2026"], ["31.02.2026", "31/02/2026", "2026-02-28"]),
        ("checked_at", ["28/02/2026 23:59"], ["28/02/2026", "2026-02-28T23:59:00", "29/02/2026 10:00"]),
    ],
)
def test_values_as_a_partner_writes_them(zone, column, good, bad):
    names = ["cost_id", "spent_on", "amount", "clicks", "checked_at", "_ingested_at"]

    def costs(name: str, value: str) -> str:
        row = ";".join(value if name == column else "" for name in names)
        return zone.put(f"web/costs/{DAY}/{name}.csv", f"{';'.join(names)}\na{row}\n")

    for number, value in enumerate(good):
        costs(f"good{number}", value)
    files = {costs(f"bad{number}", value): value for number, value in enumerate(bad)}
    for path, finding in each_file(zone.check("full"), files):
        assert_finding(finding, "error", "wrong_type", column, f"none among 1 value (first in line 2: {files[path]})")


def test_what_the_feed_adds_is_iso_whatever_the_partner_writes(zone, depth):
    names = "cost_id;spent_on;amount;clicks;checked_at;_ingested_at\n"
    zone.put(f"web/costs/{DAY}/a.csv", names + "a;;;;;2026-02-28T23:59:00\n")
    assert zone.check(depth) == []


# ---------- parquet


def test_a_parquet_file_of_zero_bytes(zone, depth):
    zone.put(f"shop/orders/{DAY}/a.parquet", b"")
    assert_finding(zone.only(depth), "error", "unreadable", None, "0 bytes")


def test_broken_parquet_files(zone, depth):
    damages = [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[1000:],
        lambda data: b"not parquet",
    ]
    paths = [zone.orders(name=f"{number}.parquet") for number in range(len(damages))]
    for path, damage in zip(paths, damages, strict=True):
        zone.put(path, damage((zone.root / path).read_bytes()))
    for _, finding in each_file(zone.check(depth), paths):
        assert_finding(finding, "error", "unreadable", None, "Land the file again")


def test_a_parquet_file_cut_in_the_middle_with_its_footer(zone, depth):
    path = zone.orders()
    data = (zone.root / path).read_bytes()
    footer = int.from_bytes(data[-8:-4], "little") + 8
    zone.put(path, data[:40] + data[-footer:])
    assert_finding(zone.only(depth), "error", "unreadable", None, "outside")


@pytest.mark.parametrize("column", [0, 1, 3, 5])
def test_broken_pages_are_found_by_full(zone, column):
    zone.orders(name="b.parquet")
    path = zone.orders(compression="snappy", use_dictionary=False)
    data = bytearray((zone.root / path).read_bytes())
    chunk = pq.ParquetFile(zone.root / path).metadata.row_group(0).column(column)
    data[chunk.data_page_offset : chunk.data_page_offset + 10] = bytes([255]) * 10
    zone.put(path, bytes(data))
    finding = zone.only("full")
    assert_finding(finding, "error", "unreadable", None, "Land the file again")
    assert finding.file == path


WIDENINGS = [
    ("order_id", pa.array(["a", "b"]).dictionary_encode()),
    ("order_id", pa.array(["a", "b"], pa.large_string())),
    ("email", pa.nulls(2)),
    ("quantity", pa.array([1, 2], pa.int8())),
    ("quantity", pa.array([1, 2], pa.uint64())),
    ("total_amount", pa.array([1, 2], pa.int32())),
    ("total_amount", pa.array([Decimal("1.5")] * 2, pa.decimal128(9, 1))),
    ("weight", pa.array([1.5, 2], pa.float32())),
    ("ordered_at", pa.array([datetime(2026, 1, 1)] * 2, pa.timestamp("ns"))),
    ("ordered_at", pa.array([datetime(2026, 1, 1)] * 2, pa.timestamp("ms", "UTC"))),
]


def test_widenings_that_lose_nothing(zone, depth):
    for number, (column, values) in enumerate(WIDENINGS):
        zone.orders({column: values}, name=f"{number}.parquet")
    assert zone.check(depth) == []


LOSSES = [
    ("order_id", pa.array([1, 2]), "int64"),
    ("order_id", pa.array([b"a", b"b"]), "binary"),
    ("quantity", pa.array([1.0, 2.0]), "double"),
    ("quantity", pa.array(["1", "2"]), "string"),
    ("total_amount", pa.array([1.0, 2.0]), "double"),
    ("total_amount", pa.array([Decimal("1.555")] * 2, pa.decimal128(18, 3)), "decimal128(18, 3)"),
    ("total_amount", pa.array([Decimal("1.55")] * 2, pa.decimal128(20, 2)), "decimal128(20, 2)"),
    ("weight", pa.array(["1", "2"]), "string"),
    ("is_gift", pa.array([0, 1]), "int64"),
    ("ordered_on", pa.array(["2026-01-01"] * 2), "string"),
    ("ordered_on", pa.array([datetime(2026, 1, 1)] * 2, pa.timestamp("us")), "timestamp"),
    ("ordered_at", pa.array([datetime(2026, 1, 1)] * 2, pa.timestamp("us", "Europe/Berlin")), "Europe/Berlin"),
    ("email", pa.array([["a"], ["b"]]), "list"),
]


def test_parquet_types_that_lose_something(zone, depth):
    types = {column.name: column.data_type for column in zone.contract.tables["shop", "orders"].columns}
    cases = {
        zone.orders({column: values}, name=f"{number}.parquet"): (column, found)
        for number, (column, values, found) in enumerate(LOSSES)
    }
    for path, finding in each_file(zone.check(depth), cases):
        column, found = cases[path]
        assert_finding(finding, "error", "wrong_type", column, f"type {types[column]}", found)


def test_parquet_columns(zone, depth):
    zone.orders({"order_id": None, "weight": None, "colour": pa.array(["a", "b"]), "_op": None})
    first, second, third, fourth = zone.check(depth)
    assert_finding(first, "error", "missing_column", "_op", "required")
    assert_finding(second, "error", "missing_column", "order_id", "required")
    assert_finding(third, "warning", "missing_column", "weight", "becomes null")
    assert_finding(fourth, "warning", "unknown_column", "colour")


def test_case_of_parquet_names_does_not_matter(zone, depth):
    zone.orders({"order_id": None, "ORDER_ID": pa.array(["o1", "o2"])})
    assert zone.check(depth) == []
    zone.orders({"ORDER_ID": pa.array(["o1", "o2"])})
    assert_finding(zone.only(depth), "error", "duplicate_column", "order_id", "two")


def test_names_that_the_reader_needs(zone, depth):
    zone.orders({"filename": pa.array(["a", "b"])})
    assert_finding(zone.only(depth), "error", "reserved_column", "filename", "Rename it")


def test_parquet_rows(zone):
    zone.orders({
        "order_id": pa.array(["o1", None]),
        "currency_code": pa.array(["GBP", "EUR"]),
        "quantity": pa.array([1, 2**64 - 1], pa.uint64()),
        "total_amount": pa.array([10**17, 10**18]),
    })  # fmt: skip
    found = "none among 2 values (first in row 1: 100000000000000000)"
    assert_finding(zone.only("full"), "error", "wrong_type", "total_amount", found)


def test_what_a_delete_carries_is_read_by_nobody(zone):
    too_large = pa.array([10**17, 10**18])
    zone.orders({"total_amount": too_large, "_op": pa.array(["d", "d"])})
    assert zone.check("full") == []
    zone.orders({"total_amount": too_large, "_op": pa.array(["d", "c"])})
    assert zone.check("full") == []
    zone.orders({"total_amount": too_large, "_op": pa.array(["u", "c"])})
    assert_finding(zone.only("full"), "error", "wrong_type", "total_amount")


# ---------- properties


def test_values_about_persons_are_not_printed(zone):
    contract_text = zone.project / "models/staging/web/_web__sources.yml"
    contract_text.write_text(
        contract_text.read_text()
        .replace("comment, data_type: varchar", "comment, data_type: date")
        .replace("free_text", "birth_date")
    )
    zone.contract = load_contract(zone.project)
    zone.scores(SCORES + "s1,1,ann@example.org,\n")
    finding = zone.only("full")
    assert_finding(finding, "error", "wrong_type", "comment", "line 2")
    assert "ann@example.org" not in str(finding)


def kinds(findings):
    """Findings without file names and counts."""
    return {(finding.severity, finding.code, finding.column, finding.expected) for finding in findings}


# No row has an instant that can be read; of the scores some can.
BAD_ROWS = ["s1,1,x,soon", ",x,y,never", "s2,2,,01.01.2026", ",x,,never", "s4,4,z,2026-01"]


def test_order_of_csv_columns_does_not_matter(zone):
    rows = [(SCORES.strip() + ",extra").split(","), *[f"{row},1".split(",") for row in BAD_ROWS]]
    seen = []
    for seed in range(10):
        order = random.Random(seed).sample(range(5), 5)
        zone.scores("".join(",".join(row[i] for i in order) + "\n" for row in rows))
        seen.append(sorted(map(str, zone.check("full"))))
    assert seen[0] and all(findings == seen[0] for findings in seen)


def test_splitting_a_file_does_not_matter(zone, depth):
    rows = BAD_ROWS * 6
    zone.scores(SCORES + "\n".join(rows))
    zone.events(*[{"quantity": "x"} if i % 3 else {"quantity": None} for i in range(30)])
    whole = kinds(zone.check(depth))
    assert {(code, column) for _, code, column, _ in whole} == {
        ("wrong_type", "_ingested_at"),
        ("wrong_type", "quantity"),
    }
    for cut in (5, 10, 17, 25):
        zone.scores(SCORES + "\n".join(rows[:cut]))
        zone.scores(SCORES + "\n".join(rows[cut:]), name="b.csv")
        zone.events(*[{"quantity": "x"} if i % 3 else {"quantity": None} for i in range(cut)])
        zone.events(*[{"quantity": "x"} if i % 3 else {"quantity": None} for i in range(cut, 30)], name="b.jsonl")
        assert kinds(zone.check(depth)) == whole


def test_no_bytes_raise_anything(zone, depth):
    """Random bytes, random text, and damaged files, as files of each format."""
    rng = random.Random(7)
    parts = ['"', ",", "\n", "\r", "{", "}", "[", ":", "event_id", "1", "\\", "é", "null", " ", "\\u0000", SCORES]
    good = (zone.root / zone.orders()).read_bytes()
    for number in range(200):
        noise = rng.randbytes(rng.randrange(300))
        text = "".join(rng.choices(parts, k=rng.randrange(60))).encode()
        lines = json.dumps({**EVENT, rng.choice(parts): rng.choice(parts)}).encode() + b"\n" + text
        damaged = bytearray(good)
        for _ in range(rng.randrange(1, 20)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        zone.put(f"shop/orders/{DAY}/{number}.parquet", rng.choice([noise, bytes(damaged)]))
        for table, name in (("events", "jsonl"), ("scores", "csv"), ("spend", "csv")):
            zone.put(f"web/{table}/{DAY}/{number}.{name}", rng.choice([noise, text, lines]))
            packed = bytearray(gzip.compress(lines))
            packed[rng.randrange(len(packed))] ^= 1 << rng.randrange(8)
            zone.put(f"web/{table}/{DAY}/{number}.{name}.gz", rng.choice([noise, bytes(packed)]))
            zone.put(f"web/{table}/{DAY}/{number}.{name}.zst", noise)
    assert zone.check(depth)
