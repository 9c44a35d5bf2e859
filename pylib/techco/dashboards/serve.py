"""`make dashboards`: Superset over the current release, with a login for each role, until Ctrl-C.

Superset runs in an environment of its own (requirements/dashboards.txt), on this machine only. What it keeps (its own
tables, the logins) stands beside the warehouse, in the folder `dashboards`, closed to all but its owner.
"""

import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from techco import owner_only, settings
from techco.command import run
from techco.contract.raw_contract import read_yaml
from techco.dashboards import style
from techco.dashboards.declared import FOLDER, DashboardError, load
from techco.dashboards.kpis import read_kpis
from techco.dashboards.shapes import shapes
from techco.dashboards.superset import Bundle
from techco.serving.releases import ReleaseError, current_release, serving_file

HOST = "127.0.0.1"
ENVIRONMENT = Path(".venv-dashboards") / "bin"
# Superset alone may change what it keeps.
ADMIN = "admin"
# Settings with which DuckDB opens a release for a person: that file and no other, and no setting may be changed. Else
# anybody who writes SQL could read another role's release, or any file of this machine.
CLOSED = {"enable_external_access": "false", "lock_configuration": "true"}
PATIENCE = 300


def main() -> int:
    """Prepare, start, say where it is, and wait."""
    # As a service manager stops it: Superset is to end, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        port = port_of(settings.dashboards_port())
        require_superset()
        require_free(port)
        state = prepare_state(settings.warehouse_file())
        environment = environment_of(state)
        prepare(state, environment)
    except (DashboardError, ReleaseError) as error:
        print(error, file=sys.stderr)
        return 1
    with subprocess.Popen(server(port), env=environment) as superset:
        try:
            wait_until_up(superset, port)
            print(welcome(port, state), flush=True)
            return superset.wait()
        except DashboardError as error:
            print(error, file=sys.stderr)
            return 1
        finally:
            superset.terminate()


def port_of(text: str) -> int:
    """The port; raise DashboardError where it is none."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DashboardError(f"PORT is {text}; expected is a number from 1 to 65535, such as 8088.")
    return int(text)


def require_superset() -> None:
    """Raise DashboardError where the environment is not there."""
    if not (ENVIRONMENT / "gunicorn").exists():
        raise DashboardError(f"Superset is not installed in {ENVIRONMENT.parent}; run `make dashboards`, which does.")


def require_free(port: int) -> None:
    """Raise DashboardError where something else answers at the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise DashboardError(
                f"Port {port} is taken, perhaps by dashboards that run already: look at http://localhost:{port}, or "
                f"choose another one: make dashboards PORT={port + 1}"
            ) from error


def prepare_state(warehouse: Path) -> Path:
    """Write what Superset is to show, and the logins; return the folder."""
    privacy = read_yaml(Path("dbt_project.yml"))["vars"]["privacy"]
    url = settings.dashboards_url()
    state = warehouse.parent / "dashboards"
    roles = dict(privacy["roles"]) if url else with_release(warehouse, privacy["roles"])
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state / "assets.json").write_text(json.dumps(assets(warehouse, roles, url)), encoding="utf-8")
    (state / "logins.json").write_text(json.dumps(logins(state, roles), indent=2), encoding="utf-8")
    owner_only.close_tree(state)
    return state


def with_release(warehouse: Path, declared: Mapping[str, Any]) -> dict[str, Any]:
    """The roles that have a release; says which have none."""
    current_release(warehouse)
    found = {}
    for role, entry in declared.items():
        try:
            serving_file(warehouse, role)
        except ReleaseError as error:
            print(f"No dashboards for {role}. {error}", file=sys.stderr)
        else:
            found[role] = entry
    if not found:
        raise ReleaseError("No role has a release; run `make build` and `make publish`.")
    return found


def assets(warehouse: Path, roles: Mapping[str, Any], url: str) -> dict[str, Any]:
    """What Superset imports for these roles."""
    currency = read_yaml(Path("dbt_project.yml"))["vars"]["reporting_currency"]
    bundle = Bundle(load(), read_kpis(), shapes(), currency)
    found: dict[str, Any] = {}
    for role, entry in roles.items():
        marts = bundle.marts_in(set(entry["schemas"])) if url else released_tables(serving_file(warehouse, role))
        found |= bundle.assets(role, marts, *connection(warehouse, role, url))
    return found


def released_tables(file: Path) -> set[str]:
    """What a role's release holds; one of a role that sees some persons lacks tables that do not say whose rows are."""
    with duckdb.connect(str(file), read_only=True) as release:
        named = "select table_schema || '.' || table_name from information_schema.tables"
        return {name for (name,) in release.execute(named).fetchall()}


def connection(warehouse: Path, role: str, url: str) -> tuple[str, dict[str, Any]]:
    """The address of a role's data, and how its engine is opened.

    `url` is that of another database, with {role} and {ROLE} in the place of the role; without it, the release.
    """
    if url:
        return url.replace("{role}", role).replace("{ROLE}", role.upper()), {}
    # Through the link `current`, not what it leads to now: the next query opens the next release.
    file = warehouse.parent.resolve() / "releases" / "current" / role / "serving.duckdb"
    return f"duckdb:///{file}", {"connect_args": {"read_only": True, "config": CLOSED}}


def logins(state: Path, roles: Mapping[str, Any]) -> dict[str, str]:
    """A password for each role, and for the one who looks after Superset; those of before stay."""
    file = state / "logins.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {name: known.get(name) or secrets.token_urlsafe(12) for name in (*roles, ADMIN)}


def environment_of(state: Path) -> dict[str, str]:
    """The environment of Superset's processes."""
    key = state / "secret_key"
    if not key.exists():
        key.write_text(secrets.token_urlsafe(42), encoding="utf-8")
        key.chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return kept | {
        "SUPERSET_CONFIG_PATH": str((FOLDER / "superset_config.py").resolve()),
        "FLASK_APP": "superset",
        # Nothing of its own is asked of the internet.
        "SCARF_ANALYTICS": "false",
        "TECHCO_DASHBOARDS_STATE": str(state.resolve()),
        "TECHCO_DASHBOARDS_SECRET": key.read_text(encoding="utf-8"),
        "TECHCO_DASHBOARDS_PALETTE": " ".join(style.PALETTE),
        "TECHCO_DASHBOARDS_SEQUENTIAL": " ".join(style.SEQUENTIAL),
    }


def prepare(state: Path, environment: Mapping[str, str]) -> None:
    """Have Superset take in what is declared, unless it has done so already, which spares half a minute."""
    mark = state / "prepared"
    parts = [state / "assets.json", state / "logins.json", FOLDER / "prepare.py", FOLDER / "superset_config.py"]
    digest = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    if mark.exists() and mark.read_text(encoding="utf-8") == digest and (state / "superset.db").exists():
        return
    call([str(ENVIRONMENT / "python"), str(FOLDER / "prepare.py")], environment)
    mark.write_text(digest, encoding="utf-8")


def call(command: list[str], environment: Mapping[str, str]) -> None:
    """Run a command of Superset's; raise DashboardError with what it said where it fails."""
    ended = subprocess.run(command, env=dict(environment), capture_output=True, text=True)
    if ended.returncode:
        said = f"{ended.stdout}{ended.stderr}".strip().splitlines()[-25:]
        raise DashboardError("Superset could not be prepared:\n" + "\n".join(said))


def server(port: int) -> list[str]:
    """The command that serves: two processes, as one is busy while another page is asked for."""
    options = ["--workers", "2", "--worker-class", "gthread", "--threads", "8", "--timeout", "120"]
    quiet = ["--log-level", "error", "--error-logfile", "-"]
    bound = ["--bind", f"{HOST}:{port}"]
    return [str(ENVIRONMENT / "gunicorn"), *bound, *options, *quiet, "superset.app:create_app()"]


def wait_until_up(superset: subprocess.Popen[bytes], port: int) -> None:
    """Wait until it answers; raise DashboardError where it ends or takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if superset.poll() is not None:
            raise DashboardError("Superset ended by itself; what it wrote above says why.")
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/health", timeout=5):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise DashboardError(f"Superset does not answer at port {port} after {PATIENCE} seconds.")


def welcome(port: int, state: Path) -> str:
    """Where it is, and who may come in."""
    names = ", ".join(json.loads((state / "logins.json").read_text(encoding="utf-8")))
    width = shutil.get_terminal_size().columns
    return "\n".join(
        [
            "-" * min(width, 100),
            f"Dashboards: http://localhost:{port}/dashboard/list/",
            f"Logins ({names}): {state / 'logins.json'}",
            "Ctrl-C stops them.",
        ]
    )


if __name__ == "__main__":
    run(main, "The dashboards are stopped; `make dashboards` starts them again.")
