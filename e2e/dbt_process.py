"""dbt as a user runs it, each time in a process of its own, forked from one that has imported it already.

To import dbt takes as long as many a test's build.
"""

import gc
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        *("dbt.cli.main", "dbt.adapters.duckdb", "dbt.parser.manifest"),
        *("pandas", "scipy.optimize", "scipy.stats", "sklearn.cluster", "sklearn.ensemble"),
    ]
)


def run(arguments: tuple[str, ...], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a dbt command in `folder` with these environment variables only; return exit code and what it printed."""
    with tempfile.NamedTemporaryFile() as printed:
        process = FORKS.Process(target=be_dbt, args=(arguments, folder, environment, printed.name))
        process.start()
        process.join()
        return process.exitcode, Path(printed.name).read_text()


def be_dbt(arguments: tuple[str, ...], folder: Path, environment: dict[str, str], printed: str) -> None:
    """What the forked process does."""
    # The end of the process takes all away; to look for garbage meanwhile was 6 % of a small build.
    gc.disable()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    output = os.open(printed, os.O_WRONLY | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import cli

    sys.argv = ["dbt", *arguments]
    try:
        cli()
    finally:
        # A forked process ends without what dbt does when Python exits: close the warehouse, which empties its log.
        DuckDBConnectionManager.close_all_connections()
