"""dbt as a user runs it, each time in a process of its own."""

import gc
import os
import sys
import tempfile
from pathlib import Path

from techco.operations.forked import closing_the_warehouse, forks

FORKS = forks()


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
    from dbt.cli.main import cli

    sys.argv = ["dbt", *arguments]
    with closing_the_warehouse():
        cli()
