"""`python -m techco.operations.build`: dbt's build of what has news, on DuckDB; `--all` runs everything again.

A node has no news where its inputs, its code and its settings are those of its last run, which ended well
(techco.operations.news). `dbt build` stays plain dbt. Unit tests prove code and not data: `make test` runs them.
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from techco.command import run
from techco.contract.landing_zone import LandedFile, LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import ContractError, load_contract
from techco.contract.validation.ahead import Subject, begin
from techco.graph import reachable
from techco.operations import news
from techco.serving.release_gate import PASSED
from techco.settings import landing_folder, warehouse_file

if TYPE_CHECKING:
    # To import dbt takes seconds, which a build without news does not need.
    from dbt.contracts.graph.manifest import Manifest

COMMAND = ("build", "--exclude-resource-type", "unit_test")
# Set for a run of what has news: macros/landing/node_runs.sql then counts all other nodes as up to date.
ONLY_NEWS = "TECHCO_ONLY_NEWS"
ADVICE = "`make build ALL=yes` runs everything again."


def main(arguments: list[str] | None = None) -> int:
    """Build, and say what was left as it is; the exit code is dbt's."""
    parser = argparse.ArgumentParser(prog="python -m techco.operations.build", description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="run every model, test, seed and snapshot again")
    whole = parser.parse_args(arguments).all
    state, files = known_state(), news.read_files(Path())
    new = new_files(state) if state and not whole else None
    if state and new == [] and is_up_to_date(state, files):
        return leave_all(len(state.runs) - 1)
    check_ahead(state)
    if state is None or new is None:
        return build([], files)
    return build_news(state, files, new)


def known_state() -> news.State | None:
    """What the warehouse knows; None where it was never built, or is in use."""
    if not warehouse_file().is_file():
        return None
    try:
        with duckdb.connect(str(warehouse_file()), read_only=True) as connection:
            return news.read_state(connection)
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.IOException):
        # dbt says what is wrong, and what to do.
        return None


def new_files(state: news.State) -> list[LandedFile] | None:
    """The files that no run has loaded; None where dbt has to look: another zone, or one that lost files."""
    try:
        zone, files = read_zone(landing_folder()), list_files(landing_folder())
    except LandingZoneError:
        return None
    listed = {file.path_in_zone for file in files}
    if zone.landing_zone_id != state.landing_zone_id or not state.loaded <= listed:
        return None
    return [file for file in files if file.path_in_zone not in state.loaded]


def check_ahead(state: news.State | None) -> None:
    """Begin to check the files that are not loaded, while dbt reads the project; dbt says what hinders that."""
    if state is None and warehouse_file().exists():
        return
    loaded = state.loaded if state else frozenset()
    try:
        landing, contract = landing_folder(), load_contract(Path())
        files = list_files(landing)
    except (LandingZoneError, ContractError):
        return
    new = [file for file in files if file.path_in_zone not in loaded]
    begin(Subject(new, [file for file in files if file.path_in_zone in loaded], contract, landing))


def is_up_to_date(state: news.State, files: news.ProjectFiles) -> bool:
    """Whether nothing has changed since `make build` last noted that all is up to date."""
    noted = state.runs.get(news.PROJECT)
    newest = max(run.number for run in state.runs.values())
    return (
        noted == news.Run(newest, "success", files.whole)
        and not state.rewritten
        and not any(run.before_rights or run.status not in PASSED for run in state.runs.values())
    )


def build_news(state: news.State, files: news.ProjectFiles, new: list[LandedFile]) -> int:
    """Build the nodes that have news."""
    manifest = read_project()
    if manifest is None:
        return build([], files)
    nodes = declared_nodes(manifest)
    found = news.find_news(nodes, state, files.shared, {(file.source or "", file.table or "") for file in new})
    if not found:
        note_up_to_date(files)
        return leave_all(len(nodes))
    if len(found) == len(nodes):
        return build([], files, manifest)
    exit_code = build([nodes[name].name for name in found], files, manifest)
    compile_for_lineage()
    print(f"{len(found)} nodes were run: {news.in_words(found)}.")
    left = len(nodes) - len(found)
    print(f"{left} have no news since their last run, and were left as they are. {ADVICE}")
    return exit_code


def leave_all(count: int) -> int:
    """End where none of so many nodes has news."""
    compile_for_lineage()
    print(f"Nothing is new: all {count} nodes are as their last run left them. {ADVICE}")
    return 0


def compile_for_lineage() -> None:
    """Compile the whole project where techco.privacy.lineage does not remember what this build has not compiled."""
    if not (Path(os.environ.get("DBT_TARGET_PATH", "target")) / "lineage.json").is_file():
        from dbt.cli.main import dbtRunner

        dbtRunner().invoke(["--quiet", "compile"])


def read_project() -> "Manifest | None":
    """The project as dbt parses it; None where it does not, which the build then says."""
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    manifest = dbtRunner().invoke(["--quiet", "parse"]).result
    return manifest if isinstance(manifest, Manifest) else None


def declared_nodes(manifest: "Manifest") -> dict[str, news.Node]:
    """The nodes that a run of dbt would run."""
    called = {name: macro.depends_on.macros for name, macro in manifest.macros.items()}
    return {
        name: news.Node(
            node.name,
            node.config.materialized,
            node.checksum.checksum,
            tuple(node.depends_on_nodes),
            frozenset(reachable(node.depends_on_macros, called)),
        )
        for name, node in manifest.nodes.items()
        if node.resource_type in ("model", "seed", "snapshot", "test") and node.config.materialized != "ephemeral"
    }


def build(chosen: list[str], files: news.ProjectFiles, manifest: "Manifest | None" = None) -> int:
    """Run dbt's build of the nodes of these names, of all without any; note a build that left all up to date.

    Without a manifest, dbt parses the project.
    """
    from dbt.cli.main import dbtRunner

    selection: list[str] = []
    if chosen:
        os.environ[ONLY_NEWS] = "yes"
        selection = ["--indirect-selection", "empty", "--select", *chosen]
    result = dbtRunner(manifest).invoke([*COMMAND, *selection])
    if result.success:
        note_up_to_date(files)
        return 0
    # As dbt itself: 1 where a node failed, 2 where it could not run at all.
    return 2 if result.exception else 1


def note_up_to_date(files: news.ProjectFiles) -> None:
    """Write down that all nodes are up to date with these files."""
    with duckdb.connect(str(warehouse_file())) as connection:
        connection.execute("delete from base.node_runs where node_id = ?", [news.PROJECT])
        connection.execute(
            "insert into base.node_runs (node_id, run_number, status, fingerprint) "
            "select ?, max(run_number), 'success', ? from base.node_runs",
            [news.PROJECT, files.whole],
        )


if __name__ == "__main__":
    run(main, "What was built stays; run it again.")
