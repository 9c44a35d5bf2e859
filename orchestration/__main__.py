"""`python -m orchestration`: Dagster's page and daemon on this machine, until Ctrl-C."""

import argparse
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from techco import settings
from techco.command import run

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"


def main() -> int:
    """Read the project, and start; the exit code is Dagster's."""
    parser = argparse.ArgumentParser(prog="python -m orchestration", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=3000, help="the page's port on this machine (default: 3000)")
    port = parser.parse_args().port
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind((HOST, port))
        except OSError:
            print(f"Port {port} is taken on this machine: `make orchestrate PORT=<another one>`.", file=sys.stderr)
            return 1
    print("Reading the project ...")
    if (
        read := subprocess.run([sys.executable, "-m", "dbt.cli.main", "--quiet", "parse"], cwd=ROOT, check=False)
    ).returncode:
        return read.returncode
    home = prepare_home()
    print(f"Dagster keeps its runs in {home}. Open http://{HOST}:{port}; Ctrl-C ends it.")
    command = [sys.executable, "-m", "dagster", "dev", "-m", "orchestration.definitions", "-h", HOST, "-p", str(port)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"DAGSTER_HOME": str(home)}, check=False).returncode


def prepare_home() -> Path:
    """Dagster's folder beside the warehouse, with the project's settings of today."""
    home = settings.warehouse_file(ROOT).resolve().parent / "dagster"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("dagster.yaml"), home)
    return home


if __name__ == "__main__":
    run(main, "Runs that were under way are played again when it starts.")
