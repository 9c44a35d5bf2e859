"""Dashboards without the BI tool: what is declared fits the marts, each role gets its own, bad input is told."""

import json
import re
import shutil
import socket
from pathlib import Path

import duckdb
import pytest
import yaml
from techco.dashboards import exposures, serve, style
from techco.dashboards.declared import DashboardError, load
from techco.dashboards.kpis import read_kpis
from techco.dashboards.shapes import Shapes
from techco.dashboards.superset import Bundle, asset
from techco.serving.releases import ReleaseError

REPOSITORY = Path(__file__).parents[2]
ROLES = yaml.safe_load((REPOSITORY / "dbt_project.yml").read_text())["vars"]["privacy"]["roles"]


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """What is declared, and what it is made of."""
    return Bundle(load(REPOSITORY), read_kpis(REPOSITORY), Shapes(REPOSITORY), "EUR")


@pytest.fixture(scope="module")
def assets(bundle) -> dict[str, dict]:
    """What each role is shown."""
    return {
        role: bundle.assets(role, bundle.marts_in(set(entry["schemas"])), "duckdb://", {})
        for role, entry in ROLES.items()
    }


def test_the_pages_that_the_audiences_ask_for_are_there(bundle):
    assert [page.title for page in bundle.declared.dashboards] == [
        "Today",
        "Sales",
        "Customers",
        "Inventory",
        "Marketing",
        "Service and voice of the customer",
        "Data quality and freshness",
    ]


def test_titles_are_questions(bundle):
    titles = [chart.title for page in bundle.declared.dashboards for chart in page.all_charts]
    assert [title for title in titles if "?" not in title] == []


def test_every_dataset_fits_the_marts(bundle):
    for dataset in bundle.declared.datasets.values():
        columns = bundle.columns(dataset.name)
        assert dataset.time is None or columns[dataset.time].type == "date"
        assert {*dataset.labels, *dataset.units} - {*columns} == set(), dataset.name


def test_the_personal_schema_is_on_no_dashboard(bundle):
    schemas = {mart.split(".")[0] for page in bundle.declared.dashboards for mart in bundle.declared.marts_of(page)}
    assert schemas <= {"core", "kpi", "customers", "inventory", "marketing", "service", "governance"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_shown_what_its_schemas_hold_and_over_its_own_connection(assets, bundle, role):
    own = assets[role]
    allowed = set(ROLES[role]["schemas"])
    databases = [entry for name, entry in own.items() if name.startswith("databases/")]
    assert [entry["database_name"] for entry in databases] == [f"TechCo as {role}"]
    for name, entry in own.items():
        if name.startswith("datasets/"):
            assert entry["database_uuid"] == asset(role, "database", role)
            marts = bundle.declared.datasets[Path(name).stem].marts
            assert {mart.split(".")[0] for mart in marts} <= allowed
    pages = {Path(name).stem for name in own if name.startswith("dashboards/")}
    assert ("customers" in pages) is ("customers" in allowed)
    assert ("inventory" in pages) is ("inventory" in allowed)


def test_two_roles_share_nothing(assets):
    ids = [entry["uuid"] for own in assets.values() for entry in own.values()]
    assert len(ids) == len(set(ids)) > 300


def test_every_chart_and_filter_stands_on_its_page(assets):
    for own in assets.values():
        charts = {entry["uuid"] for name, entry in own.items() if name.startswith("charts/")}
        placed = set()
        for name, page in own.items():
            if not name.startswith("dashboards/"):
                continue
            parts = page["position"]
            placed |= {
                part["meta"]["uuid"] for part in parts.values() if isinstance(part, dict) and part["type"] == "CHART"
            }
            for row in parts.values():
                if isinstance(row, dict) and row["type"] == "ROW":
                    assert sum(parts[child]["meta"]["width"] for child in row["children"]) <= 12
            for one in page["metadata"]["native_filter_configuration"]:
                for target in one["targets"]:
                    if target:
                        assert f"datasets/{name.split('/')[1]}/" in " ".join(own)
                        dataset = next(entry for entry in own.values() if entry["uuid"] == target["datasetUuid"])
                        assert target["column"]["name"] in {column["column_name"] for column in dataset["columns"]}
        assert placed == charts


def test_filters_are_by_period_country_and_channel(bundle):
    filters = {page.name: {one.column or one.kind for one in page.filters} for page in bundle.declared.dashboards}
    for name in ("sales", "customers", "marketing"):
        assert filters[name] == {"period", "country_code", "channel"}


def test_exposures_are_what_is_declared():
    made = (REPOSITORY / exposures.FILE).read_text(encoding="utf-8")
    assert made == exposures.exposures(load(REPOSITORY), REPOSITORY)


def luminance(colour: str) -> float:
    """Of a colour, by WCAG 2.2."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def seen_without_red_or_green(colour: str, kind: str) -> tuple[float, float, float]:
    """A colour as people see it who lack a kind of cone (Machado, Oliveira and Fernandes, 2009, severity 1)."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    rows = {
        "protan": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
        "deutan": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    }[kind]
    return tuple(a * red + b * green + c * blue for a, b, c in rows)


@pytest.mark.parametrize("kind", ["protan", "deutan"])
def test_the_first_six_colours_are_told_apart_without_red_or_green(kind):
    seen = [seen_without_red_or_green(colour, kind) for colour in style.PALETTE[:6]]
    nearest = min(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        for place, one in enumerate(seen)
        for other in seen[:place]
    )
    # Red and green of the same strength, told for comparison, are less than 20 apart.
    assert nearest > 25


def test_the_field_of_numbers_grows_darker():
    steps = [luminance(colour) for colour in style.SEQUENTIAL]
    assert steps == sorted(steps, reverse=True)


@pytest.mark.parametrize(
    ("value", "unit", "metric", "text"),
    [
        (1234567.8, "currency", "", "€ 1,234,568"),
        (0.7143, "currency", "cost_per_visit", "€ 0.71"),
        (0.0345, "share", "", "3.5%"),
        (36.44, "hours", "", "36.4"),
        (None, "number", "", "N/A"),
    ],
)
def test_numbers_are_read_with_their_unit(value, unit, metric, text):
    assert style.shown(value, unit, "€", metric) == text


# ---- Bad input


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project that a test may spoil, with an installed Superset as far as anybody looks."""
    for name in ("dashboards", "models"):
        shutil.copytree(
            REPOSITORY / name, tmp_path / name, ignore=shutil.ignore_patterns("*.sql", "*.py", "__pycache__")
        )
    shutil.copy(REPOSITORY / "dbt_project.yml", tmp_path)
    (tmp_path / ".venv-dashboards" / "bin").mkdir(parents=True)
    (tmp_path / ".venv-dashboards" / "bin" / "gunicorn").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TECHCO_WAREHOUSE", str(tmp_path / "warehouse" / "techco.duckdb"))
    monkeypatch.delenv("TECHCO_DASHBOARDS_URL", raising=False)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("TECHCO_DASHBOARDS_PORT", str(probe.getsockname()[1]))
    return tmp_path


def release(project: Path, *roles: str) -> None:
    """Make a release of these roles current."""
    for role in roles:
        folder = project / "warehouse" / "releases" / "one" / role
        folder.mkdir(parents=True)
        duckdb.connect(str(folder / "serving.duckdb")).close()
    (project / "warehouse" / "releases" / "current").symlink_to("one")


def test_without_a_release_it_says_how_to_publish_one(project, capsys):
    assert serve.main() == 1
    said = capsys.readouterr().err
    assert "There is no release" in said and "make publish" in said


def test_a_port_that_is_taken_is_told_with_another_one(project, capsys, monkeypatch):
    release(project, "analyst")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("TECHCO_DASHBOARDS_PORT", str(port))
        assert serve.main() == 1
    assert f"Port {port} is taken" in (said := capsys.readouterr().err) and f"PORT={port + 1}" in said


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_a_port_that_is_none_is_told(project, capsys, monkeypatch, port):
    monkeypatch.setenv("TECHCO_DASHBOARDS_PORT", port)
    assert serve.main() == 1
    assert f"PORT is {port}" in capsys.readouterr().err


def test_a_role_without_a_release_is_told_and_the_others_are_served(project, capsys):
    release(project, "analyst", "dpo", "marketing", "support")
    state = serve.prepare_state(project / "warehouse" / "techco.duckdb")
    said = capsys.readouterr().err
    assert "No dashboards for buyer" in said and "make publish" in said
    assert set(json.loads((state / "logins.json").read_text())) == {"analyst", "dpo", "marketing", "support", "admin"}
    assert not any("/buyer" in name for name in json.loads((state / "assets.json").read_text()))


def test_no_role_with_a_release_is_told(project):
    release(project, "auditor")
    with pytest.raises(ReleaseError, match="No role has a release"):
        serve.prepare_state(project / "warehouse" / "techco.duckdb")


def test_without_superset_it_says_how_to_install_it(project, capsys):
    shutil.rmtree(project / ".venv-dashboards")
    assert serve.main() == 1
    assert "make dashboards" in capsys.readouterr().err


def test_logins_and_keys_are_their_owners_only_and_stay(project):
    release(project, *ROLES)
    warehouse = project / "warehouse" / "techco.duckdb"
    state = serve.prepare_state(warehouse)
    key = serve.environment_of(state)["TECHCO_DASHBOARDS_SECRET"]
    first = (state / "logins.json").read_text()
    assert serve.prepare_state(warehouse) == state and (state / "logins.json").read_text() == first
    assert serve.environment_of(state)["TECHCO_DASHBOARDS_SECRET"] == key
    assert [path.name for path in (state, *state.iterdir()) if path.stat().st_mode & 0o077] == []


def test_a_release_is_opened_to_be_read_and_nothing_else(project):
    release(project, "analyst")
    warehouse = project / "warehouse" / "techco.duckdb"
    other = project / "warehouse" / "other.duckdb"
    duckdb.connect(str(other)).close()
    url, engine = serve.connection(warehouse, "analyst", "")
    assert url.endswith("/releases/current/analyst/serving.duckdb")
    arguments = engine["connect_args"]
    with duckdb.connect(url.removeprefix("duckdb:///"), **arguments) as connection:
        for attempt in (
            "create table made (x int)",
            f"attach '{other}'",
            "from read_text('/etc/hostname')",
            "copy (select 1) to 'x.csv'",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(attempt)


def test_snowflake_takes_the_place_of_the_release_by_one_address(project, monkeypatch):
    address = "snowflake://REPORTING@account/TECHCO?warehouse=TECHCO_REPORTING&role=TECHCO_{ROLE}"
    monkeypatch.setenv("TECHCO_DASHBOARDS_URL", address)
    state = serve.prepare_state(project / "warehouse" / "techco.duckdb")
    made = json.loads((state / "assets.json").read_text())
    addresses = {name: entry["sqlalchemy_uri"] for name, entry in made.items() if name.startswith("databases/")}
    assert addresses == {f"databases/{role}.yaml": address.replace("{ROLE}", role.upper()) for role in ROLES}


@pytest.mark.parametrize(
    ("file", "before", "after", "message"),
    [
        ("declared/sales.yml", "dataset: sales\n", "dataset: slaes\n", "slaes.*datasets.yml"),
        ("declared/sales.yml", "metrics: [net_revenue]", "metrics: [nett_revenue]", "nett_revenue.*has the metrics"),
        ("declared/sales.yml", "kind: number", "kind: gauge", "gauge"),
        ("declared/sales.yml", "    width: 3", "    widht: 3", "widht"),
        ("datasets.yml", "from kpi.daily_sales\n  kpis", "from kpi.daily_sale\n  kpis", "Dataset sales .*does not fit"),
    ],
)
def test_a_mistake_in_the_declaration_is_named(project, file, before, after, message):
    path = project / "dashboards" / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))
    with pytest.raises(DashboardError, match=re.compile(message, re.DOTALL)):
        bundle = Bundle(load(), read_kpis(), Shapes(), "EUR")
        for dataset in bundle.declared.datasets:
            bundle.columns(dataset)


def test_a_connection_after_a_swap_sees_the_next_release_though_another_is_open(tmp_path):
    for number, name in enumerate(("one", "two"), start=1):
        (tmp_path / name).mkdir()
        with duckdb.connect(str(tmp_path / name / "serving.duckdb")) as made:
            made.execute(f"create table shown as select {number} as number from range(100000)")
    current = tmp_path / "current"
    current.symlink_to("one")
    open_one = duckdb.connect(str(current / "serving.duckdb"), read_only=True)
    reading = open_one.execute("select number from shown")
    assert reading.fetchmany(10) == [(1,)] * 10
    (tmp_path / "next").symlink_to("two")
    (tmp_path / "next").rename(current)
    with duckdb.connect(str(current / "serving.duckdb"), read_only=True) as later:
        assert later.execute("select distinct number from shown").fetchall() == [(2,)]
    shutil.rmtree(tmp_path / "one")
    assert set(reading.fetchall()) == {(1,)}
    open_one.close()


def test_every_chart_over_time_obeys_the_period(bundle):
    for page in bundle.declared.dashboards:
        for chart in page.all_charts:
            dataset = bundle.declared.datasets[chart.dataset]
            filters = bundle.chart("analyst", page, chart)["params"]["adhoc_filters"]
            ranges = [one["subject"] for one in filters if one.get("operator") == "TEMPORAL_RANGE"]
            assert ranges == ([dataset.time] if dataset.time else []), f"{page.name}.{chart.name}"
