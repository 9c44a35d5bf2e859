"""`make build` runs what has news only, and leaves the warehouse as dbt's whole build would."""

import json
import shutil
import subprocess
import sys
import time

import duckdb
import pytest
from comparing import differences
from conftest import ROOT, TESTED_BUILD, House
from techco.serving.release_gate import problems, read_nodes

from tools.simulator.__main__ import main as simulate

# The sources that deliver on the day after; of all others nothing comes.
DELIVERING = ("reviews", "fx")


def build(house: House, module: str = "techco.operations.build") -> str:
    """Run a command of `make build`, whose second is lineage."""
    command, environment = [sys.executable, "-m", module], house.environment(DBT_WRITE_JSON="true")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout


def newest_run(house: House) -> set[str]:
    """The names of the nodes that the newest run has run."""
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        names = connection.execute(
            "select node_name from base.node_runs inner join base.project_nodes using (node_id) "
            "where invocation_id = (select max_by(invocation_id, started_at) from base.runs)"
        ).fetchall()
    return {name for (name,) in names}


def test_a_build_runs_what_has_news_and_ends_as_a_build_of_everything(built, tmp_path):
    house = built.copy(tmp_path / "news")
    # What dbt compiles for other tests is not told of by this one's manifest.
    house.target = tmp_path / "target"
    shutil.copytree(built.target, house.target, ignore=shutil.ignore_patterns("logs", "landing", "warehouse", "run"))
    build(house)
    unchanged = house.warehouse.read_bytes()
    assert "Nothing is new" in build(house)
    assert house.warehouse.read_bytes() == unchanged

    simulate(["--out", str(house.landing), "--append", "1"])
    for folder in house.landing.glob("*/*/ingested_on=2025-09-11"):
        if folder.parts[-3] not in DELIVERING:
            shutil.rmtree(folder)
    whole = house.copy(tmp_path / "whole")
    printed = build(house)
    assert "files landed" in printed and "have no news since their last run" in printed
    ran = newest_run(house)
    assert {"base_reviews__reviews", "fct_review", "daily_sales", "int_delivery__tables"} <= ran
    assert not ran & {"base_shop__orders", "stg_shop__orders", "pii_shop__customers", "base_web__events"}
    whole.dbt(*TESTED_BUILD)
    assert differences(house.warehouse, whole.warehouse, snapshots=True) == []
    # A release may be made of it: nothing seems older than what it reads, or untested.
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        nodes = read_nodes(connection)
    assert problems(nodes, [node.relation for node in nodes.values()]) == []
    build(house, "techco.privacy.lineage")
    assert "Nothing is new" in build(house)


@pytest.mark.long
def test_an_objection_is_news_and_a_run_of_plain_dbt_counts(built, tmp_path):
    house = built.copy(tmp_path)
    build(house)
    with duckdb.connect(str(house.warehouse), read_only=True) as connection:
        (person,) = connection.execute("select min(customer_id) from pii.pii_shop__customers").fetchone()
    asked = json.dumps({"customer_id": person})
    house.dbt("--no-write-json", "run-operation", "object_person", "--args", asked)
    # Times of runs and operations are whole seconds, and what is not certainly after an operation runs again.
    time.sleep(1)
    house.dbt("run", "-s", "fct_order")
    build(house)
    assert {"int_person__scopes", "fct_privacy_request", "stg_shop__orders"} <= newest_run(house)
    assert "Nothing is new" in build(house)
    house.dbt("run", "-s", "fct_order")
    printed = build(house)
    assert "fct_order" not in newest_run(house) and "customer_segments" in newest_run(house)
    assert "reads what ran again" in printed
