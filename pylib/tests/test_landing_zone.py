"""Which files are data, and which zone they are in."""

import os
from datetime import date

import pytest
from techco.contract.landing_zone import LandingZoneError, list_files, read_zone


def touch(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"12345")


def test_lists_data_in_order_of_path(tmp_path):
    touch(tmp_path, "web/events/ingested_on=2026-01-02/b.jsonl", "web/events/ingested_on=2026-01-02/a.jsonl", "x.txt")
    files = list_files(tmp_path)
    assert [file.path_in_zone[-7:] for file in files] == ["a.jsonl", "b.jsonl", "x.txt"]
    first = files[0]
    assert (first.source, first.table, first.ingested_on, first.bytes) == ("web", "events", date(2026, 1, 2), 5)
    assert (files[2].source, files[2].table, files[2].ingested_on) == (None, None, None)


def test_leaves_out_what_is_no_data(tmp_path):
    touch(tmp_path, "_landing_zone.json", "web/_x/a.jsonl", "web/events/.part.tmp", ".git/x", "web/events/d/_b.jsonl")
    assert list_files(tmp_path) == []


def test_survives_links_in_a_circle_and_to_nowhere(tmp_path):
    touch(tmp_path, "web/a.jsonl")
    (tmp_path / "web" / "again").symlink_to(tmp_path)
    (tmp_path / "web" / "gone").symlink_to(tmp_path / "nowhere")
    assert [file.bytes for file in list_files(tmp_path)] == [5, 0]


def test_a_name_that_is_no_utf8_can_be_printed(tmp_path):
    (tmp_path / os.fsdecode(b"bad\xff.jsonl")).write_bytes(b"")
    assert list_files(tmp_path)[0].path_in_zone == "bad\ufffd.jsonl"


def test_id_without_marker_is_that_of_the_path(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = read_zone(tmp_path / "one")
    assert one.landing_zone_id.startswith("path-") and not one.simulated
    assert one.landing_zone_id == read_zone(tmp_path / "two" / ".." / "one").landing_zone_id
    assert one.landing_zone_id != read_zone(tmp_path / "two").landing_zone_id


def test_id_of_a_marker(tmp_path):
    (tmp_path / "_landing_zone.json").write_text('{"landing_zone_id": "z-1", "simulated": true}')
    zone = read_zone(tmp_path)
    assert (zone.landing_zone_id, zone.simulated) == ("z-1", True)


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"landing_zone_id": 3}', '{"landing_zone_id": ""}', "\udcff"])
def test_refuses_a_broken_marker(tmp_path, text):
    (tmp_path / "_landing_zone.json").write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(LandingZoneError, match=r"_landing_zone\.json"):
        read_zone(tmp_path)


def test_refuses_a_missing_folder(tmp_path):
    with pytest.raises(LandingZoneError, match="does not exist"):
        read_zone(tmp_path / "none")
