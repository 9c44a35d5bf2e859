"""`make docs`: the documentation site, one folder that opens from disk and asks nobody for anything.

Everything in it is made of what dbt wrote (manifest.json, catalog.json), the registry in dbt_project.yml,
docs/questions.md and docs/glossary.yml. It ends with exit code 1 where anything has no description.
"""

import argparse
import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from techco.command import run
from techco.contract.raw_contract import ContractError, read_yaml
from techco.documents.catalog import Catalog, Relation, Runs, add_runs, by_layer, read_catalog, read_runs
from techco.documents.dbt_pages import PageError, dbt_page
from techco.documents.questions import Audience, Question, QuestionError, read_questions
from techco.privacy.lineage import LineageError
from techco.settings import warehouse_file

SITE = Path("site")
GLOSSARY = Path("docs") / "glossary.yml"
SEGMENTS = Path("seeds") / "segment_definitions.csv"
TEMPLATES = Path(__file__).with_name("templates")
CODE = re.compile(r"`([^`]+)`")
# What stands in a description, or in a remark: [words](place).
LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class SiteError(Exception):
    """The site cannot be made; the message says why, and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Let dbt describe the warehouse, and write the site."""
    parser = argparse.ArgumentParser(prog="python -m techco.documents.site", description=__doc__.splitlines()[0])
    parser.add_argument("--written", action="store_true", help="take what `dbt docs generate` wrote, as of Snowflake")
    parser.add_argument("--out", type=Path, default=SITE, help="the folder of the site (default: site)")
    options = parser.parse_args(arguments)
    written, site = options.written, options.out
    try:
        if written:
            manifest, artifact = read_artifacts(target_folder())
            is_duckdb = manifest["metadata"]["adapter_type"] == "duckdb"
            runs = runs_of(warehouse_file()) if is_duckdb else None
        else:
            # Before dbt, which keeps the file to itself, and makes one where there is none.
            runs = runs_of(warehouse_file())
            generate()
            manifest, artifact = read_artifacts(target_folder())
        catalog = read_catalog(manifest, artifact, read_yaml(Path("dbt_project.yml")))
        if runs:
            add_runs(catalog, runs)
        write_site(site, catalog, read_questions(), read_words(catalog), state_of(manifest, runs))
        write(site / "dbt" / "index.html", dbt_page(manifest, artifact, catalog))
    except (SiteError, ContractError, LineageError, QuestionError, PageError) as error:
        print(error, file=sys.stderr)
        return 1
    missing = catalog.undescribed()
    if missing:
        print("\n".join(f"{name} has no description" for name in missing), file=sys.stderr)
        print(f"{len(missing)} descriptions are missing; open {site / 'index.html'}", file=sys.stderr)
        return 1
    print(f"{catalog.size()}, all described\nopen {site / 'index.html'}")
    return 0


def runs_of(warehouse: Path) -> Runs:
    """What a warehouse says of itself; raises SiteError."""
    if not warehouse.exists():
        raise SiteError(f"There is no warehouse at {warehouse}; run `make build` first, or set TECHCO_WAREHOUSE.")
    try:
        return read_runs(warehouse)
    except duckdb.CatalogException as error:
        raise SiteError(f"The warehouse {warehouse} was not built whole; run `make build` first: {error}") from error
    except duckdb.IOException as error:
        raise SiteError(f"The warehouse {warehouse} is in use; wait for the end of the build: {error}") from error


def generate() -> None:
    """Let dbt write manifest.json and catalog.json; raises SiteError."""
    # To import dbt takes seconds, which a message about a missing warehouse does not need.
    from dbt.cli.main import dbtRunner

    if not dbtRunner().invoke(["--quiet", "docs", "generate"]).success:
        raise SiteError("`dbt docs generate` failed, see above; the site before it stays.")


def state_of(manifest: dict[str, Any], runs: Runs | None) -> str:
    """As of when the site is, in words."""
    made = f"Made {manifest['metadata']['generated_at'][:16].replace('T', ' ')} UTC"
    if runs:
        return f"{made}, with tests and freshness as of the last build."
    return f"{made}. How fresh marts are, governance.mart_freshness says."


def target_folder() -> Path:
    """Where dbt writes."""
    return Path(os.environ.get("DBT_TARGET_PATH", "target"))


def read_artifacts(target: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """manifest.json and catalog.json; raises SiteError where they are missing, or the warehouse was empty."""
    try:
        manifest, catalog = (json.loads((target / f"{name}.json").read_bytes()) for name in ("manifest", "catalog"))
    except (OSError, json.JSONDecodeError) as error:
        raise SiteError(f"{error}. Run `dbt docs generate` first, in the folder of the project.") from error
    expected = [name for name, node in manifest["nodes"].items() if node["resource_type"] == "model"]
    missing = [name.split(".")[-1] for name in expected if name not in catalog["nodes"]]
    if missing:
        raise SiteError(
            f"The warehouse holds {len(expected) - len(missing)} of {len(expected)} models, and the site shows what is "
            f"there: run `make build` first. Missing: {', '.join(sorted(missing)[:5])}"
            + (" …" if len(missing) > 5 else "")
        )
    return manifest, catalog


def read_words(catalog: Catalog) -> list[dict[str, str]]:
    """The words of docs/glossary.yml, each with what its column says; raises SiteError where there is none."""
    by_label = {relation.label: relation for relation in catalog.relations.values()}
    found = []
    for word, place in sorted(read_yaml(GLOSSARY).items(), key=lambda item: item[0].lower()):
        label, _, column = str(place).rpartition(".")
        if label not in by_label or column not in by_label[label].columns:
            raise SiteError(
                f"{GLOSSARY}: the word '{word}' is to mean what {place} means, and there is no such column."
            )
        relation = by_label[label]
        found.append(
            {
                "word": word,
                "anchor": word.lower().replace(" ", "-"),
                "place": str(place),
                "page": f"{relation.page}#{column}",
                "meaning": relation.columns[column].description,
            }
        )
    return found


def write_site(
    site: Path, catalog: Catalog, audiences: list[Audience], words: list[dict[str, str]], state: str
) -> None:
    """Write all pages; those of a site before go."""
    shutil.rmtree(site, ignore_errors=True)
    relations = catalog.relations
    by_label = {relation.label: relation for relation in relations.values()}
    layers = by_layer(relations.values())
    pages = Pages(site, by_label, state)
    pages.write("index.html", "Start", audiences=audiences, layers=layers, owners=catalog.owners,
                exposures=catalog.exposures, size=catalog.size(), state=state,
                tables_of=partial(tables_of, by_label=by_label))  # fmt: skip
    for audience in audiences:
        seen = {relation.node_id for relation in tables_of(audience, by_label)}
        pages.write(f"audiences/{audience.name.lower()}.html", audience.name, audience=audience, by_label=by_label,
                    tables_of=partial(tables_of, by_label=by_label),
                    metrics=[metric for metric in catalog.metrics if seen & set(metric.tables)],
                    exposures=[one for one in catalog.exposures if seen & set(one.reads)])  # fmt: skip
    pages.write("tables.html", "Tables", layers=layers)
    pages.write("glossary.html", "Glossary", words=words, metrics=catalog.metrics, relations=relations,
                segments=read_segments())  # fmt: skip
    pages.write(
        "access.html", "Who sees what", privacy=catalog.privacy, classified=classified(catalog), by_label=by_label
    )
    by_file: dict[str, list[Any]] = {}
    for macro in sorted(catalog.macros, key=lambda one: (one.path, one.name)):
        by_file.setdefault(macro.path, []).append(macro)
    pages.write("macros.html", "Macros", by_file=by_file)
    questions = [question for audience in audiences for question in audience.questions]
    access = access_by_table(catalog)
    for relation in relations.values():
        pages.write(relation.page, relation.label, **of_relation(relation, catalog, questions, access, by_label))
    write(site / "search.js", f"window.ENTRIES = {json.dumps(entries(catalog, audiences, words))};")
    write(site / "lineage.js", f"window.LINEAGE = {json.dumps(lineage_of(catalog))};")
    for name in ("site.css", "site.js"):
        shutil.copy(TEMPLATES / name, site / name)


class Pages:
    """Writes pages of templates, each with the way back to the site's root."""

    def __init__(self, site: Path, by_label: dict[str, Relation], state: str):
        """`by_label`: what names in texts lead to."""
        self.site, self.state = site, state
        self.environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.names = {name: relation for relation in by_label.values() for name in (relation.label, relation.name)}
        words = "|".join(sorted(map(re.escape, self.names), key=len, reverse=True))
        self.known = re.compile(rf"\b({words})\b(?![\w/]|\.\w)")
        self.templates = {path.name for path in TEMPLATES.glob("*.html")}

    def write(self, page: str, title: str, **given: Any) -> None:
        """Write a page; its template is that of its name, or of the folder that it lies in."""
        root = "../" * page.count("/")
        template = page if page in self.templates else f"{page.split('/')[0].rstrip('s')}.html"
        self.environment.filters["prose"] = self.prose(root)
        text = self.environment.get_template(template).render(
            title=title, root=root, current=page.removesuffix(".html"), made=self.state, **given
        )
        write(self.site / page, text)

    def prose(self, root: str) -> Callable[[str], Markup]:
        """A filter for texts of the project: names of tables lead to their pages, what stands in backticks is code."""

        def table(found: re.Match[str]) -> str:
            relation = self.names[found[1]]
            # A name of one word is a word of English as well.
            if found[1] == relation.name and "_" not in relation.name:
                return found[0]
            return f'<a href="{root}{relation.page}">{found[0]}</a>'

        def filtered(text: str) -> Markup:
            shown = CODE.sub(r"<code>\1</code>", str(escape(LINK.sub(r"\1", text))))
            return Markup(self.known.sub(table, shown))

        return filtered


def write(path: Path, text: str) -> None:
    """Write a file in a folder that may not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def tables_of(audience: Audience, by_label: dict[str, Relation]) -> list[Relation]:
    """The marts of an audience's schemas, and what else its questions read."""
    asked = {table for question in audience.questions for table in question.tables}
    return [
        relation
        for label, relation in sorted(by_label.items())
        if label in asked or (relation.layer == "marts" and relation.schema in audience.schemas)
    ]


def access_by_table(catalog: Catalog) -> dict[str, dict[str, Any]]:
    """By table the roles that read it, with whose rows, and what each is shown of a column."""
    found: dict[str, dict[str, Any]] = {}
    for shown in catalog.shown:
        table = found.setdefault(f"{shown.schema}.{shown.table}", {"readers": {}, "forms": {}})
        table["readers"][shown.role] = shown.rows
        table["forms"][shown.role, shown.column] = (shown.form or "as it is").replace("_", " ")
    return found


def classified(catalog: Catalog) -> dict[str, dict[tuple[str, str, str], dict[str, str]]]:
    """By class the columns of releases that hold something of it, with the form for each role."""
    found: dict[str, dict[tuple[str, str, str], dict[str, str]]] = {name: {} for name in catalog.privacy["classes"]}
    for shown in catalog.shown:
        if shown.classification:
            place = (shown.schema, shown.table, shown.column)
            found[shown.classification].setdefault(place, {})[shown.role] = shown.form or "full"
    return {name: columns for name, columns in found.items() if columns}


def of_relation(
    relation: Relation,
    catalog: Catalog,
    questions: Iterable[Question],
    access: dict[str, dict[str, Any]],
    by_label: dict[str, Relation],
) -> dict[str, Any]:
    """What the page of a table shows."""
    relations = catalog.relations
    seen = access.get(relation.label, {"readers": {}, "forms": {}})
    is_read = bool(seen["readers"])
    return {
        "relation": relation,
        "by_label": by_label,
        "parents": sorted(
            (relations[name] for name in set(relation.reads) if name in relations), key=lambda one: one.label
        ),
        "children": sorted((relations[name] for name in set(relation.read_by)), key=lambda one: one.label),
        "metrics": [metric for metric in catalog.metrics if relation.node_id in metric.tables],
        "exposures": [one for one in catalog.exposures if relation.node_id in one.reads],
        "questions": [question for question in questions if relation.label in question.tables],
        "sample": f"select *\nfrom {relation.label}\nlimit 10" if is_read else "",
        "untold": relation.node_id in catalog.lineage.untold,
        **seen,
    }


def read_segments() -> list[dict[str, str]]:
    """What the seed says of segments."""
    with SEGMENTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def entries(catalog: Catalog, audiences: list[Audience], words: list[dict[str, str]]) -> list[list[str]]:
    """What can be searched: kind, name, what it says, and its page."""
    found = [["word", word["word"], word["meaning"], f"glossary.html#word-{word['anchor']}"] for word in words]
    found += [["key figure", one.label, one.description, f"glossary.html#{one.name}"] for one in catalog.metrics]
    for audience in audiences:
        page = f"audiences/{audience.name.lower()}.html"
        found += [["question", one.title, audience.name, f"{page}#q{one.number}"] for one in audience.questions]
    found += [["dashboard", one.label, one.description, f"index.html#exposure-{one.name}"] for one in catalog.exposures]
    found += [["class", name, "who sees it", f"access.html#class-{name}"] for name in classified(catalog)]
    order = ["marts", "core"]
    relations = sorted(
        catalog.relations.values(), key=lambda one: (order.index(one.layer) if one.layer in order else 9, one.label)
    )
    found += [["table", one.label, one.grain, one.page] for one in relations]
    found += [
        ["column", f"{one.label}.{column.name}", column.description, f"{one.page}#{column.name}"]
        for one in relations
        for column in one.columns.values()
    ]
    return found + [
        ["macro", f"{one.name}()", one.description, f"macros.html#macro-{one.name}"] for one in catalog.macros
    ]


def lineage_of(catalog: Catalog) -> dict[str, Any]:
    """What the pages follow: tables, columns, and of each column the numbers of those that it is made of."""
    tables = list(catalog.relations.values())
    number = {relation.node_id: place for place, relation in enumerate(tables)}
    columns = [(relation.node_id, name) for relation in tables for name in relation.columns]
    place_of = {place: position for position, place in enumerate(columns)}
    return {
        "tables": [[one.label, one.page, one.sensitivity, one.kind == "source"] for one in tables],
        "columns": [[number[node_id], name] for node_id, name in columns],
        "parents": [
            [place_of[one] for one in catalog.lineage.parents.get(place, []) if one in place_of] for place in columns
        ],
    }


if __name__ == "__main__":
    run(main, "The site may be half one; run it again.")
