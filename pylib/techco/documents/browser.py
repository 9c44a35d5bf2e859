"""A headless Chromium, spoken to by its own protocol over a pipe: no driver and no package beside the browser.

`TECHCO_BROWSER` names the browser where it is not found by itself.
"""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from techco import settings

# As distributions, macOS and Windows call it.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = tuple(f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Google Chrome", "Chromium"))
FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--hide-scrollbars"),
    # Containers have little shared memory; and nothing is to be asked for that no page asks for.
    *("--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # No name is found but this machine's own.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
# How long a page may take.
PATIENCE = 60


class BrowserError(Exception):
    """There is no browser, or it does not answer; the message says what to do."""


def find_browser() -> str:
    """The browser's program; raises BrowserError where there is none."""
    named = settings.browser()
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, (*NAMES, *PLACES))), None)
    if not found:
        wanted = f"TECHCO_BROWSER names {named}, which is no program" if named else "No Chromium or Chrome was found"
        raise BrowserError(
            f"{wanted}. Install one (on Debian: apt-get install chromium), or set TECHCO_BROWSER to its program."
        )
    return found


class Browser:
    """One page of a headless browser, `width` times `height`, that reaches no network but the disk."""

    def __init__(self, width: int = 1280, height: int = 720):
        """Raises BrowserError where there is no browser, or it does not start."""
        self.profile = tempfile.mkdtemp(prefix="techco-browser-")
        program = find_browser()
        # Chromium reads file descriptor 3 and writes 4, which may be in use here: bash puts them in place.
        told, self.tell = pipe()
        self.hear, said = pipe()
        # As root, as in a container, there is no sandbox to be had.
        flags = [*FLAGS, f"--user-data-dir={self.profile}", *(["--no-sandbox"] if os.getuid() == 0 else [])]
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{told} 4>&{said}; exec "$@"', "bash", program, *flags, "about:blank"],
            pass_fds=(told, said),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(told)
        os.close(said)
        self.unread, self.number, self.events = b"", 0, list[dict[str, Any]]()
        self.session: str | None = None
        page = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.resize(width, height)

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self.tell)
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)
        os.close(self.hear)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol; what happens meanwhile is kept in `events`."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.tell, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise BrowserError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def read(self) -> dict[str, Any]:
        """The next message."""
        while b"\0" not in self.unread:
            part = os.read(self.hear, 1 << 20)
            if not part:
                raise BrowserError("The browser ended by itself. Start it by hand to see why: " + find_browser())
            self.unread += part
        message, self.unread = self.unread.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer

    def open(self, url: str) -> None:
        """Open a page, and wait until it is loaded; `events` are of this page alone."""
        # What is open already would only scroll to another of its places.
        self.navigate("about:blank")
        self.events.clear()
        self.navigate(url)

    def navigate(self, url: str) -> None:
        """Go to a page, and wait until it is loaded."""
        answer = self.call("Page.navigate", url=url)
        if "errorText" in answer:
            raise BrowserError(f"{url} cannot be opened: {answer['errorText']}")
        loaded = {"loaderId": answer["loaderId"], "name": "load"}
        while not any(loaded.items() <= event.get("params", {}).items() for event in self.events):
            self.events.append(self.read())

    def resize(self, width: int, height: int) -> None:
        """Give the page another size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def run(self, script: str) -> Any:
        """The value of a script's last expression; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(f"{answer['exceptionDetails'].get('exception', {}).get('description')} in {script}")
        return answer["result"].get("value")

    def requests(self) -> list[str]:
        """What the page asked for, besides what it holds itself."""
        asked = [event["params"]["request"]["url"] for event in self.of("Network.requestWillBeSent")]
        return [url for url in asked if not url.startswith(("data:", "blob:", "about:"))]

    def complaints(self) -> list[str]:
        """Errors of the page's scripts, and what it could not load."""
        thrown = [event["params"]["exceptionDetails"] for event in self.of("Runtime.exceptionThrown")]
        logged = [event["params"]["entry"] for event in self.of("Log.entryAdded")]
        return [str(one.get("exception", one).get("description", one)) for one in thrown] + [
            entry["text"] for entry in logged if entry["level"] == "error"
        ]

    def of(self, method: str) -> list[dict[str, Any]]:
        """What has happened of a kind."""
        # What happened before the browser answers this has been told by then.
        self.call("Runtime.evaluate", expression="0")
        return [event for event in self.events if event.get("method") == method]

    def screenshot(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page to a PDF, of the size that its style sheet names."""
        printed = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)
        path.write_bytes(base64.b64decode(printed["data"]))


def pipe() -> tuple[int, int]:
    """A pipe whose ends have other numbers than those that Chromium reads and writes."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
