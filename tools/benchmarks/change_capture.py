"""Change data capture from PostgreSQL while connector and build are killed: is the warehouse the database, row by row?

A shop's database is used by three sessions at once, its log is followed, and builds run beside it. Connector and builds
are killed (-9) at random moments. In the end every row of the database is held against base and staging, both ways;
with --without-builds, which takes a tenth of the time, against the newest landed row of each key. Needs PostgreSQL's
server programs and the group `ingest`. Exit code 1 where a row differs.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
from techco.contract.raw_contract import Table, load_contract

from ingest.shop.database import Server, ServerMissing, load, programs, tables
from ingest.shop.driver import Driver
from tools.benchmarks.evidence import ROOT, save
from tools.simulator.__main__ import main as simulate

# What a build of the shop's tables needs, and no more.
BUILD = ("build", "--exclude-resource-type", "test", "unit_test", "-s", "+path:models/staging/shop")
# How the newest row of a key is found, written here a second time.
RANK = "case _op when 'u' then 3 when 'c' then 2 when 'd' then 1 else 0 end"
SHORTEST_LIFE = 0.2
# The shop is used until all kills are through, and as much as was asked for has changed.
ENDLESS = 10**12
# What is compared: its name, its query, and the columns that it has.
Layer = tuple[str, str, list[str]]
# Exit code where the programs that it needs are not installed, as test runners have it for skipped.
NOT_RUN = 77


class Play:
    """One database, its landing zone and its warehouse, below a folder."""

    def __init__(self, folder: Path, seed: int, with_builds: bool):
        self.folder, self.with_builds = folder, with_builds
        self.landing, self.warehouse = folder / "landing", folder / "warehouse" / "techco.duckdb"
        self.chance = random.Random(seed)
        self.contract = load_contract(ROOT)
        self.server = Server(folder / "shop", free_port())
        self.driver: Driver
        self.kills: list[dict] = []
        self.builds: list[dict] = []

    def make(self, *also: str) -> dict[str, int]:
        """The database with the shop simulated by options `also`, the connector's configuration, room for the rest."""
        self.folder.mkdir(parents=True)
        options = ("--days", "2", "--history-days", "20", "--customers", "300", "--orders-per-day", "30", *also)
        assert simulate(["--out", str(self.folder / "simulated"), *options]) == 0
        self.server.create()
        counts = load(self.server, self.contract, self.folder / "simulated")
        self.driver = Driver(self.server.connection)
        written = (ROOT / "ingest" / "shop" / "shop.yml").read_text()
        self.config.write_text(written.replace("port=55432", f"port={self.server.port}"))
        self.landing.mkdir()
        self.warehouse.parent.mkdir()
        return counts

    @property
    def config(self) -> Path:
        """The connector's configuration."""
        return self.folder / "shop.yml"

    def environment(self) -> dict[str, str]:
        """What processes are told."""
        return os.environ | {
            "TECHCO_LANDING": str(self.landing),
            "TECHCO_WAREHOUSE": str(self.warehouse),
            "TECHCO_PEPPER": "of change_capture.py, and of no other warehouse",
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "target" / "logs"),
            "PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self, name: str, *command: str) -> "subprocess.Popen[bytes]":
        """Start a process whose output goes to a file."""
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )

    def connector(self, *options: str) -> "subprocess.Popen[bytes]":
        """Start the connector."""
        return self.start("connector", sys.executable, "-m", "ingest.postgres", str(self.config), *options)

    def build(self, after: float | None = None) -> float:
        """Build, to its end or killed after some seconds; how long it took."""
        began = time.monotonic()
        dbt = shutil.which("dbt") or "dbt"
        process = self.start("build", dbt, "--no-use-colors", *BUILD)
        try:
            code = process.wait(after)
        except subprocess.TimeoutExpired:
            kill(process)
            self.kills.append({"what": "build", "seconds": round(after or 0, 1), "changes": self.driver.changes})
        else:
            self.builds.append({"seconds": round(time.monotonic() - began, 1), "exit_code": code})
            if code:
                raise RuntimeError(f"a build failed; see {self.folder / 'build.log'}")
        return time.monotonic() - began

    def follow(self, changes: int, kills: int) -> None:
        """Run the connector while the shop is used; kill it as often, the first time in its snapshot.

        Each later one is killed at work: when it has landed something, and a random while after that.
        """
        process = self.connector()
        time.sleep(self.chance.uniform(SHORTEST_LIFE, 4))
        self.killed(process)
        for number in range(1, kills):
            before = self.batches()
            process = self.connector()
            moment = self.chance.uniform(number - 1, number) * changes / kills
            while self.batches() == before or self.driver.changes < moment:
                assert process.poll() is None, f"the connector has ended; see {self.folder / 'connector.log'}"
                time.sleep(0.05)
            time.sleep(self.chance.uniform(0, 2))
            self.killed(process)
        process = self.connector()
        while self.driver.changes < changes:
            time.sleep(0.1)
        self.driver.stopped = True
        self.shopping.join()
        process.send_signal(signal.SIGTERM)
        process.wait(600)

    def batches(self) -> int:
        """How many files of batches there are; more of them say that a connector is at work."""
        return sum(1 for _ in self.landing.glob("*/*/*/[!._]*-of-*"))

    def killed(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill the connector, and note when."""
        assert process.poll() is None, f"the connector has ended; see {self.folder / 'connector.log'}"
        kill(process)
        hidden = sum(1 for _ in self.landing.glob("*/*/*/.*"))
        self.kills.append(
            {"what": "connector", "changes": self.driver.changes, "files": self.batches(), "files_cut_off": hidden}
        )

    def has_snapshot(self) -> bool:
        """Whether a snapshot has landed whole."""
        return any(self.landing.glob("*/*/*/[!._]*-of-*"))

    def build_beside(self, kills: int) -> None:
        """Build again and again while the shop is used; kill some of the builds."""
        typical = 60.0
        while self.shopping.is_alive():
            if not self.has_snapshot():
                time.sleep(0.5)
            elif len([kill for kill in self.kills if kill["what"] == "build"]) < kills:
                self.build(self.chance.uniform(1, typical))
                typical = self.build() if self.shopping.is_alive() else typical
            else:
                self.build()

    def run(self, changes: int, kills: int, build_kills: int, per_second: float) -> dict:
        """Play it; the figures."""
        loaded = self.make()
        self.driver.most_per_second = per_second
        began = time.monotonic()
        self.shopping = threading.Thread(target=self.driver.drive, args=(ENDLESS,), daemon=True)
        self.shopping.start()
        failures: list[BaseException] = []

        def beside() -> None:
            try:
                self.build_beside(build_kills)
            except BaseException as failure:  # noqa: BLE001 - raised below
                failures.append(failure)

        building = threading.Thread(target=beside, daemon=True)
        if self.with_builds:
            building.start()
        self.follow(changes, kills)
        driven = time.monotonic() - began
        if self.with_builds:
            building.join()
        if failures:
            raise failures[0]
        while self.with_builds and len([kill for kill in self.kills if kill["what"] == "build"]) < build_kills:
            self.build(self.chance.uniform(1, 30))
        began = time.monotonic()
        last = self.connector("--until-idle", "5")
        assert last.wait(1800) == 0, f"see {self.folder / 'connector.log'}"
        caught_up = time.monotonic() - began
        if self.with_builds:
            self.build()
        return {
            "compared_with": "base and staging" if self.with_builds else "landed files",
            "rows_at_start": loaded,
            "changes": self.driver.changes,
            "seconds_driven": round(driven, 1),
            "seconds_to_catch_up": round(caught_up, 1),
            "kills": self.kills,
            "builds": self.builds,
            "landed": {table.name: self.landed(table) for table in tables(self.contract)},
            "differences": self.differences(),
        }

    def landed(self, table: Table) -> dict[str, int]:
        """Rows that have landed by operation, and how many of them are repeats."""
        files = self.landing / "shop" / table.name / "ingested_on=*" / "[!._]*.parquet"
        with duckdb.connect() as conn:
            rows = conn.read_parquet(str(files), union_by_name=True)
            counts = dict(conn.execute("select _op, count(*) from rows group by _op order by _op").fetchall())
            (distinct,) = conn.execute(
                f"select count(distinct ({', '.join(table.key)}, _op, _lsn)) from rows"
            ).fetchone() or (0,)
            assert rows is not None
        return counts | {"repeats": sum(counts.values()) - distinct}

    def differences(self) -> list[str]:
        """What differs between the database and the warehouse, counted; empty where nothing does."""
        found = []
        with duckdb.connect() as conn:
            if self.with_builds:
                conn.execute(f"attach '{self.warehouse}' as warehouse (read_only)")
            for table in tables(self.contract):
                there = self.database_rows(conn, table)
                columns = [column.name for column in table.columns if not column.name.startswith("_")]
                layers = self.layers(conn, table, columns) if self.with_builds else self.landed_rows(table, columns)
                for layer, query, compared in layers:
                    of_database = f"select {', '.join(compared)} from {there}"
                    for what, one, other in (("missing", of_database, query), ("too many", query, of_database)):
                        (count,) = conn.execute(
                            f"select count(*) from (({one}) except all ({other})) as rows"
                        ).fetchone() or (0,)
                        if count:
                            found.append(f"{table.name}, {layer}: {count:,} rows {what}")
        return found

    def layers(self, conn: duckdb.DuckDBPyConnection, table: Table, columns: list[str]) -> list[Layer]:
        """The rows that base and staging hold to be there now."""
        staged = conn.execute(f"describe warehouse.staging.stg_shop__{table.name}").fetchall()
        shared = [name for name, *_ in staged if name in columns]
        base = f"(select * from warehouse.base.base_shop__{table.name} where _issues is null)"
        staging = f"select {', '.join(shared)} from warehouse.staging.stg_shop__{table.name} where not is_deleted"
        return [("base", newest(base, table, columns), columns), ("staging", staging, shared)]

    def landed_rows(self, table: Table, columns: list[str]) -> list[Layer]:
        """The rows that landed files say to be there now."""
        files = self.landing / "shop" / table.name / "ingested_on=*" / "[!._]*.parquet"
        return [("files", newest(f"read_parquet('{files}', union_by_name = true)", table, columns), columns)]

    def database_rows(self, conn: duckdb.DuckDBPyConnection, table: Table) -> str:
        """A table with the rows of the database, by way of CSV, which no part of the connector writes or reads."""
        columns = [column for column in table.columns if not column.name.startswith("_")]
        file = self.folder / f"{table.name}.csv"
        names = ", ".join(column.name for column in columns)
        query = f"copy (select {names} from {table.name}) to stdout (format csv, header, force_quote *)"
        with (
            psycopg.connect(self.server.connection) as database,
            file.open("wb") as written,
            database.cursor().copy(query) as copied,
        ):
            for part in copied:
                written.write(part)
        typed = ", ".join(f"cast({column.name} as {column.data_type}) as {column.name}" for column in columns)
        conn.execute(
            f"create or replace table of_{table.name} as select {typed} from read_csv('{file}', header = true, "
            "all_varchar = true, quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
            "max_line_size = 10000000)"
        )
        return f"of_{table.name}"


def newest(changes: str, table: Table, columns: list[str]) -> str:
    """The query of the rows of a change log that are alive."""
    return (
        f"select {', '.join(columns)} from {changes} qualify row_number() over "
        f"(partition by {', '.join(table.key)} order by _lsn desc, {RANK} desc) = 1 and _op <> 'd'"
    )


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and all that it started."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port of the loopback that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def is_left_over(folder: Path) -> bool:
    """Whether a folder is there from an earlier run, which is printed with what to do."""
    if folder.exists():
        print(f"{folder} is there from an earlier run. Remove it, or name another --folder.", file=sys.stderr)
    return folder.exists()


def hindrance(folder: Path) -> int:
    """The exit code of a run that cannot begin, with the reason printed; 0 where it can."""
    try:
        programs()
    except ServerMissing as error:
        print(error, file=sys.stderr)
        return NOT_RUN
    return 2 if is_left_over(folder) else 0


@contextmanager
def playing(folder: Path, seed: int, with_builds: bool) -> Iterator[Play]:
    """A play whose database is stopped in the end, however that comes."""
    play = Play(folder, seed, with_builds)
    try:
        yield play
    finally:
        if play.server.data.exists() and play.server.is_running():
            play.server.stop()


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=1_000_000, help="rows to change (default: 1000000)")
    parser.add_argument("--kills", type=int, default=10, help="kills of the connector (default: 10)")
    parser.add_argument("--build-kills", type=int, default=4, help="kills of builds (default: 4)")
    parser.add_argument("--per-second", type=float, default=3000, help="changes a second at most (default: 3000)")
    parser.add_argument("--without-builds", action="store_true", help="compare landed files, and build nothing")
    parser.add_argument("--seed", type=int, default=1, help="of the moments (default: 1)")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "warehouse" / "change_capture", help="where all of it lies"
    )
    given = parser.parse_args()
    if code := hindrance(given.folder):
        return code
    with playing(given.folder.resolve(), given.seed, not given.without_builds) as play:
        figures = play.run(given.changes, given.kills, given.build_kills, given.per_second)
    for difference in figures["differences"]:
        print(difference)
    print(f"{figures['changes']:,} changes, {len(figures['kills'])} kills: {len(figures['differences'])} differences")
    save("change-capture", figures)
    if not figures["differences"]:
        shutil.rmtree(given.folder)
    return 1 if figures["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
