"""Which columns each column is made of, one step back: the engine of techco.privacy.lineage, followed further.

The proof of privacy follows what shows a person; a reader of the documentation asks what a number is made of, so
counts, comparisons and conditions are followed here, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from techco.privacy.lineage import MASK, Columns, LineageError, Origins, Query, Relations, columns_of
from techco.privacy.vault import key_column

# A column: the node's id and the column's name.
Place = tuple[str, str]
# What each column of a node is made of.
Parents = dict[Place, list[Place]]
# They sort or cut rows, and are no part of a value.
NOT_FOLLOWED: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Window: ("partition_by", "spec"),
    exp.WithinGroup: ("expression",),
}


class Reading(Query):
    """A query, each column with the columns that its value is worked out of, conditions included."""

    def of_expression(self, expression: exp.Expr, scope: Any) -> Origins:
        """Where the value of an expression comes from."""
        if isinstance(expression, exp.Anonymous) and expression.name.lower() == MASK:
            return self.of_expression(expression.expressions[-1], scope)
        if isinstance(expression, exp.Column):
            return self.of_column(expression, scope)
        if isinstance(expression, exp.Query):
            return super().of_expression(expression, scope)
        found: Origins = {}
        for name, parts in expression.args.items():
            # A rank is made of its order alone; what a sum runs along is no part of it.
            if name in NOT_FOLLOWED.get(type(expression), ()) or (name == "order" and found):
                continue
            for part in parts if isinstance(parts, list) else [parts]:
                if isinstance(part, exp.Expr):
                    found |= self.of_expression(part, scope)
        return found


@dataclass(frozen=True)
class Lineage:
    """The columns that each column is made of, and the nodes whose code says it in no SQL."""

    parents: Parents
    untold: list[str]

    def children(self) -> Parents:
        """The columns that are made of each column."""
        found: Parents = {}
        for place, parents in self.parents.items():
            for parent in parents:
                found.setdefault(parent, []).append(place)
        return found


def trace(manifest: Mapping[str, Any], catalog: Mapping[str, Any]) -> Lineage:
    """What every column of every node in the catalog is made of; raises LineageError where SQL cannot be read."""
    tables = {**catalog["sources"], **catalog["nodes"]}
    nodes = {**manifest["sources"], **manifest["nodes"]}
    relations, node_of = Relations(), {}
    for node_id, table in tables.items():
        name = f"{table['metadata']['schema']}.{table['metadata']['name']}".lower()
        node_of[name] = node_id
        # Each column is its own origin, so that one step back is as far as it goes.
        relations.columns[name] = {
            column: {f"{name}.{column}": (name, column)} for column in map(str.lower, table["columns"])
        }
    parents: Parents = {}
    untold = []
    for node_id, node in nodes.items():
        if node_id not in tables or node["resource_type"] not in ("model", "snapshot"):
            continue
        if node.get("language") == "python":
            untold.append(node_id)
        elif node["name"].startswith("base_"):
            parents |= of_base(node, nodes, tables[node_id])
        elif not node.get("compiled_code"):
            raise LineageError(f"{node['name']} is not compiled, as after `dbt parse`: run `dbt docs generate` again.")
        else:
            try:
                columns = columns_of(node["compiled_code"], relations, manifest["metadata"]["adapter_type"], Reading)
            except LineageError as error:
                raise LineageError(f"{node['original_file_path']}: {error}") from error
            parents |= of_columns(node_id, columns, node_of)
    return Lineage(parents, untold)


def of_columns(node_id: str, columns: Columns, node_of: Mapping[str, str]) -> Parents:
    """The steps that lead out of a node; an incremental model may read itself, which is no step."""
    found: Parents = {}
    for column, origins in columns.items():
        places = {(node_of[relation], name) for relation, name in origins.values()}
        found[node_id, column] = sorted(place for place in places if place[0] != node_id)
    return found


def of_base(node: Mapping[str, Any], nodes: Mapping[str, Any], table: Mapping[str, Any]) -> Parents:
    """Base columns are the landed ones, typed, and keys are hashes of them: its macro reads files, not columns."""
    (source_id,) = (name for name in node["depends_on"]["nodes"] if name.startswith("source."))
    landed = nodes[source_id]["columns"]
    hashed = {key_column(name): name for name in landed}
    return {
        (node["unique_id"], column): [(source_id, name)]
        for column in map(str.lower, table["columns"])
        if (name := column if column in landed else hashed.get(column))
    }
