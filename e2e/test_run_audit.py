"""The audit of runs: who, when, with which commit, what was built, and how it ended."""

import getpass
import subprocess
from datetime import UTC, datetime, timedelta

import duckdb
from comparing import query
from conftest import ROOT

OUTCOMES = (
    "select command, selection, outcome, failures, failed_nodes from governance.run_audit order by started_at, outcome"
)


def test_a_build_is_written_down(built):
    # Somebody may commit while tests run.
    commits = subprocess.run(["git", "rev-list", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ((who, commit, target, command, built_nodes, tests, rows, failures, lasted),) = query(
        built.warehouse,
        "select started_by, git_commit, target_name, command, built_nodes, run_tests, landed_rows, failures, "
        "finished_at >= started_at from base.runs",
    )
    assert (who, target, command) == (getpass.getuser(), "duckdb", "build")
    assert commit in commits.split()
    assert built_nodes > 120 and tests > 100 and failures == 0 and lasted
    assert rows == query(built.warehouse, "select sum(landed_rows) from base.loaded_files")[0][0]


def test_runs_that_failed_or_were_killed_are_told(built, tmp_path):
    house = built.copy(tmp_path)
    with duckdb.connect(str(house.warehouse)) as connection:
        # A run that was killed wrote down its start only.
        connection.execute(
            "insert into base.runs (invocation_id, started_at, started_by, git_commit, target_name, command, selection)"
            " values ('killed', timestamp '2025-09-01', 'ana', 'unknown', 'duckdb', 'run', 'everything')"
        )
        connection.execute("drop table reference.currencies")
    house.dbt("test", "--select", "currencies", succeeds=False)
    # A name that fits nothing is an error in this project, but in no other.
    odd = ("--warn-error-options", "{error: [Deprecations]}")
    house.dbt("run", "--select", "run_audit", "it's'odd", *odd)
    told = query(house.warehouse, OUTCOMES)
    assert told[0] == ("run", "everything", "not_finished", None, None)
    assert told[1][:4] == ("build", "everything", "passed", 0)
    assert told[2][:3] == ("test", "select currencies", "failed") and told[2][3] > 0 and "currencies" in told[2][4]
    assert told[3] == ("run", "select run_audit it's'odd", "passed", 0, "")
    assert len(told) == 4


def test_what_each_node_took_is_written_down(built, tmp_path):
    house = built.copy(tmp_path)
    # Timings are kept for 90 days of the clock.
    newest = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    with duckdb.connect(str(house.warehouse)) as connection:
        connection.execute("delete from base.node_timings")
        # Three runs whose times are known, one of which failed, and one of long ago.
        runs = (
            ("first", "currencies", "success", newest - timedelta(days=2), 2.0),
            ("second", "currencies", "error", newest - timedelta(days=1), 90.0),
            ("third", "currencies", "success", newest, 6.0),
            ("third", "countries", "success", newest, 2.0),
            ("old", "currencies", "success", newest - timedelta(days=91), 1.0),
        )
        connection.executemany(
            "insert into base.node_timings select ?, 'seed.techco.' || ?, ?, cast(? as timestamp), ?", runs
        )
        usual_times_and_share = (
            "select usual_seconds, times_usual, share_of_run from governance.model_timings "
            "where invocation_id = 'third' and node_name = 'currencies'"
        )
        assert connection.execute(usual_times_and_share).fetchall() == [(1.5, 4.0, 0.75)]
    house.dbt("seed", "--select", "currencies")
    ((runs, oldest),) = query(
        house.warehouse,
        "select list(invocation_id order by started_at), min(started_at)::varchar from base.node_timings "
        "where node_id = 'seed.techco.currencies'",
    )
    assert runs[:3] == ["first", "second", "third"] and len(runs) == 4
    assert oldest.startswith(f"{newest - timedelta(days=2):%Y-%m-%d}")
    ((seconds, usual, share),) = query(
        house.warehouse,
        "select seconds, usual_seconds, share_of_run from governance.model_timings "
        "where node_kind = 'seed' order by started_at desc limit 1",
    )
    assert 0 < seconds < 60 and usual == 4.0 and share == 1.0
