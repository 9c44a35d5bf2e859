"""The same options give the same bytes, however a landing zone is written."""

import json

import pytest

from tools.simulator import catalog, incidents
from tools.simulator.__main__ import main
from tools.simulator.tests.conftest import SMALL, SMALL_DAYS, contents, everything, write_zone


def test_same_seed_same_bytes(zone, tmp_path):
    again = write_zone(tmp_path / "again", *SMALL, "--days", str(SMALL_DAYS))
    assert everything(again) == everything(zone.root)


def test_another_seed_differs(zone, tmp_path):
    other = contents(write_zone(tmp_path / "other", *SMALL, "--days", "1", "--seed", "7"))
    here = contents(zone.root)
    both = [path for path in other if path in here and not {"warehouses", "campaigns"} & set(path.split("/"))]
    assert both
    assert not [path for path in both if other[path] == here[path]]


def test_append_equals_at_once(zone, tmp_path):
    parts = write_zone(tmp_path / "parts", *SMALL, "--days", "5")
    write_zone(parts, "--append", "1")
    write_zone(parts, "--append", str(SMALL_DAYS - 6))
    assert everything(parts) == everything(zone.root)


def test_a_zone_with_a_past_grows_like_any_other(tmp_path):
    past = ("--history-days", "4")
    whole = write_zone(tmp_path / "whole", *SMALL, "--days", "3", *past)
    parts = write_zone(tmp_path / "parts", *SMALL, "--days", "1", *past)
    write_zone(parts, "--append", "2")
    assert everything(parts) == everything(whole)


def test_later_days_change_no_incident():
    """Those of a short world are the first ones of a long one."""
    made = catalog.build(7)
    long, short = (incidents.incidents_of(7, made, days) for days in (800, 500))
    assert 5 < len(short) < len(long)
    assert short == long[: len(short)]


def test_two_processes_write_the_bytes_of_one(tmp_path, monkeypatch):
    world = (*SMALL, "--days", "4")
    one = write_zone(tmp_path / "one", *world)
    monkeypatch.setattr("tools.simulator.__main__.DAYS_FOR_TWO", 2)
    assert everything(write_zone(tmp_path / "two", *world)) == everything(one)


def test_append_leaves_files_alone(tmp_path):
    parts = write_zone(tmp_path / "parts", *SMALL, "--days", "2")
    before = {path: path.stat().st_mtime_ns for path in parts.rglob("*.*") if path.is_file() and path.parent != parts}
    write_zone(parts, "--append", "2")
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_nothing_hidden_is_left(zone):
    assert not list(zone.root.rglob(".*"))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--days", "0"], "--days"),
        (["--customers", "0"], "--customers"),
        (["--orders-per-day", "-3"], "--orders-per-day"),
        (["--seed", "-1"], "--seed"),
        (["--history-days", "-1"], "--history-days"),
        (["--start", "2025-13-01"], "--start"),
        (["--start", "20250901"], "--start"),
        (["--append", "2"], "_landing_zone.json"),
        (["--append", "0"], "--append"),
        (["--append", "2", "--seed", "3"], "--seed"),
    ],
)
def test_bad_options_are_refused_in_one_line(tmp_path, capsys, arguments, problem):
    target = tmp_path / "landing"
    assert main(["--out", str(target), *arguments]) == 2
    message = capsys.readouterr().err
    assert problem in message
    assert message.count("\n") == 1
    assert not target.exists()


def test_a_folder_in_use_is_refused(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["--out", str(tmp_path), "--days", "1"]) == 2
    assert "not empty" in capsys.readouterr().err
    assert contents(tmp_path) == {"notes.txt": b"mine"}


@pytest.mark.parametrize("change", [{"version": 99}, {"seed": 7}, {"days": "many"}])
def test_a_marker_that_was_changed_is_refused(tmp_path, capsys, change):
    target = write_zone(tmp_path / "landing", *SMALL, "--days", "1")
    marker = target / "_landing_zone.json"
    document = json.loads(marker.read_text())
    document["simulator"] |= change
    marker.write_text(json.dumps(document))
    before = contents(target)
    assert main(["--out", str(target), "--append", "1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert contents(target) == before


def test_the_marker_keeps_its_id_when_days_are_added(tmp_path):
    target = write_zone(tmp_path / "landing", *SMALL, "--days", "1")
    first = json.loads((target / "_landing_zone.json").read_text())
    write_zone(target, "--append", "1")
    second = json.loads((target / "_landing_zone.json").read_text())
    assert first["landing_zone_id"] == second["landing_zone_id"]
    assert (first["simulator"]["days"], second["simulator"]["days"]) == (1, 2)
