"""The server's side: two connections, one for questions and one for the log."""

import select
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any

import psycopg
from psycopg.pq import ExecStatus

from ingest.postgres.pgoutput import EPOCH

# Values are printed for machines: instants in UTC, days as ISO, numbers with all digits.
SETTINGS = {
    "options": "-c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c extra_float_digits=3",
    "client_encoding": "utf8",
    "application_name": "techco-ingest",
    # A server that is gone without a word, as after a power cut, is noticed within a minute.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "connect_timeout": 10,
}
DATA, KEEPALIVE, STATUS = Struct(">cqqq"), Struct(">cqqb"), Struct(">cqqqqb")
REPORT_EVERY_SECONDS = 10.0


class ServerError(Exception):
    """The server refuses; the message is its own."""


@dataclass(frozen=True)
class Slot:
    """A replication slot: what its reader has confirmed, where its log begins, whether the server has let go of it."""

    confirmed: int | None
    restart: int
    is_lost: bool


def connect(connection: str) -> psycopg.Connection[Any]:
    """A connection for questions; each is a transaction of its own."""
    return psycopg.connect(connection, autocommit=True, **SETTINGS)


def position(text: str) -> int:
    """A position in the log, as PostgreSQL writes it: 0/1839F28."""
    high, low = text.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def as_text(at: int) -> str:
    """The other way."""
    return f"{at >> 32:X}/{at & 0xFFFFFFFF:X}"


def slot(conn: psycopg.Connection[Any], name: str) -> Slot | None:
    """The slot, or None."""
    found = conn.execute(
        "select confirmed_flush_lsn::text, coalesce(restart_lsn, '0/0')::text, coalesce(wal_status, 'lost') "
        "from pg_replication_slots where slot_name = %s",
        [name],
    ).fetchone()
    if found is None:
        return None
    confirmed, restart, status = found
    return Slot(position(confirmed) if confirmed else None, position(restart), status == "lost")


class Log:
    """A connection that creates slots and reads the log."""

    def __init__(self, connection: str):
        self.conn = psycopg.connect(connection, autocommit=True, replication="database", **SETTINGS)
        self.pg = self.conn.pgconn
        # Behind this position nothing needs to be sent again.
        self.confirmed = 0
        self.reported_at = datetime.min.replace(tzinfo=UTC)

    def close(self) -> None:
        """End it; a snapshot that it exports ends, too."""
        self.conn.close()

    def ask(self, command: str) -> list[str]:
        """Run a command of the replication protocol; the first row of its answer."""
        result = self.pg.exec_(command.encode())
        if result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise ServerError(" ".join(self.pg.error_message.decode(errors="replace").split()))
        return [(result.get_value(0, i) or b"").decode() for i in range(result.nfields)] if result.ntuples else []

    def create_slot(self, name: str, temporary: bool) -> tuple[int, str]:
        """Make a slot; the position at which it begins, and the name of the snapshot as of then."""
        kind = "TEMPORARY LOGICAL" if temporary else "LOGICAL"
        answer = self.ask(f"CREATE_REPLICATION_SLOT {name} {kind} pgoutput EXPORT_SNAPSHOT")
        return position(answer[1]), answer[2]

    def start(self, slot_name: str, publication: str, at: int) -> None:
        """Have the server send what was committed from a position on."""
        options = f"proto_version '1', publication_names '{publication}'"
        result = self.pg.exec_(f"START_REPLICATION SLOT {slot_name} LOGICAL {as_text(at)} ({options})".encode())
        if result.status != ExecStatus.COPY_BOTH:
            raise ServerError(" ".join(self.pg.error_message.decode(errors="replace").split()))
        self.confirmed = at

    def read(self) -> tuple[int, bytes | None] | None:
        """The next message and its position; no bytes where the server only says how far it is; None for none yet."""
        while True:
            length, data = self.pg.get_copy_data(1)
            if length == 0:
                return None
            if length < 0:
                result = self.pg.get_result()
                said = result.error_message.decode(errors="replace") if result else "the server ended the stream"
                raise ServerError(" ".join(said.split()))
            kind = data[:1]
            if kind == b"w":
                _, at, _, _ = DATA.unpack_from(data)
                return at, bytes(data[DATA.size :])
            _, at, _, wants_answer = KEEPALIVE.unpack_from(data)
            if wants_answer:
                self.report()
            return at, None

    def wait(self, seconds: float) -> None:
        """Wait until there may be something to read, and tell the server now and then that this end is alive."""
        if datetime.now(UTC) - self.reported_at > timedelta(seconds=REPORT_EVERY_SECONDS):
            self.report()
        select.select([self.pg.socket], [], [], seconds)
        self.pg.consume_input()

    def confirm(self, at: int) -> None:
        """Tell the server that everything before a position has landed."""
        self.confirmed = max(self.confirmed, at)
        self.report()

    def report(self) -> None:
        """Send what is confirmed."""
        self.reported_at = datetime.now(UTC)
        clock = (self.reported_at.replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)
        self.pg.put_copy_data(STATUS.pack(b"r", self.confirmed, self.confirmed, self.confirmed, clock, 0))
        self.pg.flush()
