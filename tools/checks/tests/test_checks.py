"""Each check finds what it is there for, and nothing in a project that keeps its promises."""

import pytest

from tools.checks import files, manifest, metrics


def source(**changes) -> dict:
    column = {"name": "email", "description": "Address.", "meta": {"classification": "email"}, "tags": ["pii"]}
    return {
        "source_name": "shop",
        "name": "customers",
        "columns": {"email": column},
        "config": {"loaded_at_query": "select 1"},
        **changes,
    }


BARE = {"name": "email", "description": " ", "meta": {}, "tags": ["pii"]}


@pytest.mark.parametrize(
    ("table", "found"),
    [
        (source(), []),
        (source(columns={}), ["shop.customers has no columns"]),
        (source(config={"loaded_at_query": None}), ["shop.customers has no loaded_at_query"]),
        (
            source(columns={"email": BARE}),
            [
                "shop.customers.email has no description",
                "shop.customers.email has a classification or the tag pii, not both",
            ],
        ),
    ],
)
def test_sources(table, found):
    assert manifest.undescribed_sources({"sources": {"one": table}}) == found


def node(**config) -> dict:
    return {"nodes": {"one": {"name": "fct_order", "resource_type": "model", "config": config}}}


def test_models():
    assert manifest.unclustered_models(node(materialized="incremental", cluster_by=["order_date"])) == []
    assert manifest.unclustered_models(node(materialized="incremental", cluster_by=None)) == [
        "fct_order is incremental and has no cluster_by"
    ]
    assert manifest.unowned_nodes(node(group="core")) == []
    assert manifest.unowned_nodes(node(group=None)) == ["fct_order has no group"]


def merged(key, *tests: dict, strategy: str = "merge") -> dict:
    config = {"materialized": "incremental", "incremental_strategy": strategy, "unique_key": key}
    nodes = {
        str(place): {"config": {}, "attached_node": "one", "test_metadata": test} for place, test in enumerate(tests)
    }
    return {"nodes": nodes | {"one": {"name": "quarantine_shop", "config": config}}}


@pytest.mark.parametrize(
    ("models", "found"),
    [
        (merged("a", {"name": "integrity", "kwargs": {"key": ["a"]}}), []),
        (merged("a", {"name": "unique", "kwargs": {"column_name": "a"}}), []),
        (merged(["b", "a"], {"name": "integrity", "kwargs": {"key": ["a", "b"]}}), []),
        (merged("a"), ["quarantine_shop is merged by a, which no test holds to be its key"]),
        (
            merged(["a", "b"], {"name": "integrity", "kwargs": {"key": ["a"]}}),
            ["quarantine_shop is merged by a, b, which no test holds to be its key"],
        ),
        (merged("a", strategy="replace_keys"), ["there is no model that is merged by a key"]),
    ],
)
def test_what_is_merged_by_a_key_has_it_tested(models, found):
    assert manifest.untested_keys(models) == found


def test_marts_lie_in_the_schema_of_their_folder():
    mart = {"name": "late", "resource_type": "model", "original_file_path": "models/marts/kpi/late.sql"}
    assert manifest.misplaced_marts({"nodes": {"one": mart | {"config": {"schema": "kpi"}}}}) == []
    assert manifest.misplaced_marts({"nodes": {"one": mart | {"config": {"schema": None}}}}) == [
        "late lies in models/marts/kpi/ and in the schema None"
    ]


def test_audiences_do_not_read_each_other():
    def model(folder: str, *upstream: str) -> dict:
        path = f"models/{folder}/one.sql"
        return {
            "name": folder,
            "resource_type": "model",
            "original_file_path": path,
            "depends_on": {"nodes": list(upstream)},
        }

    nodes = {
        "orders": model("marts/core/facts"),
        "totals": model("aggregates", "orders"),
        "days": model("marts/kpi", "orders", "totals"),
        "months": model("marts/kpi", "days"),
        "audit": model("marts/governance", "days"),
        "stock": model("marts/inventory", "orders", "days", "source.that.is.no.node"),
        "segments": model("marts/customers", "orders", "offers"),
        "offers": model("marts/marketing", "segments"),
    }
    assert manifest.marts_of_other_audiences({"nodes": nodes}) == [
        "marts/inventory reads marts/kpi of models/marts/kpi/",
        "marts/customers reads marts/marketing of models/marts/marketing/",
    ]


@pytest.mark.parametrize("check", [manifest.unclustered_models, manifest.unowned_nodes])
def test_a_manifest_without_models_keeps_no_promise(check):
    assert len(check({"nodes": {}})) == 1


@pytest.fixture
def project(tmp_path):
    """Macros that are called by one, two and three models, by an operation, and a part of another macro."""
    written = {
        "dbt_project.yml": "name: x",
        "macros/core/shared.sql": "{% macro shared() %}{{ part() }}{% endmacro %}{% macro part() %}{% endmacro %}",
        "macros/core/lonely.sql": "{% macro lonely() %}{% endmacro %}\n{% macro get_lonely_sql() %}{% endmacro %}",
        "macros/engine/clock.sql": "{% macro clock() %}{% endmacro %}",
        "macros/core/called.sql": "{% macro called() %}{% endmacro %}",
        "macros/operations/run.sql": "{% macro run() %}{{ called() }}{% endmacro %}",
        "models/a.sql": "{{ shared() }} {{ lonely() }} {{ clock() }}",
        "models/b.sql": "{{ shared() }} {{ lonely() }} {{ called() }}",
        "models/c.sql": "{{ shared() }}",
        "models/c.yml": "version: 2\n",
    }
    for name, text in written.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_macros_of_few_models(project, tmp_path, monkeypatch):
    assert files.rarely_called(project) == {"lonely": ["a", "b"]}
    listed = tmp_path / "exceptions.yml"
    monkeypatch.setattr(files, "EXCEPTIONS", listed)
    listed.write_text("{most_on_100_of_models: 200, slack: 500, exceptions: {}}")
    assert files.macros_of_few_models(project) == [
        "macro lonely serves only a, b: write its SQL there, or explain it in exceptions.yml"
    ]
    listed.write_text("{most_on_100_of_models: 200, slack: 500, exceptions: {lonely: because, shared: because}}")
    assert files.macros_of_few_models(project) == [
        "macro shared is no exception any more: take it out of exceptions.yml"
    ]


@pytest.mark.parametrize(
    ("most", "told"),
    [(199, "macros have 6 lines, 200 on a hundred of models, the limit is 199"), (700, "lower the limit")],
)
def test_lines_of_macros(project, tmp_path, monkeypatch, most, told):
    listed = tmp_path / "exceptions.yml"
    monkeypatch.setattr(files, "EXCEPTIONS", listed)
    listed.write_text(f"{{most_on_100_of_models: {most}, slack: 500, exceptions: {{lonely: because}}}}")
    (found,) = files.macros_of_few_models(project)
    assert told in found


def test_long_yaml(project):
    assert files.long_yaml(project) == []
    (project / "models/c.yml").write_text("a: 1\n" * 301)
    assert files.long_yaml(project) == ["models/c.yml has 301 lines, the limit is 300"]


def called(description: str, arguments: list[str], sql: str = "{% macro convert(amount, rate=none) %}") -> dict:
    macro = {
        "name": "convert",
        "package_name": "techco",
        "original_file_path": "macros/core/convert.sql",
        "description": description,
        "arguments": [{"name": name} for name in arguments],
        "macro_sql": sql,
    }
    model = {"package_name": "techco", "raw_code": "select {{ convert('a', 'b') }}"}
    return {"macros": {"one": macro}, "nodes": {"two": model}}


def test_macros_are_described():
    assert manifest.undescribed_macros(called("An amount.", ["amount", "rate"])) == []
    assert manifest.undescribed_macros(called(" ", ["amount"])) == [
        "macro convert is called by models and has no description in macros/core/",
        "macro convert has the arguments ['amount', 'rate'] and is described with ['amount']",
    ]
    uncalled = called("", [])
    uncalled["nodes"] = {}
    assert manifest.undescribed_macros(uncalled) == []


SEMANTICS = """
semantic_models:
  - {name: visits, model: ref('daily_web'), measures: [{name: visit_count, agg: sum, create_metric: true}]}
metrics:
  - name: visits
    description: Visits.
    type: simple
    type_params: {measure: visit_count}
    config: {group: insight, meta: {unit: visits, direction: up}}
"""
READ = {"semantic_models": [{"name": "visits"}], "metrics": [{"name": "visits"}, {"name": "visit_count"}]}


@pytest.mark.parametrize(
    ("written", "read", "found"),
    [
        (SEMANTICS, READ, []),
        (
            SEMANTICS,
            {"semantic_models": [], "metrics": []},
            [
                "visits is in models/marts/kpi/definitions, and dbt has not read it",
                "visits is in models/marts/kpi/definitions, and dbt has not read it",
                "2 metrics are declared, and dbt has read 0",
            ],
        ),
        (
            SEMANTICS.replace("direction: up", "direction: high")
            .replace("group: insight, ", "")
            .replace("Visits.", ""),
            READ,
            [
                "metric visits has no group",
                "metric visits has no description",
                "metric visits has the direction high; expected up or down",
            ],
        ),
    ],
)
def test_kpis(tmp_path, written, read, found):
    folder = tmp_path / metrics.DEFINITIONS
    folder.mkdir(parents=True)
    (folder / "web.yml").write_text(written.replace("description: \n", "description: ''\n"))
    assert metrics.lost_kpis(tmp_path, read) == found


def test_a_project_without_kpis_is_found(tmp_path):
    empty = {"semantic_models": [], "metrics": []}
    assert metrics.lost_kpis(tmp_path, empty) == ["there is no KPI in models/marts/kpi/definitions"]


def described(**changes) -> dict:
    """A manifest in which everything says what it is, but for the changes."""
    macro = {"name": "mask", "package_name": "techco", "original_file_path": "no.sql", "arguments": []}
    return {
        "nodes": {"one": {"name": "sales", "columns": {"day": {"name": "day", "description": "The day."}}}},
        "macros": {"one": {**macro, "description": "Hides a value."}},
        "metrics": {"one": {"name": "orders", "description": "Orders."}},
        "semantic_models": {"one": {"name": "visits", "description": "Visits."}},
        "exposures": {"one": {"name": "today", "description": "How do we do?"}},
        "groups": {"one": {"name": "core", "description": "Facts."}},
        **changes,
    }


@pytest.mark.parametrize("kind", ["macros", "metrics", "semantic_models", "exposures", "groups"])
def test_whatever_is_declared_has_a_description(kind):
    assert manifest.undescribed(described()) == []
    silent = {"one": {**described()[kind]["one"], "description": ""}}
    (found,) = manifest.undescribed(described(**{kind: silent}))
    assert "has no description" in found and silent["one"]["name"] in found


def test_declared_columns_have_a_description():
    nodes = {"one": {"name": "sales", "columns": {"day": {"name": "day", "description": " "}}}}
    assert manifest.undescribed(described(nodes=nodes)) == ["column sales.day has no description"]
