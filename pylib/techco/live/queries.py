"""The SQL of the live service: not its own, but that of the project, as dbt makes it.

Landed rows are read, judged and keyed as base models do it (macro print_live_intake); the live tables are those of
models/marts/marketing. dbt takes its time, so what it made is kept until a file of the project changes.
"""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from techco.contract.raw_contract import read_yaml
from techco.operations.news import read_files
from techco.serving.live_file import LANDED

EVENTS_MODEL = "int_live__events"
STAGED_EVENTS = "stg_web__events"


class QueriesError(Exception):
    """The project does not give the SQL; the message says why."""


@dataclass(frozen=True)
class LiveTable:
    """A live table: where it stands, and the query that makes it of what the service puts in place."""

    schema: str
    name: str
    query: str


@dataclass(frozen=True)
class Queries:
    """`intake`: by source.table and format, how landed files are read and judged; `tables` in the order of making."""

    intake: dict[str, dict[str, dict[str, str]]]
    tables: tuple[LiveTable, ...]
    visit_scope: str
    bot_agents: tuple[str, ...]
    live_minutes: int
    visit_gap_minutes: int
    consent_of_role: dict[str, str]


def load_queries(project: Path, cache: Path) -> Queries:
    """The queries of the project, from `cache` where no file of the project has changed since."""
    fingerprint = read_files(project).whole
    try:
        kept = json.loads(cache.read_text(encoding="utf-8"))
        if kept["fingerprint"] == fingerprint:
            return from_json(kept["queries"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    made = make_apart(project, cache.parent)
    cache.write_text(json.dumps({"fingerprint": fingerprint, "queries": made}), encoding="utf-8")
    return from_json(made)


def from_json(made: dict[str, Any]) -> Queries:
    """What `asdict` was made of."""
    tables = tuple(LiveTable(**table) for table in made["tables"])
    return Queries(**(made | {"tables": tables, "bot_agents": tuple(made["bot_agents"])}))


def make_apart(project: Path, folder: Path) -> dict[str, Any]:
    """Have dbt make the queries in a process of its own, which takes its memory along.

    It sees no landing zone and a warehouse in memory, so it waits for no build and stops none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    env = os.environ | {
        "TECHCO_LANDING": str(folder / "no-landing-zone"),
        "TECHCO_WAREHOUSE": ":memory:",
        "DBT_TARGET_PATH": str(folder / "dbt"),
        "DBT_LOG_PATH": str(folder / "dbt"),
    }
    command = [sys.executable, "-m", "techco.live.queries", str(folder / "made.json")]
    run = subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False)
    if run.returncode:
        raise QueriesError(f"dbt did not compile the live tables:\n{run.stdout.strip()}\n{run.stderr.strip()}")
    made: dict[str, Any] = json.loads((folder / "made.json").read_text(encoding="utf-8"))
    return made


def make() -> Queries:
    """Have dbt make the queries, in the project's folder."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    printed: list[str] = []
    runner = dbtRunner(
        callbacks=[lambda event: printed.append(event.data.msg) if event.info.name == "PrintEvent" else None]
    )

    def invoke(*arguments: str) -> Any:
        answer = runner.invoke(["--quiet", *arguments])
        if not answer.success:
            raise QueriesError(str(answer.exception or "see above"))
        return answer.result

    manifest = invoke("parse")
    assert isinstance(manifest, Manifest)
    runner.manifest = manifest
    compiled = invoke("compile", "--select", f"{EVENTS_MODEL}+,path:models/marts/marketing")
    invoke("run-operation", "print_live_intake", "--args", json.dumps({"tables": LANDED}))
    # In the order of the graph: a table comes after those that it reads.
    nodes = [result.node for result in compiled.results if result.node.resource_type == "model"]
    nodes.sort(key=lambda node: sum(other.unique_id in node.depends_on_nodes for other in nodes))
    staged = manifest.nodes[f"model.techco.{STAGED_EVENTS}"]
    settings = read_yaml(Path("dbt_project.yml"))["vars"]
    return Queries(
        intake=json.loads(next(text for text in printed if text.lstrip().startswith("{"))),
        tables=tuple(LiveTable(node.schema, node.alias, node.compiled_code) for node in nodes),
        visit_scope=staged.config.meta["derived_parents"]["_visit_scope"],
        bot_agents=tuple(settings["bots"]["user_agents"]),
        live_minutes=settings["live_minutes"],
        visit_gap_minutes=settings["visit_gap_minutes"],
        consent_of_role={
            name: role["consent"] for name, role in settings["privacy"]["roles"].items() if "consent" in role
        },
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(asdict(make())), encoding="utf-8")
