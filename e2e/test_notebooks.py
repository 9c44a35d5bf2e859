"""Notebooks run on a release without anybody who clicks, and show what SQL says."""

import os
import subprocess
import sys

import duckdb
import pytest
from conftest import ROOT

NOTEBOOK = ROOT / "notebooks" / "customers_and_demand.py"


@pytest.fixture(scope="module")
def shown(published) -> dict:
    """What the cells of the notebook define."""
    sys.path.insert(0, str(NOTEBOOK.parent))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TECHCO_WAREHOUSE", published.environment()["TECHCO_WAREHOUSE"])
        from customers_and_demand import app

        _, defined = app.run()
    return dict(defined)


@pytest.fixture(scope="module")
def ask(published):
    """Asks the release."""
    serving = published.warehouse.parent / "releases" / "current" / "analyst" / "serving.duckdb"
    with duckdb.connect(str(serving), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def test_pandas_and_polars_say_the_same_as_sql(shown, ask):
    by_sql = ask(
        "select segment_name, count(*), sum(net_revenue_amount), median(recency_days) "
        "from customers.customer_360 where order_count > 0 group by segment_name"
    )
    expected = {name: (count, pytest.approx(float(revenue)), days) for name, count, revenue, days in by_sql}
    for frame in (shown["pandas_segments"].to_dict("records"), shown["polars_segments"].to_dicts()):
        found = {row["segment_name"]: (row["customers"], row["net_revenue"], row["median_recency"]) for row in frame}
        assert found == expected
    assert len(expected) > 2


def test_the_charts_show_cohorts_and_the_forecast(shown, ask):
    pieces = shown["demand"].groupby("kind")["pieces"].sum()
    category = shown["category"].value
    ((expected, most),) = ask(
        "select sum(expected_quantity), sum(p90_quantity) from inventory.demand_forecast "
        f"where category_code = '{category}'"
    )
    assert pieces["expected"] == pytest.approx(float(expected)) and pieces["nine of ten"] == pytest.approx(float(most))
    assert pieces["ordered"] > 0
    ((complete,),) = ask("select count(*) from customers.cohorts where is_complete and months_since > 0")
    assert len(shown["cohorts"]) == complete
    for name in ("feature_chart", "cohort_chart", "forecast_chart"):
        assert shown[name].to_dict()["encoding"].keys() >= {"x", "y", "color"}


def test_without_a_release_it_says_what_to_do(tmp_path):
    environment = {**os.environ, "TECHCO_WAREHOUSE": str(tmp_path / "techco.duckdb")}
    run = subprocess.run([sys.executable, NOTEBOOK], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 1 and "There is no release at" in run.stderr and "`make publish`" in run.stderr
