"""Follows a database by Debezium's engine: a consistent snapshot, then its log, into files of the landing zone."""

import signal
import time
from collections.abc import Sequence
from pathlib import Path

from ingest.back_off import BackOff, say
from ingest.debezium import machine
from ingest.debezium.checkpoint import SnapshotNeeded, State
from ingest.debezium.config import Config, settings
from ingest.debezium.lander import Lander
from ingest.debezium.positions import BadPosition
from ingest.debezium.preconditions import require
from ingest.files import Landing
from ingest.postgres.checkpoint import ENDS
from ingest.preconditions import NotReady
from ingest.tables import Followed

LOOK_EVERY_SECONDS = 0.2
# After so long without a word the database is asked whether it is there: Debezium tries to reach it for ever, silently.
SILENCE_SECONDS = 20.0


class Connector:
    """One database and the tables of one source."""

    def __init__(self, config: Config, tables: Sequence[Followed], zone: Path):
        self.config = config
        self.tables = tables
        self.landing = Landing(zone, config.source)
        self.state = State(self.landing)
        self.stopped = False
        # Ends when nothing has come for so many seconds; None to follow for ever.
        self.until_idle: float | None = None
        # Whether to read all tables anew.
        self.read_again = False

    def stop(self, *_: object) -> None:
        """End after what is being done."""
        self.stopped = True

    def run(self) -> None:
        """Follow until stopped; what goes wrong with the server or the disk is said, and tried again."""
        back_off = BackOff()
        with self.landing.alone(self.config.source):
            for table in self.tables:
                for ending in ENDS:
                    self.landing.remove_unfinished(table.name, ending)
            machine.start(self.config.java_memory)
            # Behind Java's start, which sets its own.
            signal.signal(signal.SIGTERM, self.stop)
            while not self.stopped:
                try:
                    self.session(back_off)
                    return
                except (NotReady, BadPosition) as error:
                    back_off.wait(f"{self.where()}: {error}")
                except machine.ServerError as error:
                    back_off.wait(f"{self.where()} does not answer as it should ({error})")
                except OSError as error:
                    back_off.wait(f"{self.landing.zone} cannot be written ({error}); the server keeps the log")

    def where(self) -> str:
        """The database, as a message calls it."""
        return f"The {self.config.kind.name} database of {self.config.source}"

    def session(self, back_off: BackOff) -> None:
        """Look at the database, then run the engine from what has landed on."""
        connection = machine.Connection(self.config)
        try:
            there = require(connection, self.config, self.tables)
        finally:
            connection.close()
        landed = self.prepare()
        lander = Lander(self.config, self.tables, self.landing, there, landed)
        asked_at = time.monotonic()
        engine = machine.Engine(settings(self.config, self.state.engine_file, self.state.history), lander.take)
        try:
            while engine.is_running() and not self.stopped and not self.is_idle(lander):
                time.sleep(LOOK_EVERY_SECONDS)
                if lander.began_at is not None:
                    back_off.well()
                if time.monotonic() - max(asked_at, lander.heard_at) > SILENCE_SECONDS:
                    machine.Connection(self.config).close()
                    asked_at = time.monotonic()
        finally:
            engine.stop()
        engine.raise_if_failed()

    def prepare(self) -> str | None:
        """Give the engine the offset to go on from, and return the file that had landed by then; None for none."""
        try:
            if self.read_again:
                self.read_again = False
                raise SnapshotNeeded("--snapshot asks for it")
            saved = self.state.load(table.name for table in self.tables)
        except SnapshotNeeded as needed:
            say(f"All tables have to be read: {needed}.")
            self.state.forget()
            return None
        machine.write_offsets(self.state.engine_file, saved.offset)
        say("Following the log from where it has landed on.")
        return saved.landed

    def is_idle(self, lander: Lander) -> bool:
        """Whether nothing has come for as long as the connector should wait, after the first message.

        What comes stays with Debezium for up to a batch's time.
        """
        if self.until_idle is None or lander.began_at is None or lander.in_snapshot:
            return False
        return time.monotonic() - lander.came_at >= self.until_idle + self.config.land_every_seconds
