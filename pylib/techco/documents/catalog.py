"""What the documentation site shows, read from what dbt wrote: manifest.json, catalog.json and the registry in them.

Nothing is declared here. A column that no YAML describes means what the column of its name means in what it is made of
(techco.documents.column_lineage), down to the contract; else what that means which only passes it on; what feeds and
the build add is described by vars: bookkeeping.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from techco.documents.column_lineage import Lineage, Place, trace

Document = dict[str, Any]

# What `docs: node_color` in dbt_project.yml says by a colour, in words.
SENSITIVITY = {"#b3261e": "restricted", "#e8912d": "pseudonymous", "#2e7d32": "open"}
# Layers in the order in which data pass them, and the folder that a node of it lies in.
LAYERS = {
    "landed": r"^$",
    "base": r"^models/staging/[^/]+/base/",
    "staging": r"^models/staging/",
    "pii": r"^models/pii/",
    "quarantine": r"^models/quarantine/",
    "intermediate": r"^models/intermediate/",
    "core": r"^models/marts/core/",
    "aggregates": r"^models/aggregates/",
    "predictions": r"^models/predictions/",
    "marts": r"^models/marts/",
    "snapshots": r"^snapshots/",
    "reference": r"^seeds/",
    "other": r"",
}
# A comment that ends right before a macro, or begins in its first line, says what the macro does.
COMMENT_BEFORE = re.compile(r"\{#-?\s*((?:(?!#\}).)*?)\s*-?#\}\s*$", re.DOTALL)
COMMENT_INSIDE = re.compile(r"^\{%(?:(?!%\}).)*%\}\s*\{#-?\s*(.*?)\s*-?#\}", re.DOTALL)


@dataclass
class Column:
    """A column of a table, and what it means."""

    name: str
    data_type: str
    description: str
    # Of personal data; `form` is set where it holds a masked value.
    classification: str | None = None
    form: str | None = None


@dataclass
class Test:
    """A promise about a table, and how its last run ended."""

    name: str
    says: str
    status: str = ""


@dataclass
class Relation:
    """A table or view of the warehouse, or a landed table."""

    node_id: str
    kind: str
    layer: str
    schema: str
    name: str
    # As one names it: schema and name; of a landed table source and name.
    label: str
    description: str
    path: str
    owner: str
    sensitivity: str
    columns: dict[str, Column]
    reads: list[str]
    read_by: list[str] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """Its page in the site."""
        return f"tables/{self.label}.html"

    @property
    def grain(self) -> str:
        """The first sentence of its description."""
        return (
            re.split(r"(?<=[.:;])\s", self.description.strip(), maxsplit=1)[0].rstrip(":;") if self.description else ""
        )


@dataclass
class Metric:
    """A key figure, and the tables that its measures stand in."""

    name: str
    label: str
    description: str
    unit: str
    direction: str
    owner: str
    tables: list[str]


@dataclass
class Macro:
    """A macro of the project."""

    name: str
    path: str
    description: str
    arguments: list[tuple[str, str]]


@dataclass
class Exposure:
    """A dashboard, or what else people look at, and the nodes it shows."""

    name: str
    label: str
    description: str
    kind: str
    owner: str
    url: str
    reads: list[str]


@dataclass(frozen=True)
class Shown:
    """What a role is shown of a column."""

    role: str
    schema: str
    table: str
    column: str
    classification: str | None
    form: str | None
    rows: str


@dataclass
class Catalog:
    """All that the site shows."""

    relations: dict[str, Relation]
    metrics: list[Metric]
    macros: list[Macro]
    exposures: list[Exposure]
    owners: list[Document]
    shown: list[Shown]
    lineage: Lineage
    privacy: Document

    def undescribed(self) -> list[str]:
        """What has no description: the site is complete when there is none."""
        found = [one.label for one in self.relations.values() if not one.description.strip()]
        found += [
            f"{one.label}.{column.name}"
            for one in self.relations.values()
            for column in one.columns.values()
            if not column.description.strip()
        ]
        found += [f"macro {macro.name} ({macro.path})" for macro in self.macros if not macro.description]
        found += [f"metric {metric.name}" for metric in self.metrics if not metric.description.strip()]
        return found + [f"exposure {one.name}" for one in self.exposures if not one.description.strip()]

    def size(self) -> str:
        """How much it describes, in words."""
        columns = sum(len(one.columns) for one in self.relations.values())
        return (
            f"{len(self.relations)} tables, {columns} columns, {len(self.macros)} macros, {len(self.metrics)} key "
            f"figures, {len(self.exposures)} dashboards"
        )


def read_catalog(manifest: Document, catalog: Document, project: Document) -> Catalog:
    """All of the project; `project`: dbt_project.yml."""
    lineage, privacy = trace(manifest, catalog), project["vars"]["privacy"]
    owners = {group["name"]: group["owner"]["name"] for group in manifest["groups"].values()}
    tables = {**catalog["sources"], **catalog["nodes"]}
    nodes = {**manifest["sources"], **manifest["nodes"]}
    kinds = ("model", "seed", "snapshot", "source")
    relations = {
        name: read_relation(node, tables[name], owners, privacy["mart_forms"])
        for name, node in nodes.items()
        if name in tables and node["resource_type"] in kinds
    }
    for name, relation in relations.items():
        for read in relation.reads:
            if read in relations:
                relations[read].read_by.append(name)
    add_meanings(relations, nodes, lineage, project["vars"]["bookkeeping"])
    add_tests(relations, manifest)
    return Catalog(
        relations=relations,
        metrics=list(read_metrics(manifest, owners)),
        macros=[read_macro(macro) for macro in manifest["macros"].values() if macro["package_name"] == own(manifest)],
        exposures=[read_exposure(exposure) for exposure in manifest["exposures"].values()],
        owners=list(manifest["groups"].values()),
        shown=read_access(nodes.get(f"model.{own(manifest)}.access_matrix")),
        lineage=lineage,
        privacy=privacy,
    )


def own(manifest: Document) -> str:
    """The project's name."""
    name: str = manifest["metadata"]["project_name"]
    return name


def read_relation(
    node: Document, table: Document, owners: Mapping[str, str], mart_forms: Mapping[str, str]
) -> Relation:
    """A table as dbt and the warehouse know it."""
    is_source = node["resource_type"] == "source"
    schema = node["source_name"] if is_source else node["schema"].lower()
    path = node["original_file_path"]
    meta = node["config"].get("meta", {})
    colour = (node.get("docs") or {}).get("node_color")
    facts = {"lands": f"as {meta['feed']}, {meta['format']}"} if "feed" in meta else {}
    for key, word in (("cadence", "is due"), ("key", "key"), ("retention", "is kept")):
        if is_source and meta.get(key):
            facts[word] = in_words(meta[key])
    if node["config"].get("materialized"):
        facts["is built as"] = node["config"]["materialized"]
    return Relation(
        node_id=node["unique_id"],
        kind=node["resource_type"],
        layer=next(name for name, pattern in LAYERS.items() if re.search(pattern, "" if is_source else path)),
        schema=schema,
        name=node["name"],
        label=f"{schema}.{node['name']}",
        description=node["description"],
        path=path,
        owner=str(meta["owner"]) if is_source else owners.get(node["config"].get("group") or "", "Data platform"),
        sensitivity="restricted" if is_source else SENSITIVITY.get(colour or "", "open"),
        columns=read_columns(node, table, mart_forms),
        reads=[name for name in node.get("depends_on", {}).get("nodes", []) if not name.startswith("test.")],
        facts=facts,
    )


def in_words(value: Any) -> str:
    """A declared value, for people."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {in_words(part)}" for key, part in value.items())
    return ", ".join(map(in_words, value)) if isinstance(value, list) else str(value)


def read_columns(node: Document, table: Document, mart_forms: Mapping[str, str]) -> dict[str, Column]:
    """The columns of a table: those that the contract names, of a landed one, and all that the warehouse has."""
    declared = {name.lower(): column for name, column in node["columns"].items()}
    built = {name.lower(): column for name, column in table["columns"].items()}
    names = sorted(built, key=lambda name: built[name]["index"])
    if node["resource_type"] == "source":
        # What lands as JSON is one column to the warehouse.
        names = [*declared, *(name for name in names if name not in declared)]
    found = {}
    for name in names:
        column = declared.get(name, {})
        meta = column.get("meta", {})
        derived = meta.get("derived_from") or {}
        found[name] = Column(
            name=name,
            data_type=(column.get("data_type") or built[name]["type"]).lower(),
            description=column.get("description", ""),
            classification=meta.get("classification") or derived.get("class"),
            form=(derived.get("form") or mart_forms[derived["class"]]) if derived else None,
        )
    return found


def add_meanings(
    relations: Mapping[str, Relation], nodes: Document, lineage: Lineage, bookkeeping: Mapping[str, Document]
) -> None:
    """Say what columns mean that no YAML describes."""
    children = lineage.children()

    def meaning(place: Place) -> str:
        """What the column means, where it is said first on the way back."""
        node_id, name = place
        column = relations[node_id].columns.get(name) if node_id in relations else None
        if column and column.description.strip():
            return column.description
        for parent in lineage.parents.get(place, []):
            if parent[1] == name and (found := meaning(parent)):
                return found
        return str(bookkeeping.get(name, {}).get("description", "")) or inherited(node_id, name) or passed_on(place)

    def inherited(node_id: str, name: str) -> str:
        """What the column of this name means in what the node reads first: the macro described_or_inherited()."""
        for parent in nodes[node_id].get("depends_on", {}).get("nodes", [])[:1]:
            described: str = nodes.get(parent, {}).get("columns", {}).get(name, {}).get("description", "")
            return described or inherited(parent, name)
        return ""

    def passed_on(place: Place) -> str:
        """What the column means where it is shown as it is, under its name."""
        for child in children.get(place, []):
            if child[1] == place[1] and lineage.parents[child] == [place]:
                column = relations[child[0]].columns[child[1]]
                if found := column.description.strip() or passed_on(child):
                    return found
        return ""

    for node_id, relation in relations.items():
        for column in relation.columns.values():
            column.description = meaning((node_id, column.name))


def add_tests(relations: Mapping[str, Relation], manifest: Document) -> None:
    """Give each table the promises that are tested of it."""
    for node in manifest["nodes"].values():
        if node["resource_type"] != "test":
            continue
        attached = node.get("attached_node")
        for name in [attached] if attached else node["depends_on"]["nodes"]:
            if name in relations:
                relations[name].tests.append(Test(node["unique_id"], promise(node)))
    for unit in manifest["unit_tests"].values():
        for name in unit["depends_on"]["nodes"][:1]:
            if name in relations:
                said = unit["description"] or unit["name"].replace("_", " ")
                relations[name].tests.append(Test(unit["unique_id"], f"Worked example: {said}"))


def promise(test: Document) -> str:
    """What a test promises, in a sentence."""
    metadata = test.get("test_metadata")
    if not metadata:
        return str(test["description"] or test["name"].replace("_", " "))
    given = {name: value for name, value in metadata["kwargs"].items() if name != "model"}
    said = []
    if "key" in given:
        said.append(f"one row per {in_words(given['key'])}")
    if given.get("never_null"):
        said.append(f"always a value in {in_words(given['never_null'])}")
    for column, target in given.get("references", {}).items():
        said.append(f"{column} is a key of {in_words(target)}")
    for column, values in given.get("accepted_values", {}).items():
        said.append(f"{column} is one of {in_words(values)}")
    return "; ".join(said) or f"{metadata['name']}: {in_words(given)}"


def read_metrics(manifest: Document, owners: Mapping[str, str]) -> Iterator[Metric]:
    """The key figures that the project declares, which have an owner; measures that it makes metrics of have none."""
    for metric in manifest["metrics"].values():
        config = metric["config"]
        if not config.get("group"):
            continue
        yield Metric(
            name=metric["name"],
            label=metric["label"] or metric["name"],
            description=metric["description"],
            unit=str(config["meta"].get("unit", "")),
            direction=str(config["meta"].get("direction", "")),
            owner=owners[config["group"]],
            tables=sorted(set(tables_of(metric["unique_id"], manifest))),
        )


def tables_of(node_id: str, manifest: Document) -> Iterator[str]:
    """The models that a metric's measures stand in."""
    node = manifest["metrics"].get(node_id) or manifest["semantic_models"].get(node_id)
    if node is None:
        yield node_id
        return
    for parent in node["depends_on"]["nodes"]:
        yield from tables_of(parent, manifest)


def read_macro(macro: Document) -> Macro:
    """A macro, described by its YAML, or by the comment that it begins with; an engine's form of it, by its own."""
    return Macro(
        name=macro["name"],
        path=macro["original_file_path"],
        description=macro["description"].strip() or commented(macro),
        arguments=[(argument["name"], argument.get("description") or "") for argument in macro["arguments"]],
    )


def commented(macro: Document) -> str:
    """The comment that a macro begins with; what is between engines is said once, of the macro that all call."""
    path = Path(macro["original_file_path"])
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    name = re.sub(r"^(test|materialization)_|_(duckdb|snowflake|default)$", "", macro["name"])
    start = re.search(rf"\{{%-?\s*(macro|test|materialization)\s+{name}\b", text)
    found = start and (COMMENT_BEFORE.search(text[: start.start()]) or COMMENT_INSIDE.search(text[start.start() :]))
    if found:
        return " ".join(found[1].split())
    engine, _, common = macro["name"].partition("__")
    return f"{common}() on {engine}." if engine in ("default", "duckdb", "snowflake") else ""


def read_exposure(exposure: Document) -> Exposure:
    """What people look at."""
    return Exposure(
        name=exposure["name"],
        label=exposure["label"] or exposure["name"],
        description=exposure["description"],
        kind=exposure["type"],
        owner=exposure["owner"].get("name") or exposure["owner"].get("email") or "",
        url=exposure["url"] or "",
        reads=exposure["depends_on"]["nodes"],
    )


def read_access(matrix: Document | None) -> list[Shown]:
    """Who sees what: the model access_matrix, whose SQL is all literals, so that it needs no warehouse."""
    if matrix is None:
        return []
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select role_name, schema_name, table_name, column_name, classification, form, row_rule "
            f"from ({matrix['compiled_code']}) order by schema_name, table_name, column_position, role_name"
        ).fetchall()
    return [Shown(*row) for row in rows]


@dataclass(frozen=True)
class Runs:
    """What a DuckDB warehouse knows of its own: how nodes ended, and up to which day tables are known."""

    statuses: dict[str, str]
    # By schema or source, and table.
    freshness: dict[tuple[str, str], str]


def read_runs(warehouse: Path) -> Runs:
    """Read them; raises what DuckDB raises where the file is missing, in use, or no whole warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        statuses = dict(connection.execute("select node_id, status from base.node_runs").fetchall())
        marts = connection.execute(
            "select schema_name, table_name, complete_up_to, days_behind, held_back_by from governance.mart_freshness"
        ).fetchall()
        landed = connection.execute(
            "select source_name, table_name, complete_up_to, days_late, delivery_status from governance.table_freshness"
        ).fetchall()
    freshness = {
        (schema, name): f"known up to {day}" + (f", {behind} days behind, as {missing} is missing" if behind else "")
        for schema, name, day, behind, missing in marts
    } | {
        (source, name): f"delivered up to {day}, " + (f"{late} days late" if late else status.replace("_", " "))
        for source, name, day, late, status in landed
    }
    return Runs(statuses, freshness)


def add_runs(catalog: Catalog, runs: Runs) -> None:
    """Add how tests ended, and how fresh tables are."""
    for one in catalog.relations.values():
        if (one.schema, one.name) in runs.freshness:
            one.facts["freshness"] = runs.freshness[one.schema, one.name]
        for test in one.tests:
            test.status = runs.statuses.get(test.name, "")


def by_layer(relations: Iterable[Relation]) -> dict[str, list[Relation]]:
    """Tables by layer, in the order of LAYERS, each layer by name."""
    found: dict[str, list[Relation]] = {name: [] for name in LAYERS}
    for relation in sorted(relations, key=lambda one: one.label):
        found[relation.layer].append(relation)
    return {name: tables for name, tables in found.items() if tables}
