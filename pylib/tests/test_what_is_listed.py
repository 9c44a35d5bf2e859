"""What is listed in a landing zone and is no file of it, names that no reader takes, causes of many files, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from techco.contract.blank import is_blank
from techco.contract.landing_zone import LandingZoneError, list_files
from techco.contract.validate import main
from techco.contract.validation import check
from techco.contract.validation.causes import by_cause
from techco.duckdb_plugin import header_of, is_read

from tests.zones import DAY, SCORES

PYLIB = Path(__file__).parents[1]


def validate(zone) -> int:
    return main(["--landing", str(zone.root), "--contract", str(zone.project)])


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_pipe_is_refused_and_never_opened(zone, name):
    path = zone.root / zone.scores("x", name=name)
    path.unlink()
    os.mkfifo(path)
    # Whoever opened it would wait for ever.
    assert validate(zone) == 1
    (finding,) = zone.check("sample")
    assert (finding.code, finding.file) == ("unreadable", f"web/scores/{DAY}/{name}")
    (file,) = list_files(zone.root)
    assert not is_read(file, zone.contract)
    assert header_of(file, zone.contract, zone.root) is None


def test_links_out_of_the_zone_are_refused_by_name_and_those_within_are_not(zone, tmp_path, depth):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.csv").write_text(SCORES + "s1,9,x,\n")
    folder = (zone.root / zone.scores(SCORES + "s1,9,x,\n")).parent
    (folder / "b.csv").symlink_to(elsewhere / "b.csv")
    (folder.parent / "ingested_on=2026-01-03").symlink_to(elsewhere)
    (folder / "c.csv").symlink_to(folder / "a.csv")
    findings = zone.check(depth)
    assert [(finding.file, finding.code, finding.severity) for finding in findings] == [
        (f"web/scores/{DAY}/b.csv", "outside_zone", "error"),
        ("web/scores/ingested_on=2026-01-03/b.csv", "outside_zone", "error"),
    ]


@pytest.mark.parametrize("name", ["\\a.csv", "a\\*.csv", "a[1]\\.csv"])
def test_names_that_no_reader_takes_are_refused(zone, name):
    zone.scores(SCORES + "s1,9,x,\n", name=name)
    assert zone.only("sample").code == "bad_name"


def test_a_folder_that_may_not_be_read_is_named(zone, monkeypatch):
    zone.scores(SCORES)

    def scandir(folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("techco.contract.landing_zone.os.scandir", scandir)
    with pytest.raises(LandingZoneError, match="cannot be read"):
        list_files(zone.root)


def test_a_cause_is_said_once_with_its_files(zone, capsys):
    for number in range(30):
        zone.scores("score_id,score\ns1,9\n", name=f"{number:02}.csv")
    assert len(zone.check("sample")) == 60
    causes = by_cause(zone.check("sample"))
    assert [(cause.first.column, len(cause.files)) for cause in causes] == [("_ingested_at", 30), ("comment", 30)]
    assert validate(zone) == 0
    printed = capsys.readouterr().out.splitlines()
    # The first file, a line for each cause, and the summary.
    assert len(printed) == 4
    assert printed[0] == f"web/scores/{DAY}/00.csv"
    assert "So in 30 files, also in" in printed[1] and f"web/scores/{DAY}/10.csv and 19 more." in printed[1]
    assert printed[3] == "checked 30 files of 1 table: 0 errors, 2 warnings"


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0", "\u2003\u200b", "\ufeff", "\x1f\x85"])
def test_a_blank_text_is_no_value(zone, depth, blank):
    assert is_blank(blank)
    # Of an instant and a day it is none; a number that is blank is one that cannot be read.
    zone.events({"device": {"type": blank}, "occurred_at": blank})
    assert zone.check(depth) == []
    zone.events({"quantity": blank})
    assert (zone.only(depth).code, zone.only(depth).column) == ("wrong_type", "quantity")


def test_text_with_blanks_around_it_is_a_value(zone, depth):
    assert not is_blank(" x ")
    zone.events({"event_id": " e1 "})
    assert zone.check(depth) == []


def test_ctrl_c_says_what_to_do_and_shows_no_stack(zone):
    script = (
        "import time\nfrom techco.command import run\ndef main():\n    print('begun', flush=True)\n    time.sleep(60)\n"
        "run(main, 'Run it again.')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(PYLIB)}
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # Where the tests run in a shell's background, the signal is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "begun\n"
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "\nStopped by Ctrl-C. Run it again.\n")


def test_a_column_that_goes_with_a_change_of_format_is_missed(zone):
    """Thirty scores with comments as CSV, then scores without: as documents, and as Parquet."""
    zone.scores(SCORES + "".join(f"s{n},9,x,\n" for n in range(30)))
    rows = [json.dumps({"score_id": f"s{n}", "score": 9}) for n in range(30)]
    zone.put("web/scores/ingested_on=2026-01-03/a.jsonl", "\n".join(rows))
    assert [(found.column, found.code) for found in zone.check("sample") if found.severity == "error"] == [
        ("comment", "column_gone")
    ]
    (zone.root / "web/scores/ingested_on=2026-01-03/a.jsonl").unlink()
    table = pa.table({"score_id": ["s1"], "score": [9]})
    pq.write_table(table, zone.root / "web/scores/ingested_on=2026-01-03/a.parquet")
    files = list_files(zone.root)
    gone = {("_ingested_at", "column_gone"), ("comment", "column_gone")}
    for new, loaded in ((files, []), (files[1:], files[:1])):
        found = check(new, zone.contract, zone.root, loaded=loaded)
        assert {(one.column, one.code) for one in found if one.severity == "error"} == gone
