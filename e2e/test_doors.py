"""What people look at shows the numbers of the marts: every chart's SQL on a release, and every metric by name."""

import csv
import math
import re
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow.parquet
import pytest
import yaml
from conftest import ROOT, House
from proofs.readers import publish
from techco.dashboards import queries
from techco.dashboards.declared import load
from techco.dashboards.kpis import read_kpis
from techco.dashboards.shapes import Shapes
from techco.dashboards.superset import Bundle
from techco.serving import metrics
from techco.serving.releases import serving_file

BUNDLE = Bundle(load(ROOT), read_kpis(ROOT), Shapes(ROOT), "EUR")
CHARTS = [(page, chart) for page in BUNDLE.declared.dashboards for chart in page.all_charts]
# What somebody may choose in the filters; a page takes what it has. The tiny zone has August and September 2025.
CHOSEN = {
    "nothing": {},
    "a country and days": {"country_code": "DE", "from": "2025-09-01", "to": "2025-09-08"},
    "a channel and a week": {"channel": "web", "period_kind": "week", "source_name": "shop"},
}


@pytest.fixture(scope="module")
def released(built, tmp_path_factory) -> House:
    """The built warehouse, published."""
    house = built.copy(tmp_path_factory.mktemp("released"))
    run = publish(house)
    assert run.returncode == 0, run.stderr
    return house


@pytest.fixture(scope="module")
def analyst(released):
    """What an analyst reads."""
    with duckdb.connect(str(serving_file(released.warehouse, "analyst")), read_only=True) as connection:
        yield connection


def comparable(value: object) -> object:
    """A value that can be compared with what another way gives."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def in_order(rows: list[tuple]) -> list[tuple]:
    """Rows by what is no fraction, as two ways may differ in its last digit."""
    made = [tuple(map(comparable, row)) for row in rows]
    return sorted(made, key=lambda row: [f"{one:.2f}" if isinstance(one, float) else str(one) for one in row])


def same(one: object, other: object) -> bool:
    """Whether two values are one; the sum of no rows is none, and their count is zero."""
    if isinstance(one, float) and isinstance(other, float) and not math.isnan(one + other):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=5e-5)
    return one == other or all(value is None or value == 0 or value != value for value in (one, other))


@pytest.mark.parametrize("choice", CHOSEN)
@pytest.mark.parametrize(("page", "chart"), CHARTS, ids=[f"{page.name}.{chart.name}" for page, chart in CHARTS])
def test_a_chart_shows_what_its_sql_gives(analyst, page, chart, choice):
    dataset = BUNDLE.declared.datasets[chart.dataset]
    found = queries.conditions(page, dataset, set(BUNDLE.columns(chart.dataset)), CHOSEN[choice])
    shown = analyst.execute(queries.query(chart, dataset, BUNDLE.metrics(dataset), queries.condition(found))).fetchall()
    expected = analyst.execute(queries.check(chart, found)).fetchall()
    different = [
        (one, other)
        for one, other in zip(in_order(shown), in_order(expected), strict=True)
        if not all(map(same, one, other))
    ]
    assert different == []


def test_charts_are_not_empty_all_together(analyst):
    filled = 0
    for _, chart in CHARTS:
        dataset = BUNDLE.declared.datasets[chart.dataset]
        rows = analyst.execute(queries.query(chart, dataset, BUNDLE.metrics(dataset))).fetchall()
        filled += any(value is not None for row in rows for value in row)
    # Cohorts and reorder plans need more days than the tiny zone has.
    assert filled > 0.85 * len(CHARTS)


def test_a_kpi_is_worked_out_as_its_definition_says(analyst):
    said = dict(analyst.execute("select kpi_name, formula from kpi.kpi_definitions").fetchall())
    made = {name: metric.sql for name, metric in read_kpis(ROOT).items()}

    def plain(formula: str) -> str:
        return re.sub(r"[\s()]|\bcast(?=\()|as double", "", formula)

    assert {name: plain(formula) for name, formula in made.items()} == {
        name: plain(formula) for name, formula in said.items()
    }


def test_comments_of_all_columns_and_tables_arrive_in_every_release(released):
    for role in yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["privacy"]["roles"]:
        with duckdb.connect(str(serving_file(released.warehouse, role)), read_only=True) as connection:
            bare = connection.execute(
                "select schema_name || '.' || table_name from duckdb_tables() where coalesce(comment, '') = '' "
                "union all "
                "select concat_ws('.', schema_name, table_name, column_name) from duckdb_columns() "
                "where not internal and coalesce(comment, '') = ''"
            ).fetchall()
            (columns,) = connection.execute("select count(*) from duckdb_columns() where not internal").fetchone()
        assert bare == [] and columns > 100, role


def blocks(language: str) -> list[str]:
    """The code of docs/bi.md in a language."""
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / "docs/bi.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_recipes_of_python_run(released, tmp_path, code):
    # As in the folder of the project, where the warehouse stands in `warehouse`.
    (tmp_path / "warehouse").symlink_to(released.warehouse.parent)
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    if (written := tmp_path / "kpi_by_month.csv").exists():
        text = written.read_bytes().decode("utf-8-sig").splitlines()
        assert text[0] == "period_start;kpi_name;country_code;value" and len(text) > 50
        assert re.fullmatch(r"2025-0[89]-01;[a-z_]+;\w+;(-?\d+,\d{4})?", text[-1])


@pytest.mark.parametrize("code", blocks("sql"))
def test_recipes_of_sql_run(analyst, code):
    # Ten days know no whole month of which one of them tells: they have columns, and need no rows.
    assert analyst.execute(code).description


def test_parquet_files_hold_what_the_tables_hold(released, analyst):
    folder = serving_file(released.warehouse, "analyst").parent / "parquet"
    tables = analyst.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    assert {(path.parent.name, path.stem) for path in folder.rglob("*.parquet")} == set(tables)
    for schema, table in (("kpi", "daily_sales"), ("core", "dim_product"), ("inventory", "stock_outlook")):
        read = pyarrow.parquet.read_table(folder / schema / f"{table}.parquet")
        assert read.num_rows == analyst.execute(f"select count(*) from {schema}.{table}").fetchone()[0]


# ---- Metrics


@pytest.fixture(scope="module")
def asked(released, tmp_path_factory):
    """A way to ask for metrics; the answer's rows by their first columns."""
    pytest.importorskip("metricflow", reason="the metrics group is not installed; `make test` installs it")
    folder = tmp_path_factory.mktemp("metrics")

    def ask(*arguments: str) -> list[dict[str, str]]:
        file = folder / "answer.csv"
        with pytest.MonkeyPatch.context() as patch:
            for name, value in released.environment().items():
                patch.setenv(name, value)
            patch.chdir(ROOT)
            assert metrics.main([*arguments, "--csv", str(file)]) == 0
        with open(file, encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return ask


@pytest.mark.parametrize("grain", ["day", "month"])
@pytest.mark.parametrize("by", [None, "country_code"])
def test_every_metric_is_its_mart_to_the_cent(released, asked, analyst, grain, by):
    kpis = analyst.execute("select kpi_name, has_country from kpi.kpi_definitions order by all").fetchall()
    countries = {
        "sales_day": ("orders", "net_revenue", "contribution_margin_rate", "average_order_value", "return_rate"),
        "visit_day": ("visits", "conversion_rate", "cart_abandonment_rate", "checkout_abandonment_rate"),
        "customer_purchase_day": ("active_customers", "new_customers", "repeat_rate"),
    }
    questions = (
        {None: [name for name, _ in kpis]}
        if by is None
        else {f"{entity}__{by}": list(names) for entity, names in countries.items()}
    )
    compared = {}
    for dimension, names in questions.items():
        groups = ",".join(filter(None, [f"metric_time__{grain}", dimension]))
        for row in asked("--metrics", ",".join(names), "--group-by", groups):
            for name in names:
                place = (name, row[f"metric_time__{grain}"][:10], row[dimension] if dimension else "all")
                compared[place] = row[name]
    # A value that is not known of all days is null in the mart, while a metric adds up the days that are known.
    mart = {
        (name, start.isoformat(), country): value
        for name, start, country, value in analyst.execute(
            "select kpi_name, period_start, country_code, value from kpi.kpi_by_period where period_kind = ?", [grain]
        ).fetchall()
        if value is not None
    }
    known = {place: value for place, value in compared.items() if place in mart and value != ""}
    wrong = [
        (place, value, mart[place])
        for place, value in known.items()
        if abs(Decimal(value) - mart[place]) > Decimal("0.0001")
    ]
    assert wrong == []
    # Each is compared somewhere, and where the mart knows a number, so does the metric.
    assert {name for name, *_ in known} == {name for names in questions.values() for name in names}
    wanted = {
        place for place in mart if place[0] in {name for name, *_ in known} and (place[2] == "all") is (by is None)
    }
    lacking = {place for place in wanted - set(known) if mart[place] != 0}
    assert lacking == set()


def test_saved_queries_answer(asked):
    manifest = yaml.safe_load((ROOT / "models/marts/kpi/definitions/saved_queries.yml").read_text())
    for query in manifest["saved_queries"]:
        rows = asked("--saved-query", query["name"])
        assert rows and set(query["query_params"]["metrics"]) <= set(rows[0]), query["name"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metrics", "nett_revenue"], "There is no metric nett_revenue; did you mean net_revenue"),
        (["--saved-query", "revenue"], "There is no saved query revenue"),
        (["--metrics", "orders", "--role", "auditor"], "nothing for the role auditor"),
        (["--metrics", "new_customers", "--role", "analyst"], "for builds only"),
        (["--metrics", "orders", "--group-by", "colour"], "`make metrics` lists what can be asked"),
    ],
)
def test_what_cannot_be_answered_is_told(released, asked, capsys, monkeypatch, arguments, message):
    for name, value in released.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    assert metrics.main(arguments) == 1
    assert message in " ".join(capsys.readouterr().err.split())


def test_a_warehouse_that_is_being_built_is_told(released, asked, capsys, monkeypatch):
    for name, value in released.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(ROOT)
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(released.warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as build:
        assert build.stdout.readline() == "open\n"
        assert metrics.main(["--metrics", "orders"]) == 1
        said = capsys.readouterr().err
        assert metrics.main(["--metrics", "orders", "--role", "analyst"]) == 0
        build.stdin.close()
    assert "cannot be read now" in said and "ROLE=analyst" in said


def test_without_a_warehouse_it_says_how_to_build_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("TECHCO_WAREHOUSE", str(tmp_path / "techco.duckdb"))
    monkeypatch.chdir(ROOT)
    with pytest.raises(metrics.MetricsError, match="make build"):
        metrics.file_to_read(None)
