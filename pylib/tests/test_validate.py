"""The command: what it prints, and its exit code."""

import subprocess
import sys
from pathlib import Path

import pytest
from techco.contract.validate import main

from tests.zones import DAY


def run(zone, *arguments):
    return main(["--landing", str(zone.root), "--contract", str(zone.project), *arguments])


def test_a_clean_zone(zone, capsys):
    zone.events({})
    zone.orders()
    assert run(zone) == 0
    assert capsys.readouterr().out == "checked 2 files of 2 tables: 0 errors, 0 warnings\n"


def test_warnings_do_not_fail(zone, capsys):
    path = zone.events({}, {"colour": "red"})
    assert run(zone) == 0
    heading, finding, summary = capsys.readouterr().out.splitlines()
    assert heading == path
    assert finding.startswith("  warning: column colour: expected a column of the contract; found an unknown name")
    assert summary == "checked 1 file of 1 table: 0 errors, 1 warning"


def test_errors_fail(zone, capsys):
    zone.put(f"shop/orders/{DAY}/a.parquet", b"")
    assert run(zone) == 1
    assert "1 error, 0 warnings" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ["landing", "marker", "contract"])
def test_what_cannot_be_checked_is_said_in_one_line(zone, capsys, wrong):
    if wrong == "landing":
        zone.root.rmdir()
    elif wrong == "marker":
        zone.put("_landing_zone.json", "{")
    else:
        (zone.project / "dbt_project.yml").unlink()
    assert run(zone) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1


def test_runs_as_a_module_with_the_landing_folder_of_the_environment(zone):
    zone.events({})
    command = [sys.executable, "-m", "techco.contract.validate", "--contract", str(zone.project)]
    environment = {"TECHCO_LANDING": str(zone.root), "PYTHONPATH": str(Path(__file__).parents[1])}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "checked 1 file of 1 table: 0 errors, 0 warnings\n"), result.stderr
