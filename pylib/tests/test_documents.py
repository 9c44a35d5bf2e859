"""What the documentation is made of: meanings and ways of columns, questions; and what is said where some lack."""

import json
import os
from pathlib import Path

import duckdb
import pytest
from techco.documents import browser, catalog, questions, site, slides
from techco.documents.column_lineage import trace
from techco.documents.questions import Question, QuestionError, read_questions


def model(name: str, sql: str, reads: list[str], path: str = "models/x.sql", **descriptions: str) -> dict:
    """A model of the manifest."""
    columns = {column: {"name": column, "description": text, "meta": {}} for column, text in descriptions.items()}
    return {
        "unique_id": f"model.shop.{name}", "resource_type": "model", "name": name, "schema": "core", "columns": columns,
        "description": f"One row per {name}.", "original_file_path": path, "depends_on": {"nodes": reads},
        "compiled_code": sql, "config": {"group": "core", "meta": {}}, "docs": {"node_color": "#2e7d32"},
    }  # fmt: skip


@pytest.fixture
def artifacts():
    """Landed orders, their base, and a day's sum of them that is shown again."""
    source = {
        "unique_id": "source.shop.shop.orders", "resource_type": "source", "source_name": "shop", "name": "orders",
        "description": "One row per order.", "original_file_path": "s.yml", "config": {"meta": {"owner": "shop"}},
        "columns": {
            "amount": {"name": "amount", "description": "What it costs.", "meta": {}},
            "email": {
                "name": "email",
                "description": "Where.",
                "data_type": "varchar",
                "meta": {"classification": "email"},
            },
        },
    }  # fmt: skip
    base = model("base_shop__orders", "select 1", ["source.shop.shop.orders"], "models/staging/shop/base/b.sql")
    days = model(
        "days",
        """
        select
            day, amount, sum(amount) over (partition by day order by amount) as total,
            count(case when state = 'paid' then 1 end) as paid, row_number() over (order by day) as place,
            (select max(amount) from core.base_shop__orders) as most, 1 as one
        from core.base_shop__orders
        """,
        ["model.shop.base_shop__orders"],
    )
    shown = model("shown", "select total, paid as paid_orders from core.days", ["model.shop.days"], total="The sum.")
    columns = {
        "source.shop.shop.orders": ["amount"],
        "model.shop.base_shop__orders": ["amount", "day", "state", "_file"],
        # As Snowflake names them.
        "model.shop.days": ["DAY", "AMOUNT", "TOTAL", "PAID", "PLACE", "MOST", "ONE"],
        "model.shop.shown": ["total", "paid_orders"],
    }
    tables = {
        name: {
            "metadata": {"schema": "raw" if name.startswith("source") else "core", "name": name.split(".")[-1]},
            "columns": {column: {"index": place, "type": "BIGINT"} for place, column in enumerate(names)},
        }
        for name, names in columns.items()
    }
    manifest = {
        "metadata": {"adapter_type": "duckdb", "project_name": "shop", "generated_at": "2025-01-01T00:00:00Z"},
        "nodes": {node["unique_id"]: node for node in (base, days, shown)},
        "sources": {source["unique_id"]: source},
        "groups": {"core": {"name": "core", "owner": {"name": "Core"}}},
        **{kind: {} for kind in ("macros", "metrics", "semantic_models", "exposures", "unit_tests")},
    }
    sources = {name: table for name, table in tables.items() if name.startswith("source")}
    return manifest, {"sources": sources, "nodes": {name: tables[name] for name in tables.keys() - sources.keys()}}


PROJECT = {"vars": {"bookkeeping": {"_file": {"description": "File of the row."}}, "privacy": {"mart_forms": {}}}}


def test_a_column_is_made_of_what_its_value_is_worked_out_of(artifacts):
    parents = trace(*artifacts).parents
    made_of = {
        name: {parent[1] for parent in made} for (node, name), made in parents.items() if node == "model.shop.days"
    }
    assert made_of == {
        "day": {"day"},
        "amount": {"amount"},
        # Neither what it runs along, nor what parts it.
        "total": {"amount"},
        # A condition decides what is counted, and an order what is first.
        "paid": {"state"},
        "place": {"day"},
        "most": {"amount"},
        "one": set(),
    }
    assert parents["model.shop.base_shop__orders", "amount"] == [("source.shop.shop.orders", "amount")]
    assert trace(*artifacts).children()["model.shop.days", "total"] == [("model.shop.shown", "total")]


def test_a_column_means_what_it_is_made_of_or_what_it_is_shown_as(artifacts):
    read = catalog.read_catalog(*artifacts, PROJECT)
    meaning = {
        f"{relation.name}.{column.name}": column.description
        for relation in read.relations.values()
        for column in relation.columns.values()
    }
    assert meaning["days.amount"] == meaning["base_shop__orders.amount"] == "What it costs."
    assert meaning["base_shop__orders._file"] == "File of the row."
    assert meaning["days.total"] == "The sum."
    undescribed = {name for name, text in meaning.items() if not text}
    assert undescribed == {
        *("base_shop__orders.day", "base_shop__orders.state", "shown.paid_orders"),
        *("days.day", "days.paid", "days.place", "days.most", "days.one"),
    }
    assert {name.removeprefix("core.") for name in read.undescribed()} == undescribed


def test_what_lands_as_one_document_has_the_columns_of_its_contract(artifacts):
    orders = catalog.read_catalog(*artifacts, PROJECT).relations["source.shop.shop.orders"]
    shown = {name: (column.data_type, column.classification) for name, column in orders.columns.items()}
    assert shown == {"amount": ("bigint", None), "email": ("varchar", "email")}


def test_a_macro_is_described_by_the_comment_that_it_begins_with(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("m.sql").write_text(
        "{#- First, in two\n    lines. -#}\n{% macro first(x) %}{% endmacro %}\n\n"
        "{% macro second() %}{#- Inside. -#}{% endmacro %}\n{% macro third() %}{% endmacro %}\n"
        "{% test fourth(model) %}{#- A test. -#}{% endtest %}"
    )
    names = ("first", "second", "third", "test_fourth", "duckdb__third")
    macros = [
        {"name": name, "original_file_path": "m.sql", "description": "", "arguments": [], "package_name": "shop"}
        for name in names
    ]
    said = [catalog.read_macro(macro).description for macro in macros]
    assert said == ["First, in two lines.", "Inside.", "", "A test.", "third() on duckdb."]


def test_the_site_says_what_is_missing(tmp_path, monkeypatch, capsys, artifacts):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TECHCO_WAREHOUSE", str(tmp_path / "w.duckdb"))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    assert site.main([]) == 1
    assert "There is no warehouse at" in (said := capsys.readouterr().err) and "make build" in said
    duckdb.connect(str(tmp_path / "w.duckdb")).close()
    assert site.main([]) == 1
    assert "was not built whole; run `make build` first" in capsys.readouterr().err
    assert site.main(["--written"]) == 1
    assert "manifest.json" in (said := capsys.readouterr().err) and "dbt docs generate" in said
    manifest, built = artifacts
    Path("dbt_project.yml").write_text(json.dumps(PROJECT))
    Path("manifest.json").write_text(json.dumps(manifest).replace("compiled_code", "code"))
    Path("catalog.json").write_text(json.dumps(built))
    monkeypatch.setattr(site, "read_runs", lambda warehouse: catalog.Runs({}, {}))
    assert site.main(["--written"]) == 1
    assert "is not compiled, as after `dbt parse`: run `dbt docs generate` again" in capsys.readouterr().err
    Path("manifest.json").write_text(json.dumps(manifest))
    Path("catalog.json").write_text(json.dumps({**built, "nodes": {}}))
    assert site.main(["--written"]) == 1
    said = capsys.readouterr().err
    assert "The warehouse holds 0 of 3 models" in said and "run `make build` first" in said


def test_a_word_of_the_glossary_means_a_column(tmp_path, monkeypatch, artifacts):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    read = catalog.read_catalog(*artifacts, PROJECT)
    site.GLOSSARY.write_text("Turnover: core.shown.total\n")
    (word,) = site.read_words(read)
    assert (word["meaning"], word["page"]) == ("The sum.", "tables/core.shown.html#total")
    site.GLOSSARY.write_text("Turnover: core.shown.sum\n")
    with pytest.raises(site.SiteError, match=r"'Turnover' is to mean what core.shown.sum means, and there is no such"):
        site.read_words(read)


CHAPTERS = """# Two questions

## Commerce

Those who sell.

Role: `analyst` · Schemas: `kpi`, `core`

### 1. How much?

In euros.

```sql
select total from kpi.days where day in (select max(day) from core.calendar)
```

### 2. Who?

Role: `dpo`

```sql
select * from duckdb_columns()
```
"""


def test_questions_are_read(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / questions.QUESTIONS).write_text(CHAPTERS)
    (audience,) = read_questions(tmp_path)
    assert (audience.name, audience.purpose, audience.schemas) == ("Commerce", "Those who sell.", ["kpi", "core"])
    first, second = audience.questions
    assert (first.number, first.title, first.remark, first.role) == (1, "How much?", "In euros.", "analyst")
    assert first.tables == ["core.calendar", "kpi.days"] and second.tables == [] and second.role == "dpo"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (CHAPTERS.replace("Role: `analyst` · ", ""), "chapter Commerce: there is no line such as Role:"),
        (
            CHAPTERS.replace("### 1. How", "### How"),
            "'How much\\?': expected a number, a question, and one block of SQL",
        ),
        (CHAPTERS.replace("```sql\nselect *", "```\nselect *"), "'2. Who\\?': expected a number"),
    ],
)
def test_a_question_that_cannot_be_read_says_why(tmp_path, wrong, says):
    (tmp_path / "docs").mkdir()
    (tmp_path / questions.QUESTIONS).write_text(wrong)
    with pytest.raises(QuestionError, match=says):
        read_questions(tmp_path)


def test_without_a_release_or_a_role_it_is_said_what_to_do(tmp_path):
    question = Question(1, "How much?", "", "buyer", "select 1 from kpi.days")
    warehouse = tmp_path / "techco.duckdb"
    with pytest.raises(QuestionError, match=r"no release in .*: run `make publish`, after `make build`"):
        questions.answer(question, warehouse)
    release = tmp_path / "releases" / "1" / "analyst"
    release.mkdir(parents=True)
    (tmp_path / "releases" / "current").symlink_to("1")
    with pytest.raises(QuestionError, match=r"The role buyer has no release .* those that have one: analyst"):
        questions.answer(question, warehouse)
    release.rename(release.with_name("buyer"))
    duckdb.connect(str(release.with_name("buyer") / "serving.duckdb")).close()
    with pytest.raises(QuestionError, match=r"is older than docs/questions.md: `make build`, `make publish`"):
        questions.answer(question, warehouse)


@pytest.mark.parametrize(("asked", "code", "says"), [([], 0, "1  How much?"), (["3"], 1, "There is no question 3")])
def test_questions_are_listed(tmp_path, monkeypatch, capsys, asked, code, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    questions.QUESTIONS.write_text(CHAPTERS)
    monkeypatch.setattr("sys.argv", ["ask", *asked])
    assert questions.main() == code
    assert says in "".join(capsys.readouterr())


def test_without_a_browser_it_is_said_how_to_get_one(monkeypatch):
    monkeypatch.setenv("TECHCO_BROWSER", "/nowhere/chromium")
    with pytest.raises(
        browser.BrowserError, match=r"TECHCO_BROWSER names /nowhere/chromium, which is no program. Install"
    ):
        browser.find_browser()
    monkeypatch.delenv("TECHCO_BROWSER")
    monkeypatch.setattr(browser, "PLACES", ())
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(browser.BrowserError, match=r"No Chromium or Chrome was found. Install one .*apt-get install"):
        browser.Browser()


# ---- Slides


def drawn(name: str, path: str, description: str, *reads: str) -> dict:
    """A model of the manifest, as diagrams read it."""
    node = {"resource_type": "model", "name": name, "original_file_path": path, "description": description, "docs": {}}
    return {**node, "depends_on": {"nodes": list(reads)}}


MANIFEST = {
    "nodes": {
        "a": drawn("a", "models/marts/core/a.sql", "One row per a."),
        "b": drawn("b", "models/marts/kpi/b.sql", "One row per b: more.", "a"),
    },
    **{kind: {} for kind in ("sources", "metrics", "unit_tests")},
}


@pytest.fixture
def told(tmp_path):
    """A project with one file of evidence; makes slides of a text."""
    (tmp_path / "docs" / "evidence").mkdir(parents=True)
    (tmp_path / "dbt_project.yml").write_text("vars: {privacy: {roles: {}, classes: {}, regimes: {}}}")
    measured = {"results": [{"seconds": 512.9, "rows": 68697517}], "summary": {"kills": {"passed": 20, "rounds": 20}}}
    (tmp_path / "docs" / "evidence" / "bench.json").write_text(json.dumps(measured))

    def tell(text: str) -> str:
        (tmp_path / "docs" / "slides.md").write_text(text)
        return slides.slides(tmp_path, MANIFEST)

    return tell


def test_a_slide_shows_what_was_measured_and_says_where(told):
    page = told(
        "# Fast\n\n{{ evidence('bench', 'results.0.seconds', '{:.0f} s') }}, {{ rounds('bench', 'kills') }}\n\n"
        "# Next\n\nNothing was measured.\n"
    )
    first, second = page.split("<section")[1:]
    assert "<p>513 s, 20 of 20</p>" in first and "measured: bench.json" in first and "1 / 2" in first
    assert "measured:" not in second


def test_a_slide_has_text_lists_tables_and_columns(told):
    page = told(
        "# A `b`\n\n:::\n- one\n  more\n- **two**\n+++\n| x | y |\n|---|---|\n| 1 | 2 < 3 |\n:::\n\n> Say so.\n"
    )
    assert "<h1>A <code>b</code></h1>" in page
    assert (
        '<div class="columns"><div>\n<ul><li>one more</li><li><b>two</b></li></ul>\n</div><div>\n<table class="">'
        in page
    )
    assert "<td>2 &lt; 3</td>" in page and '<p class="statement">Say so.</p>' in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# A\n\n{{ evidence('bench', 'results.1.seconds') }}", r"bench.json has no results.1.seconds \(IndexError"),
        ("# A\n\n{{ evidence('none', 'results') }}", r"none.json has no results \(FileNotFoundError"),
        ("# A\n\n{{ way(['b', 'a']) }}", "a does not read b: draw another way"),
        ("# A\n\n{{ graph() }}", "slide 1: 'graph' is undefined"),
    ],
)
def test_slides_invent_nothing(told, text, says):
    with pytest.raises(slides.SlidesError, match=says):
        told(text)


def test_slides_say_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    assert slides.main(["--out", str(tmp_path / "out")]) == 1
    assert "run `dbt parse` first" in capsys.readouterr().err


def test_without_a_browser_there_are_slides_and_no_pdf(told, tmp_path, monkeypatch, capsys):
    told("# A\n\nText.\n")
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    monkeypatch.setenv("TECHCO_BROWSER", "/nowhere/chromium")
    assert slides.main(["--out", "out"]) == 1
    assert "Install one" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["index.html"]


def test_a_dashboard_is_shown_with_what_it_reads(tmp_path, monkeypatch, artifacts):
    manifest, built = artifacts
    manifest["exposures"]["exposure.shop.today"] = {
        "name": "today", "label": "Today", "description": "How do we do?", "type": "dashboard", "url": "http://localhost:1/",
        "owner": {"name": "Finance"}, "depends_on": {"nodes": ["model.shop.shown"]},
    }  # fmt: skip
    read = catalog.read_catalog(manifest, built, PROJECT)
    monkeypatch.chdir(tmp_path)
    for folder in ("docs", "seeds"):
        Path(folder).mkdir()
    questions.QUESTIONS.write_text(CHAPTERS.replace("kpi.days", "core.shown"))
    site.SEGMENTS.write_text("segment_name,meaning,action\nloyal,Comes back.,Keep.\n")
    read.privacy.update(roles={}, classes={})
    site.write_site(Path("site"), read, read_questions(), [], "now")
    start, page, audience = (
        Path("site", name).read_text() for name in ("index.html", "tables/core.shown.html", "audiences/commerce.html")
    )
    assert 'id="exposure-today"' in start and 'href="http://localhost:1/"' in start and "Finance" in start
    assert 'href="../index.html#exposure-today">Today</a>' in page and "How much?" in page
    assert "How do we do?" in audience and "core.shown" in audience
    silent = {**manifest["exposures"]["exposure.shop.today"], "description": ""}
    manifest["exposures"]["exposure.shop.today"] = silent
    assert "exposure today" in catalog.read_catalog(manifest, built, PROJECT).undescribed()
