"""Follows a database: a consistent snapshot, then its log, into files of the landing zone.

What has landed decides where it goes on (checkpoint.py). The server is told to forget what has landed and no more, so
that whatever ends the connector, all that has not landed comes again.
"""

import signal
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ingest.back_off import BackOff, say
from ingest.files import Landing, NewFile, now
from ingest.postgres import server
from ingest.postgres.changes import Changes, NewSnapshotNeeded
from ingest.postgres.checkpoint import ENDS, Checkpoint, batch_name, snapshot_name
from ingest.postgres.config import Config
from ingest.postgres.pgoutput import Begin, Commit, Relation, decode
from ingest.postgres.preconditions import columns_of, look_up, publish, require_logical
from ingest.preconditions import NotReady
from ingest.rows import Rows
from ingest.tables import Followed, living_keys

# How often the slot and the tables are looked at.
WATCH_EVERY_SECONDS = 10.0
# After so much log without a row for these tables that is written down, so that the server may forget it.
IDLE_BYTES = 16 * 2**20
# Between so many messages the clock is looked at, where they come without a pause.
LOOK_AFTER_MESSAGES = 500


class Connector:
    """One database and the tables of one source."""

    def __init__(self, config: Config, tables: Sequence[Followed], zone: Path):
        self.config = config
        self.tables = tables
        self.landing = Landing(zone, config.source)
        self.stopped = False
        # Ends when nothing has come for so many seconds; None to follow for ever.
        self.until_idle: float | None = None
        # Tables to be read anew although their snapshot is through.
        self.read_again: frozenset[str] = frozenset()

    def stop(self, *_: object) -> None:
        """End after what is being done."""
        self.stopped = True

    def run(self) -> None:
        """Follow until stopped; what goes wrong with the server or the disk is said, and tried again."""
        signal.signal(signal.SIGTERM, self.stop)
        back_off = BackOff()
        with self.landing.alone(self.config.source):
            for table in self.tables:
                for ending in ENDS:
                    self.landing.remove_unfinished(table.name, ending)
            reason = None
            while not self.stopped:
                try:
                    self.session(back_off, reason)
                    return
                except NewSnapshotNeeded as needed:
                    reason = str(needed)
                except NotReady as error:
                    back_off.wait(f"{self.where()}: {error}")
                except (psycopg.Error, server.ServerError) as error:
                    back_off.wait(f"{self.where()} does not answer as it should ({' '.join(str(error).split())})")
                except OSError as error:
                    back_off.wait(f"{self.landing.zone} cannot be written ({error}); the server keeps the log")

    def where(self) -> str:
        """The database, as a message calls it."""
        return f"The database of {self.config.source}"

    def session(self, back_off: BackOff, reason: str | None) -> None:
        """Connect, read a snapshot where one is needed, and follow the log."""
        with server.connect(self.config.connection) as conn:
            require_logical(conn)
            tables = look_up(conn, self.tables)
            publish(conn, self.config, self.tables)
            landed = Checkpoint.of(self.landing)
            reason = reason or self.snapshot_reason(conn, landed)
            if reason:
                say(f"A snapshot of all tables is read: {reason}.")
                self.snapshot(conn, list(tables.items()), landed, is_whole=True)
            else:
                added = [
                    (oid, table)
                    for oid, table in tables.items()
                    if table.name not in landed.tables or table.name in self.read_again
                ]
                if added:
                    say(f"A snapshot is read of {', '.join(table.name for _, table in added)}.")
                    self.snapshot(conn, added, landed, is_whole=False)
            self.read_again = frozenset()
            back_off.well()
            self.follow(conn, tables)

    def snapshot_reason(self, conn: psycopg.Connection[Any], landed: Checkpoint) -> str | None:
        """Why all tables have to be read; None where the log goes on from what has landed."""
        slot = server.slot(conn, self.config.slot_name)
        if landed.position is None:
            return "nothing whole has landed yet"
        if slot is None:
            return f"the server has no slot {self.config.slot_name} any more, and with it the log since the last file"
        if slot.is_lost:
            return f"the server has let go of the log that slot {self.config.slot_name} kept (max_slot_wal_keep_size)"
        if slot.confirmed is None or slot.confirmed + self.config.positions_from > landed.position:
            return "the landing zone lacks files that had landed, as after a restore from a backup"
        return None

    # ---------- snapshot

    def snapshot(
        self, conn: psycopg.Connection[Any], tables: list[tuple[int, Followed]], landed: Checkpoint, is_whole: bool
    ) -> None:
        """Read tables as they are at the moment at which a slot begins.

        `is_whole`: the slot is the one that is followed from then on. Else it serves for the snapshot alone.
        Rows have the position at which the server began to make the slot: that is before all changes that follow.
        """
        slot_name = self.config.slot_name if is_whole else f"{self.config.slot_name}_snapshot"
        if is_whole and server.slot(conn, slot_name):
            conn.execute("select pg_drop_replication_slot(%s)", [slot_name])
        log = server.Log(self.config.connection)
        try:
            through, name = log.create_slot(slot_name, temporary=not is_whole)
            slot = server.slot(conn, slot_name)
            if slot is None:
                raise server.ServerError(f"slot {slot_name} was dropped while the snapshot was read")
            at = slot.restart + self.config.positions_from
            if landed.seen >= at:
                raise NotReady(
                    f"its log is at {at}, but {landed.seen} has landed: another server, or an older state. "
                    f"Set `positions_from: {landed.seen + 2**40 >> 40 << 40}` in the configuration, so that they grow"
                )
            with server.connect(self.config.connection) as reader, reader.transaction():
                reader.execute("set transaction isolation level repeatable read read only")
                reader.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(name)))
                parts = sum(self.read(reader, oid, table, at) for oid, table in tables)
            for oid, table in tables:
                parts += self.land_vanished(conn, oid, table, at)
        finally:
            log.close()
        # An empty file for each table says that its snapshot is through.
        through = through + self.config.positions_from if is_whole else landed.position or 0
        self.land([self.no_rows(conn, oid, table) for oid, table in tables], through)
        say(f"The snapshot is through: {parts:,} rows.")

    def read(self, reader: psycopg.Connection[Any], oid: int, table: Followed, at: int) -> int:
        """Land the rows of a table as parts of a snapshot; how many there were."""
        rows = self.no_rows(reader, oid, table)
        constants = tuple(table.source.constants.values())
        names = [table.name_in_database(column) for column in rows.columns if column not in table.source.constants]
        query = sql.SQL("copy (select {} from {}) to stdout").format(
            sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier(*table.source.table.split("."))
        )
        read_at = reader.execute("select now() at time zone 'utc'").fetchone()[0]  # type: ignore[index]
        total, part = 0, 0
        with reader.cursor().copy(query) as copied:
            for values in copied.rows():
                rows.add((*values, *constants), "r", at, read_at)
                if len(rows) == self.config.land_rows:
                    part += 1
                    total += self.land_part(rows, at, part)
                    rows = Rows(rows.table, rows.columns)
        return total + (self.land_part(rows, at, part + 1) if len(rows) else 0)

    def land_part(self, rows: Rows, at: int, number: int) -> int:
        """Land a part of a snapshot; how many rows it has."""
        moment = now()
        types = self.types(rows.table)
        files = [
            NewFile(rows.table, snapshot_name(at, moment, number, ending), content)
            for ending, content in rows.contents(types, moment)
        ]
        self.landing.land(files, moment)
        return len(rows)

    def land_vanished(self, conn: psycopg.Connection[Any], oid: int, table: Followed, at: int) -> int:
        """Land deletes of the keys that have landed before and are in the snapshot no more; how many there were."""
        gone = list(living_keys(self.landing, table, before=at))
        if not gone:
            return 0
        rows = Rows(table.name, table.declared.key)
        for key in gone:
            rows.add(key, "d", at, now())
        say(f"{len(gone):,} rows of {table.name} are gone since the last file; their deletes land.")
        return self.land_part(rows, at, 999_999)

    # ---------- log

    def follow(self, conn: psycopg.Connection[Any], tables: dict[int, Followed]) -> None:
        """Land what the log says, until stopped or idle."""
        position = Checkpoint.of(self.landing).position
        assert position is not None, "a snapshot comes first"
        log = server.Log(self.config.connection)
        try:
            at = position - self.config.positions_from
            log.start(self.config.slot_name, self.config.publication_name, at)
            say(f"Following the log from {server.as_text(at)} on.")
            Follower(self, conn, log, Changes(tables.items(), at, self.config.positions_from)).run()
        finally:
            log.close()

    # ---------- files

    def land(self, taken: Sequence[Rows], through: int) -> None:
        """Land a batch."""
        moment = now()
        contents = [
            (rows.table, ending, content)
            for rows in taken
            for ending, content in rows.contents(self.types(rows.table), moment)
        ]
        files = [
            NewFile(table, batch_name(through, moment, number, len(contents), ending), content)
            for number, (table, ending, content) in enumerate(contents, 1)
        ]
        self.landing.land(files, moment)

    def types(self, table: str) -> dict[str, str]:
        """The contract's types of a table."""
        return next(dict(followed.own_columns) for followed in self.tables if followed.name == table)

    def no_rows(self, conn: psycopg.Connection[Any], oid: int, table: Followed) -> Rows:
        """No rows yet, with the columns that a table has."""
        there = columns_of(conn, oid)
        constants = table.source.constants
        own = [name for name in table.own_columns if name not in constants and table.name_in_database(name) in there]
        return Rows(table.name, (*own, *constants))

    def tables_without_file(self, day: date) -> Iterator[str]:
        """Tables of which nothing has landed on a day."""
        for table in self.tables:
            folder = self.landing.folder(table.name) / f"ingested_on={day}"
            if next(folder.glob("[!._]*"), None) is None:
                yield table.name


class Follower:
    """Reads the log, lands what it collects, and tells the server."""

    def __init__(self, connector: Connector, conn: psycopg.Connection[Any], log: server.Log, changes: Changes):
        self.connector = connector
        self.config = connector.config
        self.conn = conn
        self.log = log
        self.changes = changes
        self.landed = changes.through
        self.landed_at = self.came_at = self.watched_at = time.monotonic()
        self.read = 0
        self.day: date | None = None
        self.warned = False

    def run(self) -> None:
        """Until stopped or idle."""
        while not self.connector.stopped:
            read = self.log.read()
            if read is None:
                self.look_after()
                self.log.wait(min(0.2, self.config.land_every_seconds))
                if self.is_idle():
                    return
                continue
            position, message = read
            self.read += 1
            if self.read % LOOK_AFTER_MESSAGES == 0:
                self.look_after()
            if message is not None:
                self.take(position, message)
            elif not self.changes.in_transaction:
                self.changes.through = max(self.changes.through, position)
            if self.changes.count >= self.config.land_rows:
                self.land()
        self.land()

    def take(self, position: int, message: bytes) -> None:
        """Take in a message."""
        decoded = decode(message)
        if not isinstance(decoded, Begin | Commit | Relation):
            self.came_at = time.monotonic()
        for layout in self.changes.add(position, decoded):
            # Only what has landed says which keys there are.
            self.land()
            count = 0
            for key in living_keys(self.connector.landing, layout.table, before=position + self.config.positions_from):
                self.changes.delete(layout, position, key)
                count += 1
                if self.changes.count >= self.config.land_rows:
                    self.land()
            say(f"{layout.table.source.table} was truncated; deletes of {count:,} keys land.")

    def look_after(self) -> None:
        """Land what is due, and look at the slot now and then."""
        if time.monotonic() - self.landed_at >= self.config.land_every_seconds:
            self.land()
        if time.monotonic() - self.watched_at >= WATCH_EVERY_SECONDS:
            self.watch()

    def is_idle(self) -> bool:
        """Whether nothing has come for as long as the connector should wait; what came has then landed."""
        until_idle = self.connector.until_idle
        if until_idle is None or time.monotonic() - self.came_at < until_idle or self.changes.in_transaction:
            return False
        self.land()
        return True

    def land(self) -> None:
        """Land what was collected; where nothing was, an empty file if the day or the log asks for one."""
        taken = self.changes.take()
        today = now().date()
        if not self.changes.in_transaction and self.day != today:
            self.day = today
            tables = {table.name: oid for oid, table in self.changes.tables.items()}
            filled = {rows.table for rows in taken}
            for name in set(self.connector.tables_without_file(today)) - filled:
                taken.append(self.connector.no_rows(self.conn, tables[name], self.changes.tables[tables[name]]))
        if not taken and self.changes.through - self.landed >= IDLE_BYTES:
            oid, table = next(iter(self.changes.tables.items()))
            taken.append(self.connector.no_rows(self.conn, oid, table))
        if taken:
            self.connector.land(taken, self.changes.through + self.config.positions_from)
            self.landed = self.changes.through
            self.log.confirm(self.landed)
        self.landed_at = time.monotonic()

    def watch(self) -> None:
        """Say how much log the server keeps for the slot, where that is much; see that the tables are the same."""
        self.watched_at = time.monotonic()
        for oid, table in self.changes.tables.items():
            found = self.conn.execute("select to_regclass(%s)::oid::bigint", [table.source.table]).fetchone()
            if found and found[0] not in (None, oid):
                raise NewSnapshotNeeded(f"{table.source.table} was dropped and made anew")
        found = self.conn.execute(
            "select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint, safe_wal_size "
            "from pg_replication_slots where slot_name = %s",
            [self.config.slot_name],
        ).fetchone()
        if found is None or found[0] is None:
            return
        kept, left = found
        if kept >= self.config.warn_retained_bytes:
            limit = f"; {left:,} bytes more, and the slot is lost" if left is not None else ", without a limit"
            say(f"The server keeps {kept:,} bytes of log for slot {self.config.slot_name}{limit}. This end is behind.")
            self.warned = True
        elif self.warned:
            say(f"The server keeps {kept:,} bytes of log for slot {self.config.slot_name} again.")
            self.warned = False
