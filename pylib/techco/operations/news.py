"""Which nodes have news: since they were last run well, their code, their settings or what they read has changed.

What is known of the last runs stands in the warehouse (`base.node_runs`, written by macros/landing/node_runs.sql), so
that a run of plain dbt counts like one of `make build`. A node whose answer is not certain has news.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from techco.graph import in_order
from techco.serving.release_gate import PASSED

# Files of these folders and endings are a node's own: dbt keeps a checksum of each. All others may reach any node.
OWN_FILES = {"models": (".sql", ".py"), "snapshots": (".sql",), "seeds": (".csv",), "tests/singular": (".sql",)}
FILES = ["dbt_project.yml", "packages.yml", "profiles.yml"]
FOLDERS = ["macros", "models", "pylib/techco/predictions", "seeds", "snapshots", "tests"]
# What reads a control table knows of more than its inputs: the newest day, what is late, who was erased.
CONTROL_TABLE = "macro.techco.ledger"
# The row of base.node_runs that says with which files `make build` last found or made everything up to date.
PROJECT = "project"

NEVER = "never ran well"
CHANGED = "code or settings changed"
LANDED = "files landed"
RIGHTS = "a person used a right"
CONTROL = "reads what has landed so far"
PARENT = "reads what ran again"


@dataclass(frozen=True)
class Node:
    """A node as the project declares it; `macros` are all that it calls, directly or not."""

    name: str
    kind: str
    checksum: str
    reads: tuple[str, ...]
    macros: frozenset[str]


@dataclass(frozen=True)
class Run:
    """How a node's last run ended: a number that only grows, dbt's status, and the fingerprint of what it ran with.

    `before_rights`: since it began, a person has used a right, which base and every table after it may have to know.
    """

    number: int
    status: str
    fingerprint: str
    before_rights: bool = False


@dataclass(frozen=True)
class State:
    """What the warehouse knows: runs by node, loaded files, tables whose rows an operation changed since."""

    runs: Mapping[str, Run]
    loaded: frozenset[str]
    landing_zone_id: str
    rewritten: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class ProjectFiles:
    """Fingerprints of the project's files: of those that may reach any node, and of all."""

    shared: str
    whole: str


def read_files(project: Path) -> ProjectFiles:
    """The fingerprints of the project in this folder."""
    shared, whole = hashlib.md5(), hashlib.md5()
    for place in FILES + FOLDERS:
        found = project / place
        for file in sorted(path for path in found.rglob("*") if path.is_file()) if found.is_dir() else [found]:
            if not file.exists() or file.suffix == ".pyc":
                continue
            name = file.relative_to(project).as_posix()
            line = f"{name} {hashlib.md5(file.read_bytes()).hexdigest()}\n".encode()
            whole.update(line)
            if not is_own(name):
                shared.update(line)
    return ProjectFiles(shared.hexdigest(), whole.hexdigest())


def is_own(name: str) -> bool:
    """Whether a file of the project is the code of one node."""
    return any(name.startswith(f"{folder}/") and name.endswith(endings) for folder, endings in OWN_FILES.items())


def fingerprint(shared: str, checksum: str) -> str:
    """What a run without --vars writes down of a node, as macros/landing/node_runs.sql makes it."""
    return hashlib.md5(f"{shared}{{}}{checksum}".encode()).hexdigest()


def read_state(connection: duckdb.DuckDBPyConnection) -> State:
    """What the warehouse of this connection knows; raises duckdb.CatalogException where it was never built."""

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    runs = rows(
        "select node_id, run_number, status, coalesce(fingerprint, ''), "
        "coalesce(started_at <= (select max(done_at) from base.privacy_actions), false) "
        "from base.node_runs left join base.runs using (invocation_id) where run_number > 0"
    )
    files = rows("select file_path from base.loaded_files union select file_path from base.empty_files")
    # An operation takes a load id of its own, so a table was rewritten after a run that has a smaller one.
    rewritten = rows(
        "select distinct changed.source_name, changed.table_name from base.changed_tables as changed "
        "inner join base.node_runs as runs "
        "on runs.node_id = concat('model.techco.base_', changed.source_name, '__', changed.table_name) "
        "inner join base.loads as loads on runs.invocation_id = loads.invocation_id "
        "where changed.load_id > loads.load_id"
    )
    return State(
        runs={name: Run(*run) for name, *run in runs},
        loaded=frozenset(path for (path,) in files),
        landing_zone_id=rows("select landing_zone_id from base.identity")[0][0],
        rewritten=frozenset(rewritten),
    )


def find_news(
    nodes: Mapping[str, Node], state: State, shared: str, landed: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """Why each node that has news has it; `landed`: source and table of every file that is not loaded yet."""
    tables = {f"base_{source}__{table}" for source, table in {*landed, *state.rewritten}}
    news: dict[str, str] = {}
    for name in in_order({name: node.reads for name, node in nodes.items()}):
        node, run = nodes[name], state.runs.get(name)
        if run is None or run.status not in PASSED:
            news[name] = NEVER
        elif run.before_rights:
            news[name] = RIGHTS
        elif run.fingerprint != fingerprint(shared, node.checksum):
            news[name] = CHANGED
        elif node.name in tables:
            news[name] = LANDED
        elif tables and node.kind != "incremental" and CONTROL_TABLE in node.macros:
            news[name] = CONTROL
        elif any(parent in news or is_newer(state.runs.get(parent), run) for parent in node.reads if parent in nodes):
            news[name] = PARENT
    return news


def is_newer(parent: Run | None, run: Run) -> bool:
    """Whether an input was built after a node was last run."""
    return parent is not None and parent.number > run.number


def in_words(news: Mapping[str, str]) -> str:
    """How many nodes have news of each kind, most first."""
    return ", ".join(f"{count} {reason}" for reason, count in Counter(news.values()).most_common())
