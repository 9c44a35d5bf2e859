"""Column lineage: what each column shows of persons, and in which form.

`python -m techco.privacy.lineage` follows every column of every model through the SQL that dbt compiled, back to the
columns that the contract classifies. The macros in macros/privacy/ mark what they mask in that SQL, with class and
form. It prints, with its path, each column outside the restricted schemas that shows a classified value unmasked, and
each column of a mart whose `derived_from` is not what it derives from: roles are hidden what that declares. `make
build` runs it after dbt; what it finds counts as a failure of that run, and nothing is published before it finds
nothing any more.
"""

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from techco.command import run
from techco.contract.raw_contract import ContractError, Table, load_contract, read_yaml
from techco.graph import in_order
from techco.privacy.vault import key_column
from techco.serving.release_gate import LINEAGE, lineage_failed
from techco.settings import warehouse_file

# What macros/privacy/marks.sql writes: class, form, the value that is masked, and what is made of it. Innermost first,
# as masks may hold masks.
MASKED = re.compile(r"/\*<masked (\w+) (\w+) ((?:(?!\*/).)*)\*/(?:(?!/\*<masked ).)*?/\*masked>\*/", re.DOTALL)
# What is read instead: a function that stands for the mask. It needs no quotes, as it may stand within a text.
MASK = "masked"
MARK = re.compile(r"<masked\b|\bmasked>|\bmasked\s*\(")
MAY_MARK = "macros/privacy/"
# The form of a value that no mask has changed.
CLEAR = "full"
# What every role may see, and no column declares: what is redacted, and the keys of persons, by which all tables join.
REDACTED = "redacted"
PERSON_KEY = ("person_id", "keyed_hash")
MARTS = "models/marts/"
# The row as it came, in base models: it is as personal as its columns together.
RAW_ROW = "_raw"
# Base hashes these beside what was landed (macros/privacy/pseudonym.sql).
KEYED = ("person_id", "device_id")
# They tell that there is a value, how many or how long, or how it compares: nothing that could be put back together.
# Conditions of a case, of a filter and of a window, and whatever only joins or sorts rows, are not followed for the
# same reason.
HARMLESS = (
    *(exp.Count, exp.CountIf, exp.ApproxDistinct, exp.Length, exp.ArraySize, exp.RowNumber, exp.Exists),
    *(exp.Is, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Between, exp.In),
    *(exp.Like, exp.ILike, exp.RegexpLike, exp.RegexpILike, exp.StartsWith, exp.EndsWith, exp.Contains, exp.Not),
)
HARMLESS_BY_NAME = {"json_array_length", "regexp_full_match", "octet_length", "strlen", "generate_subscripts"}
# Parts of an expression that no value comes through.
NOT_FOLLOWED: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Window: ("partition_by", "order", "spec"),
    exp.Filter: ("expression",),
    exp.If: ("this",),
    exp.WithinGroup: ("expression",),
    exp.Order: ("expressions",),
    exp.RegexpReplace: ("expression",),
}

# The macros begin_run() and end_run() write the audit of runs; release_gate.py reads what is noted beside them.
NOTED = f"""
insert into base.node_runs (node_id, status) values ('{LINEAGE}', 'fail');
update base.runs set failures = failures + 1, failed_nodes = concat_ws(' ', nullif(failed_nodes, ''), 'lineage')
where rowid = (select rowid from base.runs order by started_at desc, rowid desc limit 1)
"""

# A node or macro of dbt's manifest, and what is remembered of a model.
Document = dict[str, Any]
# Where a column of a model comes from: for each classified column, the column of an input that it passes through. A
# classified column is named by class, form and place, as in `email full source.shop.customers.email`.
Origins = dict[str, tuple[str, str]]
Columns = dict[str, Origins]
# A column that shows a classified one: relation, column, and the classified column.
Shown = tuple[str, str, str]
# Class and form of a value.
Kind = tuple[str, str]

# A union of all tables is as deep as there are tables, and each level takes several calls.
sys.setrecursionlimit(20_000)


class LineageError(Exception):
    """Lineage cannot be told; the message says of what, and what to do."""


@dataclass
class Relations:
    """The columns of what SQL may read, by schema and name; of others nothing is known, and they hold no person."""

    columns: dict[str, Columns] = field(default_factory=dict)

    def find(self, table: exp.Table) -> tuple[str, Columns | None]:
        """Name and columns of a table; None for a ledger and what else dbt does not build."""
        name = f"{table.db}.{table.name}".lower()
        return name, self.columns.get(name)


class Query:
    """The columns of a query, each with where its value comes from."""

    def __init__(self, expression: exp.Expr, relations: Relations):
        """`relations`: what it may read."""
        self.relations = relations
        self.scopes = traverse_scope(expression)
        self.scope_of = {id(scope.expression): scope for scope in self.scopes}
        self.known: dict[int, Columns] = {}

    def columns(self, scope: Scope) -> Columns:
        """The output columns of a scope, in order."""
        key = id(scope.expression)
        if key not in self.known:
            # A lateral table function is an input beside those that it reads, and no input of itself.
            self.known[key] = {}
            found = self.of_scope(scope)
            if scope.outer_columns and "*" not in found:
                # `with name (columns) as`, `(values …) as name (columns)`
                found = dict(zip((name.lower() for name in scope.outer_columns), found.values(), strict=False))
            self.known[key] = found
        return self.known[key]

    def of_scope(self, scope: Scope) -> Columns:
        """The output columns of a query."""
        expression = scope.expression
        if isinstance(expression, exp.SetOperation):
            sides = (self.scope_of[id(side.unnest())] for side in (expression.this, expression.expression))
            left, right = (self.columns(side) for side in sides)
            if expression.args.get("by_name"):
                return {name: left.get(name, {}) | right.get(name, {}) for name in {**left, **right}}
            return {name: origins | other for (name, origins), other in zip(left.items(), right.values(), strict=False)}
        if not isinstance(expression, exp.Select):
            # A table function: whatever goes in may come out of each of its columns.
            origins = self.of_expression(expression, scope)
            return {alias.lower(): origins for alias in expression.alias_column_names} or {"*": origins}
        found: Columns = {}
        for number, projection in enumerate(expression.expressions):
            if projection.is_star:
                found |= self.of_star(projection, scope)
            else:
                found[(projection.alias_or_name or f"column {number}").lower()] = self.of_expression(projection, scope)
        return found

    def of_star(self, star: exp.Expr, scope: Scope) -> Columns:
        """What `*` or `table.*` stands for."""
        table = star.table.lower() if isinstance(star, exp.Column) else ""
        inner = star.this if isinstance(star, exp.Column) else star
        left_out = {column.name.lower() for column in inner.args.get("except_") or inner.args.get("except") or []}
        found: Columns = {}
        for name, source in scope.selected_sources.items():
            if not table or name.lower() == table:
                found |= {
                    column: origins
                    # Of a ledger it is not known which columns there are, but that none is a person's.
                    for column, origins in (self.of_source(source[1]) or {"*": {}}).items()
                    if column not in left_out
                }
        for replaced in inner.args.get("replace") or []:
            found[replaced.alias.lower()] = self.of_expression(replaced.this, scope)
        for renamed in inner.args.get("rename") or []:
            found[renamed.alias.lower()] = found.pop(renamed.this.name.lower(), {})
        return found

    def of_source(self, source: exp.Table | Scope) -> Columns | None:
        """The columns of something that a query reads; None where they are not known."""
        if isinstance(source, Scope):
            return self.columns(source)
        relation, columns = self.relations.find(source)
        if columns is None:
            return None
        return {name: {origin: (relation, name) for origin in origins} for name, origins in columns.items()}

    def of_expression(self, expression: exp.Expr, scope: Scope) -> Origins:
        """Where the value of an expression comes from."""
        if isinstance(expression, HARMLESS):
            return {}
        if isinstance(expression, exp.Anonymous) and expression.name.lower() in HARMLESS_BY_NAME:
            return {}
        if isinstance(expression, exp.Anonymous) and expression.name.lower() == MASK:
            return self.of_mask(expression, scope)
        if isinstance(expression, exp.Column):
            return self.of_column(expression, scope)
        if isinstance(expression, exp.Query):
            inner = next((part for part in scope.subquery_scopes if part.expression is expression.unnest()), None)
            parts = self.columns(inner).values() if inner else []
            return {origin: step for origins in parts for origin, step in origins.items()}
        found: Origins = {}
        for name, parts in expression.args.items():
            if name in NOT_FOLLOWED.get(type(expression), ()) or (isinstance(expression, exp.Case) and name == "this"):
                continue
            for part in parts if isinstance(parts, list) else [parts]:
                if isinstance(part, exp.Expr):
                    found |= self.of_expression(part, scope)
        return found

    def of_mask(self, mask: exp.Anonymous, scope: Scope) -> Origins:
        """Where a masked value comes from: the mask's class is in its form now, any other class as it was."""
        masked, form, value = mask.expressions
        return {
            f"{masked.name} {form.name} {place}" if classification == masked.name else origin: step
            for origin, step in self.of_expression(value, scope).items()
            for classification, _, place in [origin.split()]
        }

    def of_column(self, column: exp.Column, scope: Scope) -> Origins:
        """Where a column of the query's inputs, or of a query around it, comes from."""
        table, name = column.table.lower(), column.name.lower()
        found: Origins = {}
        is_known = False
        for source_name, (_, source) in scope.selected_sources.items():
            if table and source_name.lower() != table:
                continue
            columns = self.of_source(source)
            if columns is None or name in columns or "*" in columns:
                is_known = True
                found |= {} if columns is None else columns.get(name, columns.get("*", {}))
        if is_known:
            return found
        if not table and isinstance(scope.expression, exp.Select):
            # A name that the same query gives.
            for projection in scope.expression.expressions:
                if isinstance(projection, exp.Alias) and projection.alias.lower() == name:
                    return self.of_expression(projection.this, scope)
        if scope.parent is not None and not (scope.is_cte or scope.is_derived_table):
            return self.of_column(column, scope.parent)
        raise LineageError(f"no input has a column {column.sql()}")


def columns_of(sql: str, relations: Relations, dialect: str, reading: type[Query] = Query) -> Columns:
    """The columns of a model's SQL; raises LineageError where that cannot be read.

    `reading`: what counts as coming from where; the docs site follows more than what shows a person.
    """
    while MASKED.search(sql):
        sql = MASKED.sub(rf"{MASK}(\1, \2, \3)", sql)
    try:
        query = reading(parse_one(sql, dialect=dialect), relations)
        # The last scope is the outermost.
        return query.columns(query.scopes[-1])
    except SqlglotError as error:
        raise LineageError(f"its SQL cannot be read: {str(error)[:400]}") from error


@dataclass(frozen=True)
class Project:
    """What dbt compiled, and what the project declares of personal data."""

    nodes: dict[str, Document]
    macros: dict[str, Document]
    dialect: str
    tables: dict[tuple[str, str], Table]
    restricted: tuple[str, ...]
    # The form that `derived_from` means where it names none, by class.
    mart_forms: dict[str, str]

    def in_order(self) -> Iterator[Document]:
        """Models, snapshots and seeds, each after all that it reads."""
        reads = {name: node.get("depends_on", {}).get("nodes", []) for name, node in self.nodes.items()}
        for name in in_order(reads):
            if self.nodes[name]["resource_type"] in ("model", "snapshot", "seed"):
                yield self.nodes[name]


def read_project(root: Path, manifest: Path) -> Project:
    """The project at `root` as the manifest tells it; raises LineageError and ContractError."""
    try:
        document = json.loads(manifest.read_text(encoding="utf-8"))
    except OSError:
        raise LineageError(f"There is no {manifest}: run `dbt compile` first.") from None
    declared = read_yaml(root / "dbt_project.yml")["vars"]
    tables = load_contract(root).tables
    engine = document["metadata"]["adapter_type"]
    restricted, mart_forms = tuple(declared["restricted_schemas"]), declared["privacy"]["mart_forms"]
    return Project(document["nodes"], document["macros"], engine, dict(tables), restricted, mart_forms)


def findings(project: Project, remembered: dict[str, Document] | None = None) -> list[str]:
    """Columns that show what they should not, or do not declare what they show, each with its path.

    `remembered`: what was worked out before, by model; it is brought up to date.
    """
    relations = follow(project, remembered)
    return forged_marks(project) + unmasked(project, relations) + undeclared(project, relations)


def follow(project: Project, remembered: dict[str, Document] | None = None) -> Relations:
    """Where every column of every model, snapshot and seed comes from."""
    remembered = {} if remembered is None else remembered
    relations = Relations()
    for node in project.in_order():
        relations.columns[relation_of(node)] = columns_of_node(node, project, relations, remembered)
    return relations


def relation_of(node: Document) -> str:
    """The name by which SQL reads a node."""
    return f"{node['schema']}.{node['alias']}".lower()


def meta_of_columns(node: Document) -> dict[str, Document]:
    """What the node's YAML says of its columns."""
    return {name.lower(): column.get("meta", {}) for name, column in node["columns"].items()}


def unmasked(project: Project, relations: Relations) -> list[str]:
    """Columns outside the restricted schemas that show a classified value, told where the first shows it."""
    files: dict[str, str] = {}
    leaks: dict[Shown, list[str]] = {}
    cause: dict[Shown, Shown] = {}
    for node in project.in_order():
        name = relation_of(node)
        if node["config"]["schema"] in project.restricted:
            continue
        files[name] = node["original_file_path"]
        declared = meta_of_columns(node)
        for column, origins in relations.columns[name].items():
            if declared.get(column, {}).get("classification"):
                continue
            for origin, step in origins.items():
                if kind_of(origin)[1] != CLEAR:
                    continue
                # What one model lets out, those behind it show too: told once, where it is to be put right.
                first = cause.setdefault((name, column, origin), cause.get((*step, origin), (name, column, origin)))
                leaks.setdefault(first, []).append(f"{name}.{column}")
    return [
        f"{path(relations, *first)}\n    {first[0]}.{first[1]} ({files[first[0]]}) shows personal data of class "
        f"{first[2].split()[0]}: mask it with mask(), pseudonym() or redact_text() of that class, leave it out, or "
        f"classify it in the model's YAML" + (f". It goes on to {', '.join(shown[1:])}" if len(shown) > 1 else "")
        for first, shown in leaks.items()
    ]


def undeclared(project: Project, relations: Relations) -> list[str]:
    """Columns of marts whose `derived_from` is not what they derive from."""
    found = []
    for node in project.in_order():
        if not node["original_file_path"].startswith(MARTS):
            continue
        declared = meta_of_columns(node)
        file = (node.get("patch_path") or node["original_file_path"]).split("://")[-1]
        for column, kinds in derived_columns(node, relations).items():
            wrong = mistake(declared.get(column, {}).get("derived_from"), list(kinds), project.mart_forms)
            if wrong:
                paths = [
                    f"    {' '.join(kind)}: {path(relations, relation_of(node), column, origin)}"
                    for kind, origin in kinds.items()
                ]
                found.append("\n".join([f"{file}, model {node['name']}, column {column}: {wrong}", *paths]))
    return found


def derived_columns(node: Document, relations: Relations) -> dict[str, dict[Kind, str]]:
    """Of each column of a model the kinds of masked values that it has to declare, each with an origin.

    A column with a class has none, as it is masked for each role. One that unmasked() tells is left out.
    """
    declared, columns = meta_of_columns(node), relations.columns[relation_of(node)]
    found: dict[str, dict[Kind, str]] = {}
    for column in {**columns, **declared}:
        kinds = {kind_of(origin): origin for origin in columns.get(column, {})}
        if declared.get(column, {}).get("classification"):
            found[column] = {}
        elif not any(form == CLEAR for _, form in kinds):
            found[column] = {
                kind: origin for kind, origin in kinds.items() if kind != PERSON_KEY and kind[1] != REDACTED
            }
    return found


def kind_of(origin: str) -> Kind:
    """Class and form of what comes from an origin."""
    classification, form, _ = origin.split()
    return classification, form


def mistake(declared: Document | None, kinds: list[Kind], mart_forms: dict[str, str]) -> str | None:
    """What is wrong with the `derived_from` of a column, and what to write; None if it is right.

    `kinds`: what the column derives from.
    """
    if not kinds and not declared:
        return None
    if not kinds:
        return (
            "`derived_from` stands where nothing is to be declared: no masked value comes into the column but keys of "
            "persons and redacted texts, which every role may see, or it has a class itself. Take it out."
        )
    if len(kinds) > 1:
        return (
            "it derives from more than one masked value, and `derived_from` can name one: a role that may see the one "
            "may not see the other. Make a column of each."
        )
    classification, form = kinds[0]
    wanted = f"class: {classification}" + (f", form: {form}" if mart_forms.get(classification) != form else "")
    advice = f"Write `config: {{meta: {{derived_from: {{{wanted}}}}}}}`, as it derives from:"
    if not declared:
        return f"`derived_from` is missing, and a role for which the class is redacted would see the value. {advice}"
    said = (declared.get("class"), declared.get("form") or mart_forms.get(declared.get("class", "")))
    return None if said == kinds[0] else f"`derived_from` says {said[0]} {said[1]}. {advice}"


def columns_of_node(node: Document, project: Project, relations: Relations, remembered: dict[str, Document]) -> Columns:
    """The columns of a model with their origins, from memory where neither its SQL nor what it reads has changed."""
    if node["name"].startswith("base_"):
        return columns_of_base(project.tables[tuple(node["name"].removeprefix("base_").split("__"))])
    read = [project.nodes[name] for name in node.get("depends_on", {}).get("nodes", []) if name in project.nodes]
    names = [relation_of(other) for other in read]
    inputs = {name: relations.columns[name] for name in names if name in relations.columns}
    if node["resource_type"] == "seed":
        return {column.lower(): {} for column in node["columns"]}
    if node.get("language") == "python":
        # What a function does is not known: each of its columns may hold whatever goes in.
        everything = {
            origin: (name, column)
            for name, columns in inputs.items()
            for column, origins in columns.items()
            for origin in origins
        }
        return {column.lower(): everything for column in node["columns"]}
    known = remembered.get(node["unique_id"])
    # `make build` compiles what has news only; all other SQL is as it was.
    sql = node.get("compiled_code") or (known and known.get("sql"))
    if not sql:
        raise LineageError(f"{node['name']} is not compiled: run `dbt compile`, or `make build ALL=yes`.")
    said = json.dumps([sql, inputs, project.dialect], sort_keys=True)
    checksum = hashlib.sha256(said.encode()).hexdigest()
    # An incremental model may read itself, and where nothing is new nothing else.
    itself = relation_of(node)
    relations.columns[itself] = {column.lower(): {} for column in node["columns"]} | (known["columns"] if known else {})
    if known is None or known["checksum"] != checksum:
        try:
            columns = columns_of(sql, relations, project.dialect)
        except LineageError as error:
            raise LineageError(f"{node['original_file_path']}: {error}") from error
        # What it reads of itself came from elsewhere before: no path goes in a circle.
        itself_before = relations.columns[itself]
        columns = {
            column: {
                origin: itself_before[step[1]][origin] if step[0] == itself else step
                for origin, step in origins.items()
            }
            for column, origins in columns.items()
        }
        remembered[node["unique_id"]] = known = {"checksum": checksum, "sql": sql, "columns": columns}
    columns = {
        column: {origin: tuple(step) for origin, step in origins.items()}
        for column, origins in known["columns"].items()
    }
    # dbt adds columns to a snapshot, which tell of its runs.
    return columns | ({"*": {}} if node["resource_type"] == "snapshot" else {})


def columns_of_base(table: Table) -> Columns:
    """The columns of a base model: those of the contract, and its bookkeeping, which tells of files and runs."""
    place = f"source.{table.source}.{table.name}"
    columns: Columns = {"*": {}, RAW_ROW: {}}
    for column in table.columns:
        columns[column.name] = {}
        if column.classification:
            origin = {f"{column.classification} {CLEAR} {place}.{column.name}": (place, column.name)}
            columns[column.name] = origin
            columns[RAW_ROW] = columns[RAW_ROW] | origin
        if column.classification in KEYED and table.feed != "cdc":
            hashed = f"{column.classification} keyed_hash {place}.{column.name}"
            columns[key_column(column.name)] = {hashed: (place, column.name)}
    return columns


def path(relations: Relations, name: str, column: str, origin: str) -> str:
    """How a column comes from a classified one: `model.column ← … ← source.table.column`."""
    steps, place = [f"{name}.{column}"], origin.split()[-1]
    while name in relations.columns:
        # Before the mask it is another form of the same place.
        origins = {other.split()[-1]: step for other, step in relations.columns[name][column].items()}
        name, column = relations.columns[name][column].get(origin, origins[place])
        steps.append(f"{name}.{column}")
    return " ← ".join(steps)


def forged_marks(project: Project) -> list[str]:
    """Models and macros that write the marks of masked values themselves."""
    written = [(node["original_file_path"], node.get("raw_code") or "") for node in project.nodes.values()]
    written += [
        (macro["original_file_path"], macro["macro_sql"])
        for macro in project.macros.values()
        if macro["package_name"] == "techco" and not macro["original_file_path"].startswith(MAY_MARK)
    ]
    return [
        f"{file} marks a value as masked: only the macros in {MAY_MARK} may"
        for file, text in written
        if MARK.search(text)
    ]


def note_failure(warehouse: Path) -> None:
    """Let the last run of a DuckDB warehouse count as failed; raise LineageError where it is in use."""
    if not warehouse.exists():
        return
    try:
        with duckdb.connect(str(warehouse)) as connection:
            if not lineage_failed(connection):
                connection.execute(NOTED)
    except duckdb.CatalogException:
        # It was never built, so that there is nothing to publish.
        return
    except duckdb.IOException as error:
        raise LineageError(
            f"The warehouse {warehouse} is in use, so that its last run failed could not be noted: publish nothing "
            "before this has been mended and built again."
        ) from error


def forget_failure(warehouse: Path) -> None:
    """Let a DuckDB warehouse be published again where a failure was noted; raise LineageError where it is in use."""
    if not warehouse.exists():
        return
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            if not lineage_failed(connection):
                return
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("delete from base.node_runs where node_id = ?", [LINEAGE])
    except duckdb.CatalogException:
        return
    except duckdb.IOException as error:
        raise LineageError(
            f"The warehouse {warehouse} is in use, so that nothing is wrong any more could not be noted. Run it again "
            "when that has ended."
        ) from error


def main() -> int:
    """Print what should not be there; exit code 1 where there is any, or where it cannot be told."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("DBT_TARGET_PATH", "target"))
    memory = target / "lineage.json"
    try:
        remembered = json.loads(memory.read_text(encoding="utf-8")) if memory.exists() else {}
        found = findings(read_project(Path(), target / "manifest.json"), remembered)
        memory.write_text(json.dumps(remembered), encoding="utf-8")
        warehouse = warehouse_file()
        if found:
            print(*found, sep="\n", file=sys.stderr)
            note_failure(warehouse)
            return 1
        forget_failure(warehouse)
    except (LineageError, ContractError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run(main, "Nothing was changed; run it again.")
