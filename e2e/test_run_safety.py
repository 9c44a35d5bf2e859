"""Runs that are no ordinary ones leave no trace: as of another day, with other vars, or on a part of the inputs."""

import json
import re
import shutil

import duckdb
import pytest
from comparing import differences, query
from conftest import BUILD, DAYS, ROOT, TINY, House, house

from tools.simulator.__main__ import main as simulate

SEGMENTS = "select count(*), count(*) - count(dbt_valid_to) from snapshots.snap_customer_segments"
LOADS = "select max(load_id) from base.loads"
# The simulated zone of `built` begins on the first of September 2025.
NEWEST = f"2025-09-{DAYS:02}"
IN_EUR = "select count(*), count_if(currency_code = 'EUR') from kpi.daily_sales"


@pytest.fixture
def changed(built, tmp_path) -> House:
    """A copy of the built warehouse, to be changed; dbt's files are its own, as other vars make it parse again."""
    copied = built.copy(tmp_path)
    copied.target = tmp_path / "target"
    shutil.copytree(built.target, copied.target, ignore=shutil.ignore_patterns("logs", "landing", "warehouse", "run"))
    return copied


def in_one_line(printed: str) -> str:
    return " ".join(printed.split())


def test_a_build_as_of_another_day_leaves_histories_as_they_are(built, changed):
    printed = in_one_line(changed.dbt(*BUILD, "--vars", "{as_of: 2025-09-04}"))
    assert "snap_customer_segments is left as it is: this run is as of 2025-09-04, and the newest day" in printed
    # Segments are of the other day yet, whatever the run that would remember them says.
    printed = in_one_line(changed.dbt("snapshot", "-s", "snap_customer_segments"))
    assert "was built as of 2025-09-04" in printed
    assert query(changed.warehouse, SEGMENTS) == query(built.warehouse, SEGMENTS)
    assert "is left as it is" not in changed.dbt(*BUILD)
    assert differences(built.warehouse, changed.warehouse, snapshots=True) == []


def test_a_day_to_come_is_another_day(built, changed):
    segments = ("-s", "customer_segments", "snap_customer_segments")
    printed = in_one_line(changed.dbt(*BUILD, *segments, "--vars", "{as_of: 2025-09-30}"))
    assert "snap_customer_segments is left as it is: this run is as of 2025-09-30" in printed
    assert "is left as it is" not in changed.dbt(*BUILD, *segments)
    assert differences(built.warehouse, changed.warehouse, snapshots=True) == []


def test_a_build_as_of_the_newest_day_is_an_ordinary_one(changed):
    assert "is left as it is" not in changed.dbt("snapshot", "--vars", f"{{as_of: {NEWEST}}}")


@pytest.mark.long
def test_a_history_begins_with_the_first_ordinary_build(tmp_path):
    young = house(tmp_path, tmp_path / "target")
    simulate(["--out", str(young.landing), "--days", "2", *TINY])
    everything_behind = ("-s", "+snap_customer_segments")
    young.dbt(*BUILD, *everything_behind, "--vars", "{as_of: 2025-09-01}")
    assert query(young.warehouse, SEGMENTS) == [(0, 0)]
    young.dbt(*BUILD, *everything_behind)
    customers = query(young.warehouse, "select count(*) from customers.customer_segments")[0][0]
    assert customers > 0 and query(young.warehouse, SEGMENTS) == [(customers, customers)]


@pytest.mark.long
def test_a_part_of_a_day_is_no_history_and_a_whole_build_is(built, changed):
    simulate(["--out", str(changed.landing), "--append", "1"])
    printed = in_one_line(changed.dbt(*BUILD, "-s", "base_shop__orders+"))
    assert "snap_customer_segments is left as it is" in printed and "were loaded by different runs" in printed
    # The status of an order is in the orders alone.
    assert "snap_order_status is left as it is" not in printed
    assert query(changed.warehouse, SEGMENTS) == query(built.warehouse, SEGMENTS)
    assert "is left as it is" not in changed.dbt(*BUILD, "-s", "+snap_customer_segments")
    customers = query(changed.warehouse, "select count(*) from customers.customer_segments")[0][0]
    assert query(changed.warehouse, SEGMENTS)[0][1] == customers


@pytest.mark.long
def test_other_settings_are_refused_until_everything_is_built_with_them(changed):
    usd = ("--vars", "{reporting_currency: USD}")
    loads = query(changed.warehouse, LOADS)
    days = query(changed.warehouse, IN_EUR)
    for command in (("run",), ("run", "-s", "dim_date", "--full-refresh"), ("snapshot",), ("test", "-s", "dim_date")):
        printed = in_one_line(changed.dbt(*command, *usd, succeeds=False))
        assert "reporting_currency was EUR and is USD" in printed and "dbt build --full-refresh" in printed
        assert "Traceback" not in printed
    assert query(changed.warehouse, LOADS) == loads and query(changed.warehouse, IN_EUR) == days
    # A full refresh that fails on its way leaves tables of both kinds: this zone of time does not exist.
    nowhere = ("--vars", "{business_timezone: Mars/Olympus}")
    changed.dbt("run", "--full-refresh", *nowhere, succeeds=False)
    printed = in_one_line(changed.dbt("run", *nowhere, succeeds=False))
    assert "a full refresh with other settings has not ended" in printed
    printed = in_one_line(changed.dbt("run", succeeds=False))
    assert "Nothing was run" in printed and "dbt build --full-refresh" in printed
    changed.dbt("run", "--full-refresh", *usd)
    changed.dbt("run", "-s", "daily_sales", *usd)
    currencies = "select distinct currency_code from kpi.daily_sales"
    assert query(changed.warehouse, currencies) == [("USD",)]
    # An order in USD needs no rate, and one in EUR that day's.
    assert query(
        changed.warehouse,
        "select count(*) > 0, count_if(net_amount_reporting is distinct from net_amount) from core.fct_order "
        "where currency_code = 'USD'",
    ) == [(True, 0)]
    printed = in_one_line(changed.dbt("run", "-s", "daily_sales", succeeds=False))
    assert "reporting_currency was USD and is EUR" in printed


def test_a_warehouse_of_before_takes_on_the_present_settings(changed):
    with duckdb.connect(str(changed.warehouse)) as connection:
        connection.execute("drop table base.model_settings; drop table base.settings; drop table base.node_runs")
    changed.dbt("run", "-s", "dim_date")
    printed = in_one_line(changed.dbt("run", "--vars", "{business_timezone: America/Sao_Paulo}", succeeds=False))
    assert "business_timezone was Europe/Berlin and is America/Sao_Paulo" in printed


# Vars that reach tables that are not rebuilt by each run, and why none of their rows depends on the value.
HARMLESS = {
    "as_of": "only tables that are rebuilt read it, and a snapshot of them is taken by ordinary runs only",
    "accept_shrunken": "says which snapshots may be taken",
    "raw_tables": "a table more brings rows of its own",
    "restricted_schemas": "says which keys may stand in a query that skips storage",
    "needs_full_refresh": "the list itself",
    "formats": "says what a landed file may be, and nothing of what is read from it",
    "measure_groups": "only tables that are rebuilt read it, and each run takes their rows as they are now",
    "landing_day_lead": "says which landing days are refused, which are never loaded",
    "privacy": "what looks personal is asked once more of a release, and the rest is read by views and rebuilt tables",
}


def test_every_var_that_incremental_tables_hold_needs_a_full_refresh(changed):
    changed.dbt("parse", "--no-partial-parse", DBT_WRITE_JSON="true")
    manifest = json.loads((changed.target / "manifest.json").read_text())
    macros = {macro["name"]: macro["macro_sql"] for macro in manifest["macros"].values()}
    macros = {name: sql for name, sql in macros.items() if f"macro.techco.{name}" in manifest["macros"]}
    forms: dict[str, list[str]] = {}
    for name in macros:
        forms.setdefault(re.sub("^(duckdb|snowflake|default)__", "", name), []).append(name)

    def vars_in(text: str) -> set[str]:
        found, called, waiting = set(), set(), [text]
        while waiting:
            part = waiting.pop()
            found |= set(re.findall(r"(?<![\w_])var\(\s*['\"](\w+)['\"]", part))
            new = {form for call in re.findall(r"(\w+)\s*\(", part) for form in forms.get(call, [])} - called
            called |= new
            waiting += [macros[name] for name in new]
        return found

    nodes = manifest["nodes"]
    reached: set[str] = set()
    waiting = [
        name
        for name, node in nodes.items()
        if node["resource_type"] == "snapshot" or node["config"].get("materialized") == "incremental"
    ]
    seen = set(waiting)
    assert len(waiting) > 100
    while waiting:
        node = nodes[waiting.pop()]
        reached |= vars_in(json.dumps(node["config"]) + (node.get("raw_code") or ""))
        new = {name for name in node.get("depends_on", {}).get("nodes", []) if name in nodes} - seen
        seen |= new
        waiting += new
    project = (ROOT / "dbt_project.yml").read_text()
    declared = re.search(r"^  needs_full_refresh: \[(.*)\]$", project, re.MULTILINE).group(1).split(", ")
    assert reached - HARMLESS.keys() == set(declared)


def test_parts_of_inputs_are_refused_where_data_have_landed(built, changed):
    simulate(["--out", str(changed.landing), "--append", "1"])
    for option in (["--empty"], ["--sample", "3 days"]):
        printed = in_one_line(changed.dbt("build", *option, succeeds=False))
        assert f"with {option[0]} models read a part of their inputs" in printed and "Traceback" not in printed
    assert query(changed.warehouse, LOADS) == query(built.warehouse, LOADS)
    assert differences(built.warehouse, changed.warehouse, snapshots=True) == []


def test_an_empty_build_of_a_new_warehouse_notes_nothing_as_loaded(tmp_path):
    zone = ["--days", "2", *TINY, "--defects", "0.02"]
    counted = (*BUILD, "-s", "+data_quality_ledger")
    at_once, begun_empty = (house(tmp_path / name, tmp_path / "target") for name in ("at_once", "begun_empty"))
    simulate(["--out", str(at_once.landing), *zone])
    shutil.copytree(at_once.landing, begun_empty.landing)
    begun_empty.dbt(*counted, "--empty")
    assert query(begun_empty.warehouse, "select count(*) from base.loaded_files") == [(0,)]
    for place in (at_once, begun_empty):
        place.dbt(*counted)
    assert query(begun_empty.warehouse, "select count(*) > 0 from quarantine.quarantine_shop") == [(True,)]
    assert differences(at_once.warehouse, begun_empty.warehouse) == []
