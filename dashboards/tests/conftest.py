"""A Superset over the current release of TECHCO_WAREHOUSE, and a browser that is logged in as a role."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from techco import settings
from techco.documents.browser import Browser
from techco.serving.releases import ReleaseError, current_release

ROOT = Path(__file__).resolve().parents[2]
# Of seconds, on a machine that does nothing else; a busy one gets more by TECHCO_TEST_PATIENCE=4.
PATIENCE = float(os.environ.get("TECHCO_TEST_PATIENCE", "1"))


@dataclass
class Served:
    """Dashboards that run, over a release of their own."""

    folder: Path
    port: int
    seconds_to_start: float = 0
    charts: dict[int, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """The address."""
        return f"http://localhost:{self.port}"

    @property
    def releases(self) -> Path:
        """The folder of releases."""
        return self.folder / "releases"

    def password(self, role: str) -> str:
        """Of a login."""
        return json.loads((self.folder / "dashboards" / "logins.json").read_text())[role]

    def release(self, role: str) -> Path:
        """The file that a role reads."""
        return self.releases / "current" / role / "serving.duckdb"

    def ids(self, table: str) -> dict[UUID, int]:
        """The numbers that Superset gave."""
        with sqlite3.connect(self.folder / "dashboards" / "superset.db") as own:
            return {UUID(bytes=uuid): number for number, uuid in own.execute(f"select id, uuid from {table}")}


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Served:
    """Dashboards started as `make dashboards` does, over a copy of the current release."""
    try:
        current = current_release(settings.warehouse_file(ROOT)).resolve()
    except ReleaseError as error:
        pytest.exit(f"{error} The dashboards are tested on it.", returncode=1)
    folder = tmp_path_factory.mktemp("served")
    releases = folder / "releases"
    # The files are the same ones, under a link that the test of a swap can point elsewhere.
    shutil.copytree(current, releases / "first", copy_function=os.link)
    (releases / "current").symlink_to("first")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "TECHCO_WAREHOUSE": str(folder / "techco.duckdb"),
        "TECHCO_DASHBOARDS_PORT": str(port),
        "PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}",
    }
    found = Served(folder, port)
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "techco.dashboards.serve"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout:
                if line.startswith("Ctrl-C"):
                    break
            found.seconds_to_start = time.monotonic() - began
            assert process.poll() is None, "Superset did not start; what it wrote stands above"
            yield found
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


class Page(Browser):
    """A browser that can wait for Superset, and hear what its charts were answered."""

    def __init__(self, served: Served, role: str, width: int = 1280, height: int = 900) -> None:
        super().__init__(width, height)
        self.served, self.role, self.width = served, role, width
        self.open(f"{served.base}/login/")
        self.until("document.querySelectorAll('input[type=password]').length", "the form to log in")
        # As a person types: React hears of it by the event.
        script = """
            (values => {
                const fields = [document.querySelector('#username, input[name=username], input[type=text]'),
                                document.querySelector('input[type=password]')];
                const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
                fields.forEach((one, place) => {
                    setter.call(one, values[place]);
                    one.dispatchEvent(new Event('input', {bubbles: true}));
                });
                document.querySelector('form button, button[type=submit]').click();
            })(%s)
        """
        self.run(script % json.dumps([role, served.password(role)]))
        self.until("!location.pathname.startsWith('/login')", "to be logged in")

    def until(self, condition: str, what: str, seconds: float = 60) -> None:
        """Wait until a script says something true."""
        deadline = time.monotonic() + seconds * max(PATIENCE, 1)
        while True:
            if self.run(f"Boolean({condition})"):
                return
            assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}: {self.run('location.href')}"
            time.sleep(0.05)

    def dashboard(self, name: str, filters: str = "") -> float:
        """Open a page and wait until all its charts are drawn; return the seconds that it took."""
        began = time.monotonic()
        self.open(f"{self.served.base}/superset/dashboard/{name}/?standalone=0{filters}")
        self.until("document.querySelectorAll('.chart-slice').length", f"the charts of {name}")
        self.drawn()
        return time.monotonic() - began

    def drawn(self) -> None:
        """Wait until no chart of the open tab is being loaded."""
        loading = ".chart-slice .loading, [data-test=loading-indicator], .chart-slice .ant-spin-spinning"
        filled = "canvas, svg.echarts, table, .header-line, .ant-empty, [data-test-viz-type] *"
        self.until(
            f"document.querySelectorAll('.chart-slice').length && !document.querySelectorAll('{loading}').length && "
            f"[...document.querySelectorAll('.chart-slice')].every(one => one.querySelector('{filled}'))",
            "charts to be drawn",
        )

    def answers(self) -> dict[int, dict]:
        """What charts were answered since the page was opened, by their numbers in Superset."""
        asked = {
            event["params"]["requestId"]: event["params"]["request"]
            for event in self.of("Network.requestWillBeSent")
            if "/api/v1/chart/data" in event["params"]["request"]["url"]
        }
        found = {}
        for finished in self.of("Network.loadingFinished"):
            request = asked.get(finished["params"]["requestId"])
            if request and "slice_id" in request.get("postData", ""):
                body = self.call("Network.getResponseBody", requestId=finished["params"]["requestId"])["body"]
                slice_id = json.loads(request["postData"])["form_data"]["slice_id"]
                found[slice_id] = json.loads(body)["result"][0]
        return found

    def tab(self, text: str) -> None:
        """Open a tab of the page."""
        self.run(
            "[...document.querySelectorAll('.ant-tabs-tab-btn, [role=tab]')]"
            f".find(one => one.innerText.trim() === {json.dumps(text)}).click()"
        )

    def fetch(self, path: str, body: dict | None = None) -> tuple[int, str]:
        """What the server answers the person who is logged in."""
        script = """
            (async (path, body) => {
                const token = (await (await fetch('/api/v1/security/csrf_token/')).json()).result;
                const headers = {'Content-Type': 'application/json', 'X-CSRFToken': token};
                const answer = await fetch(path, body ? {method: 'POST', headers, body: JSON.stringify(body)} : {});
                return [answer.status, await answer.text()];
            })(%s, %s)
        """
        status, text = self.run(script % (json.dumps(path), json.dumps(body)))
        return status, text


@pytest.fixture
def logged_in(served):
    """A way to log in as a role."""

    @contextmanager
    def log_in(role: str, width: int = 1280, height: int = 900):
        with Page(served, role, width, height) as page:
            yield page

    return log_in
