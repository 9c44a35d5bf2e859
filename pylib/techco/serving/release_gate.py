"""Whether a warehouse may be released: all that is published was built well, in order, and tested since.

The macros of macros/landing/node_runs.sql write down what the project consists of (`base.project_nodes`) and how each
node's last run ended (`base.node_runs`). A run is a number that only grows, so what was built after its inputs, and
tested after that, has numbers that do not fall along the way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from techco.graph import reachable

PASSED = ("success", "pass", "warn", "no-op")
# How a node of the last run is said to have ended, where it did not pass.
ENDED = {
    "started": "was not finished",
    "skipped": "was skipped, as something before it failed",
    "empty": "was built with --empty",
}
# What techco.privacy.lineage notes here: it looks at all tables, and is no node of dbt.
LINEAGE = "lineage"
# So many are named; of more it is said how many there are.
NAMED = 8


@dataclass(frozen=True)
class Node:
    """A model, seed, snapshot or data test, and its last run; `number` is None where it has not run yet."""

    name: str
    kind: str
    relation: str
    reads: tuple[str, ...]
    number: int | None
    status: str | None
    as_of: str


@dataclass(frozen=True)
class Problem:
    """Why nothing may be released; `again`: the ids of nodes that have to be built, or of the test that has to run."""

    message: str
    again: tuple[str, ...]
    # What failed is said before what waits for it.
    failed: bool = False


def read_nodes(connection: duckdb.DuckDBPyConnection) -> dict[str, Node]:
    """The nodes of the project by their dbt id, of the warehouse that the connection uses."""
    rows = connection.execute(
        "select node_id, node_name, kind, relation_name, reads, run_number, status, coalesce(as_of, '') "
        "from base.project_nodes left join base.node_runs using (node_id) order by node_id"
    ).fetchall()
    return {row[0]: Node(row[1], row[2], row[3], tuple(row[4].split()), *row[5:]) for row in rows}


def lineage_failed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether techco.privacy.lineage found personal data, and has not passed since."""
    return bool(connection.execute("select 1 from base.node_runs where node_id = ?", [LINEAGE]).fetchall())


def problems(nodes: Mapping[str, Node], published: Iterable[str], tested: bool = True) -> list[Problem]:
    """What keeps `published` (schema.table) from being released; with `tested` off only tests that failed count."""
    shown = set(published)
    of_a_release = with_all_they_read(nodes, [name for name, node in nodes.items() if node.relation in shown])
    shows = {name: shown_since(nodes, name) for name in nodes}
    found: list[Problem] = []
    for name, node in nodes.items():
        is_test = node.kind == "test"
        if problem := of_last_run(nodes, name):
            found.append(problem)
        elif name in of_a_release or (is_test and tested and not of_a_release.isdisjoint(node.reads)):
            found += out_of_order(nodes, name, shows)
    tables = {name: nodes[name] for name in sorted(of_a_release) if nodes[name].kind == "table"}
    return sorted(found + of_different_days(tables), key=lambda problem: not problem.failed)


def of_last_run(nodes: Mapping[str, Node], name: str) -> Problem | None:
    """What is wrong with how a node's last run ended, whatever the node is for; None where it passed or never ran."""
    node = nodes[name]
    if node.status is None or node.status in PASSED:
        return None
    # What a failed test has stopped is built with what it tests.
    again = tuple(parent for parent in node.reads if parent in nodes) if node.kind == "test" else ()
    return Problem(f"{node.name} {ENDED.get(node.status, 'failed')}", again or (name,), node.status != "skipped")


def out_of_order(nodes: Mapping[str, Node], name: str, shows: Mapping[str, int | None]) -> list[Problem]:
    """The problem of a node that a release needs and that has not been built, or run, since what it reads was built."""
    node = nodes[name]
    is_test = node.kind == "test"
    if node.number is None:
        return [Problem(f"{node.name} has never {'run' if is_test else 'been built'}", (name,))]
    newer = [parent for parent in node.reads if (shows.get(parent) or 0) > node.number]
    # A snapshot says what was believed when it was taken: what was built since, as by an erasure, makes it no less
    # true.
    if not newer or node.kind in ("view", "snapshot"):
        return []
    if is_test:
        return [Problem(f"{node.name} has not run since {nodes[newer[0]].name} was built", (name,))]
    return [Problem(f"{node.name} is older than {nodes[newer[0]].name}, which it reads", tuple(newer))]


def of_different_days(tables: Mapping[str, Node]) -> list[Problem]:
    """The problem of tables that were built as of different days, as by a run with var as_of of a part of them."""
    days = {table.as_of: name for name, table in tables.items() if table.number is not None}
    if len(days) < 2:
        return []
    named = [f"{tables[name].name} as of {day or 'the newest day'}" for day, name in sorted(days.items())]
    return [Problem(f"tables were built as of different days: {' and '.join(named)}", tuple(tables))]


def with_all_they_read(nodes: Mapping[str, Node], names: Iterable[str]) -> set[str]:
    """These nodes, and whatever is behind them."""
    return reachable(names, {name: node.reads for name, node in nodes.items()})


def shown_since(nodes: Mapping[str, Node], name: str) -> int | None:
    """The run that made what a node shows: a view shows what it reads. None where it was never built."""
    node = nodes[name]
    if node.kind != "view":
        return node.number
    behind = [shown_since(nodes, parent) for parent in node.reads if parent in nodes]
    return max((number for number in [node.number, *behind] if number is not None), default=None)


def what_to_do(nodes: Mapping[str, Node], found: Sequence[Problem]) -> str:
    """The problems, and the command by which they go."""
    listed = [f"  {problem.message}" for problem in found[:NAMED]]
    if len(found) > NAMED:
        listed.append(f"  and {len(found) - NAMED} more")
    again = {name for problem in found for name in problem.again}
    # What is behind another is built with it.
    first = [name for name in sorted(again) if again.isdisjoint(with_all_they_read(nodes, nodes[name].reads))]
    selected = " ".join(nodes[name].name + ("" if nodes[name].kind == "test" else "+") for name in first)
    advice = "`make build`"
    if len(first) <= NAMED:
        advice = f"`dbt build --exclude-resource-type unit_test --select {selected}`, or {advice} for all"
    return "\n".join([*listed, f"Run {advice}; governance.run_audit says how runs ended."])
