"""The live service: one thread takes what lands and keeps the live tables; readers are answered from them."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from techco.contract.landing_zone import LandingZone
from techco.live import answers
from techco.live.landed import LandedFiles, LandedPath
from techco.live.queries import Queries
from techco.live.view import LiveError, LiveView
from techco.serving.live_file import LANDED, NAME

# Seconds: how often landed files are looked for, sums and what is shown are made, releases are looked for, and what is
# over is forgotten; the last of the live tables' own time.
CYCLE, SUMS, RELEASES, FORGETTING = 0.25, 1.0, 1.0, 120.0
# What is read at once, so that a backlog neither fills the memory nor keeps readers waiting.
MOST_FILES, MOST_BYTES = 64, 32_000_000
# How long is waited before a file that cannot be read is tried again; after the last one it is left to the build.
BACK_OFF = (1.0, 5.0, 30.0, 120.0)
CONSENTS = ("crm.consents", "crm.privacy_requests")


@dataclass
class Snapshot:
    """What a role is shown at a time."""

    number: int
    content: bytes


class Service:
    """Takes what lands, and answers; `start()` begins, `stop()` ends."""

    def __init__(
        self, queries: Queries, zone: LandingZone, releases: Path, memory_limit: str, fingerprint: str, registry: str
    ):
        self.zone = zone
        self.current = releases / "current"
        self.fingerprint = fingerprint
        self.registry = registry
        self.view = LiveView(queries, not zone.simulated, memory_limit)
        self.landed = LandedFiles(zone.root, LANDED)
        self.backlog: list[LandedPath] = []
        self.broken: dict[str, tuple[LandedPath, int, float]] = {}
        self.release: Path | None = None
        self.refused: Path | None = None
        self.problems: dict[str, str] = {}
        self.shown = answers.Shown([])
        self.snapshots: dict[str, Snapshot] = {}
        self.wanted: dict[str, float] = {}
        self.changed = threading.Condition()
        self.stopping = threading.Event()
        self.heard_at = time.monotonic()
        self.newest: datetime | None = None
        self.forgot_at = datetime(1970, 1, 1)
        self.due: dict[str, float] = {}
        self.lag = 0.0
        self.open_release()
        # Of what landed before the service began, old events are of visits that are over.
        oldest = time.time() - 60 * queries.live_minutes
        self.backlog = [file for file in self.landed.poll() if file.named in CONSENTS or file.changed_at > oldest]
        self.thread = threading.Thread(target=self.run, name="live", daemon=True)

    def start(self) -> None:
        """Begin to take what lands."""
        self.thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self.stopping.set()
        with self.changed:
            self.changed.notify_all()
        if self.thread.is_alive():
            self.thread.join()

    def run(self) -> None:
        """Cycle until it is stopped. What goes wrong is said, and tried again."""
        while not self.stopping.is_set():
            began = time.monotonic()
            try:
                self.cycle()
                self.problems.pop("cycle", None)
            except duckdb.OutOfMemoryException as error:
                self.say("memory", f"TECHCO_LIVE_MEMORY_LIMIT is reached: visits are forgotten earlier ({error}).")
                self.forget_more()
            except (duckdb.Error, OSError, LiveError) as error:
                self.say("cycle", f"A cycle failed, and is tried again: {error}")
                self.stopping.wait(1.0)
            self.stopping.wait(max(0.0, CYCLE - (time.monotonic() - began)))

    def cycle(self) -> None:
        """Take what has landed, make the visits that it touches, and show it."""
        if self.is_due("releases", RELEASES):
            self.look_for_release()
        self.take_landed()
        with self.view.transaction():
            self.view.refresh(self.now())
        # By the time of the events, which may come faster than the clock goes, as after a pause.
        if self.view.now - self.forgot_at >= timedelta(seconds=FORGETTING):
            self.forgot_at = self.view.now
            with self.view.transaction():
                self.view.forget()
        if self.is_due("sums", SUMS):
            with self.view.transaction():
                self.view.sum_up()
            self.show()

    def is_due(self, what: str, every: float) -> bool:
        """Whether so many seconds have passed since it was due."""
        now = time.monotonic()
        if now < self.due.get(what, 0.0):
            return False
        self.due[what] = now + every
        return True

    def say(self, about: str, problem: str) -> None:
        """Say what is wrong, once, on the console and in the status."""
        if self.problems.get(about) != problem:
            print(problem, file=sys.stderr, flush=True)
        self.problems[about] = problem

    # ---- Time

    def now(self) -> datetime:
        """The instant that the live tables are as of: the clock's.

        Of an invented zone, whose days are others, the newest event's, and as much later as it came ago.
        """
        clock = datetime.now(UTC).replace(tzinfo=None)
        if not self.zone.simulated:
            return clock
        if self.view.newest_event != self.newest:
            self.newest, self.heard_at = self.view.newest_event, time.monotonic()
        if self.newest is None:
            return clock
        # Never backwards, as a visit that has ended does not come back.
        return max(self.newest + timedelta(seconds=time.monotonic() - self.heard_at), self.view.now)

    # ---- Releases

    def look_for_release(self) -> None:
        """Take a newer release; one that cannot be taken is said once, and the one before stays."""
        try:
            release = self.current.resolve(strict=True)
        except OSError:
            return
        if release in (self.release, self.refused):
            return
        try:
            self.open_release()
            self.problems.pop("release", None)
        except (LiveError, duckdb.Error) as error:
            self.refused = release
            self.say("release", f"The new release is not shown: {error}")

    def open_release(self) -> None:
        """Take the current release."""
        release = self.current.resolve()
        file = release / NAME
        if not file.exists():
            raise LiveError(
                f"There is no {file}: the live service begins with what a release holds. Run `make build` and "
                "`make publish`."
            )
        self.check_release(file)
        loaded = self.view.open_release(file)
        self.shown = answers.read_shown(self.view.connection, self.view.release_name)
        self.landed.know(loaded)
        for path in loaded.intersection(self.landed.left):
            del self.landed.left[path]
        self.release = release

    def check_release(self, file: Path) -> None:
        """Raise LiveError for a release of another zone, pepper or registry."""
        with duckdb.connect(str(file), read_only=True) as connection:
            identity = connection.execute("select landing_zone_id, pepper_fingerprint from control.identity").fetchall()
            rules = {
                row[0]
                for row in connection.execute("select registry_fingerprint from control.access_matrix").fetchall()
            }
        if identity != [(self.zone.landing_zone_id, self.fingerprint)]:
            raise LiveError(
                f"{file} is of another landing zone or pepper than TECHCO_LANDING and TECHCO_PEPPER name; set those "
                "that the warehouse was built with."
            )
        if rules != {self.registry}:
            raise LiveError(
                "The roles and classes of vars: privacy in dbt_project.yml are not those that the release was made "
                "with. Run `make build` and `make publish`."
            )

    # ---- What lands

    def take_landed(self) -> None:
        """Read some of the files that wait, each kind at once."""
        self.backlog += self.landed.poll()
        self.backlog += self.to_be_tried_again()
        batch: list[LandedPath] = []
        size = 0
        for file in self.backlog[:MOST_FILES]:
            size += file.bytes
            if batch and size > MOST_BYTES:
                break
            batch.append(file)
        del self.backlog[: len(batch)]
        batch.sort(key=lambda file: (file.named, file.format))
        for (named, _), group in groupby(batch, key=lambda file: (file.named, file.format)):
            files = list(group)
            try:
                self.take(named, files)
            except (duckdb.Error, UnicodeError):
                for file in files:
                    self.take_alone(named, file)

    def take(self, named: str, files: list[LandedPath]) -> None:
        """Read files; nothing of them stays where one cannot be read."""
        counts = self.view.counts.copy()
        try:
            with self.view.transaction():
                self.view.take(named, files)
        except BaseException:
            self.view.counts = counts
            raise

    def take_alone(self, named: str, file: LandedPath) -> None:
        """Read one file; where that fails, try again later, and in the end leave it to the build."""
        try:
            self.take(named, [file])
        except duckdb.OutOfMemoryException:
            self.backlog.insert(0, file)
            raise
        except (duckdb.Error, UnicodeError) as error:
            tries = self.broken.get(file.path_in_zone, (file, 0, 0.0))[1]
            message = str(error).splitlines()[0]
            if tries < len(BACK_OFF):
                self.broken[file.path_in_zone] = (file, tries + 1, time.monotonic() + BACK_OFF[tries])
                self.say(file.path_in_zone, f"{file.path_in_zone} cannot be read, and is tried again: {message}")
            else:
                self.broken.pop(file.path_in_zone, None)
                self.problems.pop(file.path_in_zone, None)
                self.landed.left[file.path_in_zone] = message
                print(f"{file.path_in_zone} is left to the build: {message}", file=sys.stderr, flush=True)
        else:
            self.broken.pop(file.path_in_zone, None)
            self.problems.pop(file.path_in_zone, None)

    def to_be_tried_again(self) -> list[LandedPath]:
        """Files that could not be read, and whose time has come."""
        now = time.monotonic()
        due = [file for file, _, at in self.broken.values() if at <= now]
        waiting = {file.path_in_zone for file in self.backlog}
        return [file for file in due if file.path_in_zone not in waiting]

    def forget_more(self) -> None:
        """Forget the half of the visits that has been quiet for longest."""
        with self.view.transaction():
            self.view.forget(half=True)

    # ---- What is shown

    def consents_are_known(self) -> bool:
        """Whether every landed file on consents has been read; else nobody's consent is taken for granted."""
        unread = [*self.landed.left, *self.broken, *(file.path_in_zone for file in self.backlog)]
        folders = tuple(named.replace(".", "/") + "/" for named in CONSENTS)
        return not any(path.startswith(folders) for path in unread)

    def tables_of(self, role: str) -> dict[str, str]:
        """The queries by which a role is shown the live tables."""
        tables = self.shown.roles.get(role, {})
        if role in self.shown.limited and not self.consents_are_known():
            return {
                name: f"from ({query}) where false" if " where " in query else query for name, query in tables.items()
            }
        return tables

    def show(self) -> None:
        """Make what is shown to the roles that somebody reads."""
        now = time.monotonic()
        made = {
            role: answers.to_json(self.status() | answers.snapshot(self.view.connection, self.tables_of(role)))
            for role, asked_at in list(self.wanted.items())
            if now - asked_at < 60
        }
        with self.changed:
            for role, content in made.items():
                self.snapshots[role] = Snapshot(self.view.revision, content)
            self.changed.notify_all()

    def snapshot(self, role: str, after: int = -1, timeout: float = 10.0) -> Snapshot | None:
        """What a role is shown, later than a number; None where nothing came in time."""
        until = time.monotonic() + timeout
        with self.changed:
            self.wanted[role] = time.monotonic()
            while not self.stopping.is_set():
                found = self.snapshots.get(role)
                if found and found.number > after:
                    return found
                if not self.changed.wait(max(0.0, until - time.monotonic())) or time.monotonic() > until:
                    return None
        return None

    def ask(self, role: str, answer: Callable[..., dict[str, Any]], *arguments: object) -> dict[str, Any]:
        """Answer a question of a role, in the thread that asks."""
        with self.view.reader() as connection:
            return answer(connection, self.tables_of(role), *arguments)

    def status(self) -> dict[str, Any]:
        """How the service is."""
        counts = vars(self.view.counts) | {"broken": dict(self.view.counts.broken)}
        return {
            "as_of": self.view.now,
            "revision": self.view.revision,
            "newest_event_at": self.view.newest_event,
            "release": self.release.name if self.release else None,
            "landed": counts | {"waiting_files": len(self.backlog), "left_to_the_build": dict(self.landed.left)},
            "problems": list(self.problems.values()),
        }
