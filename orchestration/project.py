"""Where the project stands, and how its commands are run."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg

ROOT = Path(__file__).resolve().parent.parent
MANIFEST = Path(os.environ.get("DBT_TARGET_PATH", ROOT / "target")) / "manifest.json"
# As much of what a command printed as a person reads in the run's page.
SHOWN = 4000


def run_command(context: dg.AssetExecutionContext | dg.OpExecutionContext, module: str, *arguments: str) -> str:
    """Run `python -m <module>` of the project as a process of its own, which gives its memory and locks back.

    Returns what it printed. Raises dagster.Failure with the end of it where the command failed.
    """
    paths = os.pathsep.join([str(ROOT / "pylib"), str(ROOT)])
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    context.log.info(ended.stdout[-SHOWN:])
    if ended.returncode:
        raise dg.Failure(f"python -m {module} failed: {ended.stdout[-SHOWN:].strip()}")
    return ended.stdout
