"""Messages as lines, whatever they hold, and offsets as names of files."""

import contextlib
import json
from datetime import datetime

import pytest

from ingest.kafka.messages import file_name, line, next_offsets

AT = datetime(2026, 1, 2, 3, 4, 5)


def test_offsets_go_on_behind_what_has_landed_of_each_partition():
    names = [file_name("web.events", 0, 0, 9), file_name("web.events", 0, 12, 40), file_name("web.events", 3, 5, 5)]
    others = [file_name("web.events-2", 0, 0, 99), "nothing-20260102T000000000000.jsonl", "by-hand.jsonl"]
    assert next_offsets("web.events", [*names, *others]) == {0: 41, 3: 6}
    assert next_offsets("carts", names) == {}


@pytest.mark.parametrize("value", [b'{"a":1}', b' {"a": 1} ', b'{\n  "a": 1.10,\r\n  "b": "x\\ny"\n}', b"{}"])
def test_a_json_object_lands_on_one_line_with_its_time(value):
    written = line(value, AT)
    assert written.count(b"\n") == 1
    assert json.loads(written) == {**json.loads(value), "_ingested_at": "2026-01-02T03:04:05"}


def test_numbers_stay_as_they_were_written():
    assert line(b'{\n"price": 12.10}', AT).startswith(b'{ "price": 12.10,')


@pytest.mark.parametrize(
    "value", [None, b"", b"no json", b'{"a":\n', b"\xff\xfe\x00", b"[1,\n2]", b'"text\n"', b"{" * 100_000 + b"\n"]
)
def test_what_is_no_json_object_is_one_line_that_is_none_either(value):
    written = line(value, AT)
    assert written.count(b"\n") == 1 and written.endswith(b"\n")
    written.decode()
    with contextlib.suppress(json.JSONDecodeError, RecursionError):
        assert not isinstance(json.loads(written), dict)
