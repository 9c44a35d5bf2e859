"""A PostgreSQL server in a folder, with the simulated shop's tables as they stand at the end of a landing zone."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql
from techco.contract.raw_contract import Contract, Table

SOURCE = "shop"
# Type in PostgreSQL by type in the contract; decimals are numeric of the same digits.
TYPES = {"varchar": "text", "bigint": "bigint", "double": "double precision", "boolean": "boolean", "date": "date"}
# What a log needs, and little memory; the data can be made again, so commits do not wait for the disk.
SETTINGS = {
    "wal_level": "logical",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_slot_wal_keep_size": "8GB",
    "max_wal_size": "2GB",
    "synchronous_commit": "off",
    "wal_sender_timeout": "30s",
}
INDEXES = (
    "create index on orders (order_status)",
    "create index on orders (customer_id)",
    "create index on order_items (order_id)",
    "create index on payments (order_id)",
    "create index on addresses (customer_id)",
)
# What the driver shops from: each product at its last price.
CATALOG = """
    create schema driver;
    create table driver.catalog as
    select row_number() over (order by product_id) as place, product_id, unit_price
    from (select distinct on (product_id) product_id, unit_price from order_items order by product_id, order_id desc) p
"""


class ServerMissing(Exception):
    """PostgreSQL is not installed here; the message says how to install it."""


def programs() -> Path:
    """The folder with initdb and pg_ctl; raises ServerMissing."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not versions:
        raise ServerMissing(
            "PostgreSQL's server is not installed (no initdb). On Debian or Ubuntu: `apt-get install postgresql`; "
            "on a Mac: `brew install postgresql`."
        )
    return versions[-1].parent


class Server:
    """A server that owns a folder and listens on the loopback only."""

    def __init__(self, folder: Path, port: int):
        self.folder = folder.resolve()
        self.port = port
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"

    @property
    def connection(self) -> str:
        """How to connect to the shop's database."""
        return f"host=127.0.0.1 port={self.port} dbname=shop user=techco"

    def create(self) -> None:
        """Make an empty database `shop` and start its server."""
        self.folder.mkdir(parents=True)
        if self.owner():
            shutil.chown(self.folder, self.owner())
        self.call("initdb", "-D", str(self.data), "-A", "trust", "-U", "techco", "--encoding=UTF8", "--locale=C.UTF-8")
        lines = [f"{name} = '{value}'\n" for name, value in SETTINGS.items()]
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines([*lines, f"port = {self.port}\n"])
        self.start()
        with psycopg.connect(f"host=127.0.0.1 port={self.port} dbname=postgres user=techco", autocommit=True) as conn:
            conn.execute("create database shop")

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.call("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-s", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop; `immediate` is as a crash, after which it recovers from its log."""
        self.call("pg_ctl", "-D", str(self.data), "-w", "-s", "-m", mode, "stop")

    def is_running(self) -> bool:
        """Whether it runs."""
        return self.run("pg_ctl", "-D", str(self.data), "status").returncode == 0

    def call(self, program: str, *arguments: str) -> None:
        """Run a program of PostgreSQL; raises RuntimeError with what it said."""
        done = self.run(program, *arguments)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout.strip()} (see {self.log})")

    def run(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a program of PostgreSQL as whoever may: it refuses to be run by root."""
        # Into a file, as the server that pg_ctl starts would hold a pipe open for ever.
        said = self.folder / "said.txt"
        with said.open("w") as output:
            done = subprocess.run(
                [str(programs() / program), *arguments],
                cwd=self.folder, user=self.owner(), group=self.owner(), extra_groups=[] if self.owner() else None,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False, text=True,
            )  # fmt: skip
        done.stdout = said.read_text()
        return done

    @staticmethod
    def owner() -> str | None:
        """The user who runs the server, if that is another one."""
        if os.getuid() != 0:
            return None
        try:
            return pwd.getpwnam("postgres").pw_name
        except KeyError:
            return pwd.getpwnam("nobody").pw_name


def tables(contract: Contract) -> list[Table]:
    """The shop's tables."""
    return [table for (source, _), table in contract.tables.items() if source == SOURCE]


def ddl(table: Table) -> str:
    """The statement that makes a table as the contract describes it."""
    columns = [
        f"{column.name} {postgres_type(column.data_type)}{' not null' if column.required else ''}"
        for column in table.columns
        if not column.name.startswith("_")
    ]
    return f"create table {table.name} ({', '.join(columns)}, primary key ({', '.join(table.key)}))"


def postgres_type(data_type: str) -> str:
    """The type in PostgreSQL."""
    return TYPES.get(data_type, data_type.replace("decimal", "numeric"))


def load(server: Server, contract: Contract, zone: Path) -> dict[str, int]:
    """Make the tables and fill them with the rows that are alive at the end of a landing zone; how many of each."""
    counts = {}
    with psycopg.connect(server.connection, autocommit=True) as conn:
        for table in tables(contract):
            conn.execute(ddl(table))
            conn.execute(f"alter table {table.name} replica identity full")
            counts[table.name] = copy_rows(conn, table, zone)
        for statement in (*INDEXES, CATALOG, "analyze"):
            conn.execute(statement)
    return counts


def copy_rows(conn: psycopg.Connection, table: Table, zone: Path) -> int:
    """Copy the rows of a table that are alive."""
    files = zone / SOURCE / table.name / "ingested_on=*" / "[!._]*.parquet"
    columns = [column.name for column in table.columns if not column.name.startswith("_")]
    with duckdb.connect() as source:
        landed = source.read_parquet(str(files), union_by_name=True)
        there = [column for column in columns if column in landed.columns]
        rows = source.execute(
            f"select {', '.join(f'cast({column} as varchar)' for column in there)} from landed "
            f"qualify row_number() over (partition by {', '.join(table.key)} order by _lsn desc) = 1 and _op <> 'd'"
        )
        statement = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, there))
        )
        return write(conn, statement, rows)


def write(conn: psycopg.Connection, statement: sql.Composed, rows: duckdb.DuckDBPyConnection) -> int:
    """Write rows into a table; how many."""
    count = 0
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        while some := rows.fetchmany(10_000):
            count += len(some)
            write_some(copy, some)
    return count


def write_some(copy: psycopg.Copy, rows: Sequence[tuple]) -> None:
    """Write some of them."""
    for row in rows:
        copy.write_row(row)
