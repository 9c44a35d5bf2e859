"""Statements that DuckDB would take otherwise than Snowflake, rewritten as trees."""

import re
from typing import Any

import fakesnow.transforms
import sqlglot
from duckdb import DuckDBPyConnection
from fakesnow.cursor import FakeSnowflakeCursor
from sqlglot import exp

from tools.emulator.patching import around

# What fakesnow does not know of a session, as any account would answer it.
OF_THE_SESSION = {
    "CURRENT_WAREHOUSE": "TECHCO_TRANSFORMING",
    "CURRENT_ROLE": "TECHCO_TRANSFORMER",
    "CURRENT_USER": "LOCAL",
    "CURRENT_ACCOUNT": "LOCAL",
    "CURRENT_REGION": "LOCAL",
    "CURRENT_SESSION": "1",
}
# Constraints that Snowflake keeps; it takes the others and enforces none of them.
ENFORCED = (exp.NotNullColumnConstraint, exp.DefaultColumnConstraint, exp.CommentColumnConstraint)
DYNAMIC_TABLE = re.compile(r"\s*dynamic\s+table\s+(if\s+exists\s+)?(\S+)", re.IGNORECASE)


@around(FakeSnowflakeCursor, "_transform_explode")
def explode(original: Any, cursor: FakeSnowflakeCursor, tree: exp.Expression) -> list[exp.Expression]:
    """One statement as those that do the same on DuckDB."""
    tree = tree.transform(of_the_session, copy=False)
    for function in list(tree.find_all(exp.ArrayFilter, exp.Transform)):
        over_elements(function)
    if isinstance(tree, exp.Create):
        created(tree)
    if isinstance(tree, exp.Command) and (dropped := DYNAMIC_TABLE.match(str(tree.expression))):
        tree = sqlglot.parse_one(f"drop table if exists {dropped[2]}", read="snowflake")
    if isinstance(tree, exp.Alter) and len(columns := dropped_columns(tree)) > 1:
        return [
            exp.Alter(this=tree.this.copy(), kind=tree.args.get("kind"), actions=[exp.Drop(this=column, kind="COLUMN")])
            for column in columns
        ]
    return original(cursor, tree)


def of_the_session(node: exp.Expression) -> exp.Expression:
    """Replace a function that tells of the session by its answer."""
    if isinstance(node, exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).upper()
        if name in OF_THE_SESSION:
            return exp.Literal.string(OF_THE_SESSION[name])
    return node


def over_elements(function: exp.Expression) -> None:
    """Give a lambda the elements of a JSON array, and its result back as one: in DuckDB JSON is no list."""
    for built in list(function.find_all(exp.JSONObject)):
        # fakesnow makes a subquery of it, which no lambda may hold.
        pairs = [part for pair in built.expressions for part in (pair.this, pair.expression)]
        built.replace(exp.Anonymous(this="json_object", expressions=pairs))
    function.set("this", exp.Anonymous(this="_emulator_elements", expressions=[function.this]))
    function.replace(exp.Anonymous(this="to_json", expressions=[function.copy()]))


def created(tree: exp.Create) -> None:
    """Take from a `create` what DuckDB refuses, or enforces though Snowflake does not."""
    properties, table = tree.args.get("properties"), tree.find(exp.Table)
    if properties and table and table.args.get("db"):
        # DuckDB's temporary tables lie in no schema.
        kept = [item for item in properties.expressions if not isinstance(item, exp.TemporaryProperty | exp.Cluster)]
        properties.set("expressions", kept)
    if isinstance(tree.this, exp.Schema):
        kept = [item for item in tree.this.expressions if isinstance(item, exp.ColumnDef | exp.Identifier)]
        tree.this.set("expressions", kept)
        for column in tree.this.find_all(exp.ColumnDef):
            constraints = column.args.get("constraints") or []
            column.set("constraints", [item for item in constraints if isinstance(item.args.get("kind"), ENFORCED)])


def dropped_columns(tree: exp.Alter) -> list[exp.Expression]:
    """The columns that one `alter table … drop column a, b` names."""
    actions = tree.args.get("actions") or []
    if len(actions) == 1 and isinstance(actions[0], exp.Drop):
        return actions[0].args.get("tables") or []
    return []


# fakesnow's own form of MERGE cannot take dbt's unqualified columns, and lets two source rows change one target row.
fakesnow.transforms.merge = lambda tree: [tree]


@around(FakeSnowflakeCursor, "_execute")
def execute_merge(original: Any, cursor: FakeSnowflakeCursor, tree: exp.Expression, params: Any = None) -> None:
    """DuckDB's own MERGE, answered with the counts that Snowflake gives."""
    if not isinstance(tree, exp.Merge):
        return original(cursor, tree, params)
    done = cursor._duck_conn.execute(tree.sql(dialect="duckdb") + " returning merge_action", params).fetchall()
    actions = [action for action, *_ in done]
    inserted, changed = actions.count("INSERT"), actions.count("UPDATE") + actions.count("DELETE")
    counts = f'select {inserted} as "number of rows inserted", {changed} as "number of rows updated"'
    return original(cursor, sqlglot.parse_one(counts, read="duckdb"))


# fakesnow makes every argument of SUM and AVG a double; amounts stay exact.
fakesnow.transforms.numeric_agg_implicit_cast = lambda tree: tree


@around(fakesnow.transforms, "create_table_as")
def create_table_as(original: Any, tree: exp.Expression, connection: DuckDBPyConnection) -> exp.Expression:
    """`create table (columns) as select *`: fakesnow asks DuckDB what the star stands for, but not in DuckDB's SQL."""
    if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema) and isinstance(tree.expression, exp.Query):
        query = tree.expression.unnest()
        if any(isinstance(column, exp.Star) for column in query.expressions):
            described = connection.execute(f"describe {query.sql(dialect='duckdb')}").fetchall()
            query.set("expressions", [exp.column(exp.to_identifier(name)) for name, *_ in described])
    return original(tree, connection)


@around(fakesnow.transforms, "regex_replace")
def regex_replace(original: Any, expression: exp.Expression) -> exp.Expression:
    """All matches from the first character on, whether case counts or not; fakesnow takes no parameters."""
    if not isinstance(expression, exp.RegexpReplace) or "position" not in expression.args:
        return original(expression)
    place = [expression.args[name] and expression.args[name].name for name in ("position", "occurrence")]
    parameters = expression.args.get("modifiers")
    if place != ["1", "0"] or (parameters and parameters.name not in ("c", "i")):
        return original(expression)
    expression.set("position", None)
    expression.set("occurrence", None)
    expression.set("modifiers", exp.Literal.string("gi" if parameters and parameters.name == "i" else "g"))
    return expression


@around(fakesnow.transforms, "trim_cast_varchar")
def trim(original: Any, tree: exp.Expression) -> exp.Expression:
    """TRIM with the characters that are to be taken away, which fakesnow forgets."""
    result = original(tree)
    if result is not tree and isinstance(tree, exp.Trim):
        for argument in ("expression", "position", "collation"):
            if tree.args.get(argument) is not None:
                result.set(argument, tree.args[argument])
    return result


@around(fakesnow.transforms, "to_timestamp")
def to_timestamp(original: Any, tree: exp.Expression) -> exp.Expression:
    """A cast to an instant that fails, or with `try_cast` is null, which fakesnow lets fail too."""
    return tree if isinstance(tree, exp.TryCast) else original(tree)


def flattened(tree: exp.Expression) -> exp.Expression:
    """FLATTEN with the position in the array as its index, and with `outer`; fakesnow numbers all rows."""
    if not (isinstance(tree, exp.Lateral | exp.TableFromRows) and isinstance(tree.this, exp.Explode)):
        return tree
    arguments = [tree.this.this, *tree.this.expressions]
    named = {item.this.name.lower(): item.expression for item in arguments if isinstance(item, exp.Kwarg)}
    if unknown := named.keys() - {"input", "outer"}:
        raise NotImplementedError(f"flatten with {', '.join(sorted(unknown))}")
    source = named.get("input") or arguments[0]
    function = exp.Anonymous(this="_emulator_flatten", expressions=[source, named.get("outer") or exp.false()])
    return exp.Table(this=function, alias=tree.args.get("alias"))


fakesnow.transforms.flatten = flattened
