"""Lands batches of messages, and keeps the offset of each behind what has landed of it."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from ingest.back_off import say
from ingest.debezium.checkpoint import Offset, State
from ingest.debezium.config import Config
from ingest.debezium.messages import Changes, Event, picked_columns, read
from ingest.files import Landing, NewFile, now
from ingest.postgres.checkpoint import Checkpoint, batch_name
from ingest.preconditions import NotReady
from ingest.rows import Rows
from ingest.tables import Followed, living_keys


class Lander:
    """What becomes of the messages of one run of the engine.

    `there` are the columns that each table has, `landed` the last file that is known to be there.
    """

    def __init__(
        self,
        config: Config,
        tables: Sequence[Followed],
        landing: Landing,
        there: Mapping[str, Sequence[str]],
        landed: str | None,
    ):
        self.config = config
        self.tables = tables
        self.landing = landing
        self.there = there
        self.landed = landed
        self.state = State(landing)
        self.changes = Changes(tables, config.kind, config.positions_from)
        # The greatest position of what has landed: names of files grow with it.
        self.seen = Checkpoint.of(landing).seen
        # Whether a snapshot is being read, the position of its rows, which is greater than that of all that landed
        # before, and how many have come.
        self.in_snapshot = landed is None
        self.snapshot_at = self.seen + 1
        self.snapshot_rows = 0
        # When the first message came, the last one, and the last one of a row.
        self.began_at: float | None = None
        self.heard_at = self.came_at = 0.0
        self.day: date | None = None

    def take(self, messages: Iterable[str | None], offset: Offset) -> None:
        """Land a batch, then keep its offset."""
        self.heard_at = time.monotonic()
        if self.began_at is None:
            self.began_at = self.came_at = self.heard_at
        for event in filter(None, map(read, messages)):
            self.came_at = time.monotonic()
            if event.operation == "r":
                self.count_snapshot(event)
            emptied = self.changes.add(event)
            if emptied:
                self.empty(emptied, event)
        self.land()
        if offset.is_in_snapshot:
            return
        if self.in_snapshot:
            self.end_snapshot()
        self.land_daily()
        assert self.landed is not None, "a snapshot has an end, of which files tell"
        self.state.save(offset, self.landed, (table.name for table in self.tables))

    def count_snapshot(self, event: Event) -> None:
        """A row of a snapshot has come; raises NotReady where rows have landed that would count more."""
        if self.snapshot_rows == 0:
            position = self.changes.position(event)
            if self.seen > position:
                raise NotReady(
                    f"its log is at {position}, but {self.seen} has landed: another server, or an older state. "
                    f"Set `positions_from: {self.seen + 2**40 >> 40 << 40}` in the configuration, so that they grow"
                )
            if not self.in_snapshot:
                say("The server has no log any more from where it had landed on: a snapshot of all tables is read.")
            self.in_snapshot, self.snapshot_at = True, position
        self.snapshot_rows += 1

    def end_snapshot(self) -> None:
        """Land deletes of what had landed and is in the snapshot no more, and a file of each table: it is through."""
        at = self.snapshot_at
        for table in self.tables:
            gone = self.delete_keys(table, at, now())
            if gone:
                say(f"{gone:,} rows of {table.name} are gone since the last file; their deletes land.")
        self.land([self.no_rows(table) for table in self.tables])
        say(f"The snapshot is through: {self.snapshot_rows:,} rows.")
        self.in_snapshot, self.snapshot_rows = False, 0

    def empty(self, table: Followed, event: Event) -> None:
        """Land deletes of all keys of a table that was truncated."""
        # Only what has landed says which keys there are.
        self.land()
        count = self.delete_keys(table, self.changes.position(event), event.committed_at)
        say(f"{table.source.table} was truncated; deletes of {count:,} keys land.")

    def delete_keys(self, table: Followed, position: int, at: datetime) -> int:
        """Delete the keys of a table that have landed before a position and are alive; how many there were."""
        count = 0
        for key in living_keys(self.landing, table, before=position):
            self.changes.delete(table, key, position, at)
            count += 1
            if self.changes.count >= self.config.land_rows:
                self.land()
        return count

    def land_daily(self) -> None:
        """Land an empty file of each table that has none today, which says that the source is followed."""
        today = now().date()
        if self.day == today:
            return
        self.day = today
        self.land([self.no_rows(table) for table in self.tables_without_file(today)])

    def tables_without_file(self, day: date) -> Iterator[Followed]:
        """Tables of which nothing has landed on a day."""
        for table in self.tables:
            folder = self.landing.folder(table.name) / f"ingested_on={day}"
            if next(folder.glob("[!._]*"), None) is None:
                yield table

    def no_rows(self, table: Followed) -> Rows:
        """No rows, with the columns that a table has."""
        names = {column.lower() for column in self.there[table.name]}
        return Rows(table.name, (*picked_columns(table, names), *table.source.constants))

    def land(self, empty: Iterable[Rows] = ()) -> None:
        """Land what was collected, and files without rows."""
        moment = now()
        taken = [*self.changes.take(), *empty]
        types = {table.name: dict(table.own_columns) for table in self.tables}
        contents = [
            (rows.table, ending, content)
            for rows in taken
            for ending, content in rows.contents(types[rows.table], moment)
        ]
        if not contents:
            return
        self.seen = max(self.seen, self.changes.greatest)
        files = [
            NewFile(table, batch_name(self.seen, moment, number, len(contents), ending), content)
            for number, (table, ending, content) in enumerate(contents, 1)
        ]
        self.landing.land(files, moment)
        self.landed = f"{files[-1].table}/ingested_on={moment:%Y-%m-%d}/{files[-1].name}"
