"""The connector and a real server: what happens to a database, and what has landed of it then."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

psycopg = pytest.importorskip("psycopg", reason="the group `ingest` is not installed")
from techco.contract.raw_contract import load_contract  # noqa: E402

from ingest.shop.database import Server, ServerMissing, ddl, programs, tables  # noqa: E402
from tools.benchmarks.change_capture import free_port, kill  # noqa: E402

try:
    programs()
except ServerMissing as missing:
    pytest.skip(str(missing), allow_module_level=True)

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[2]
CONFIG = """
source: shop
connection: {connection}
land_every_seconds: 0.2
tables: {{promotions: public.promotions, order_items: public.order_items}}
"""
# Another process holds a slot for as long as it takes the server to notice that its reader is gone.
PATIENCE = 60


class House:
    """A database with two empty tables, and a landing zone."""

    def __init__(self, folder: Path):
        self.folder, self.zone = folder, folder / "landing"
        self.server = Server(folder / "shop", free_port())
        self.config = folder / "shop.yml"
        self.said = ""

    def make(self) -> None:
        self.server.create()
        for table in tables(load_contract(ROOT)):
            if table.name in ("promotions", "order_items"):
                self.run(ddl(table), f"alter table {table.name} replica identity full")
        self.configure(CONFIG)

    def configure(self, written: str) -> None:
        self.config.write_text(written.format(connection=self.server.connection))

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.server.connection, autocommit=True) as conn:
            for statement in statements:
                conn.execute(statement)

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start the connector; it ends by itself only with --until-idle."""
        environment = os.environ | {"PYTHONPATH": f"{ROOT / 'pylib'}{os.pathsep}{ROOT}"}
        command = [sys.executable, "-m", "ingest.postgres", str(self.config), "--landing", str(self.zone), *options]
        return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)

    def land(self, *options: str) -> str:
        """Run the connector until nothing comes any more; what it said."""
        process = self.start("--until-idle", "1.5", *options)
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
        return said

    def wait(self, what: str, condition) -> None:
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < ends, f"waited for {what}"
            time.sleep(0.1)

    def landed(self, table: str, columns: str = "promotion_id, _op") -> list[tuple]:
        """What has landed, in the order of the log."""
        files = f"{self.zone}/shop/{table}/ingested_on=*/[!._]*.parquet"
        first = columns.split(",")[0]
        query = f"select {columns} from read_parquet('{files}', union_by_name = true) order by _lsn, _op desc, {first}"
        return duckdb.sql(query).fetchall()

    def now(self) -> dict[str, str]:
        """The names of promotions that are alive, by id, as far as the files say."""
        version = "_lsn * 4 + case _op when 'd' then 1 when 'c' then 2 when 'u' then 3 else 0 end"
        files = f"{self.zone}/shop/promotions/ingested_on=*/[!._]*.parquet"
        return dict(
            duckdb.sql(
                f"select promotion_id, promotion_name from read_parquet('{files}', union_by_name = true) "
                f"qualify row_number() over (partition by promotion_id order by {version} desc) = 1 and _op <> 'd'"
            ).fetchall()
        )


@pytest.fixture
def house(server_folder) -> Iterator[House]:
    made = House(server_folder)
    made.make()
    yield made
    if made.server.is_running():
        made.server.stop("immediate")


def promotion(key: str, name: str = "x") -> str:
    return (
        "insert into promotions (promotion_id, promotion_name, discount_kind, starts_at) "
        f"values ('{key}', '{name}', 'percent', '2026-01-01')"
    )


LARGE = "(select string_agg(md5(i::text), '') from generate_series(1, 500) i)"


def test_a_snapshot_and_then_every_kind_of_change(house):
    house.run(promotion("A"), promotion("B"))
    assert "nothing whole has landed yet" in house.land()
    house.run(
        promotion("C"),
        f"update promotions set promotion_name = {LARGE} where promotion_id = 'A'",
        "update promotions set discount_percent = 5 where promotion_id = 'A'",
        "update promotions set promotion_id = 'B2' where promotion_id = 'B'",
        "delete from promotions where promotion_id = 'C'",
    )
    assert "snapshot" not in house.land()
    assert house.landed("promotions") == [
        *[("A", "r"), ("B", "r"), ("C", "c"), ("A", "u"), ("A", "u"), ("B", "d"), ("B2", "c"), ("C", "d")]
    ]
    # The large value of A is in the row of the change that did not touch it.
    sizes = house.landed("promotions", "length(promotion_name), cast(discount_percent as varchar), _op")
    assert [row for row in sizes if row[2] == "u"] == [(16_000, None, "u"), (16_000, "5.0000", "u")]


def test_a_truncate_deletes_each_key_that_is_known(house):
    house.run(promotion("A"))
    house.land()
    house.run(promotion("B"), "begin; truncate promotions; " + promotion("A", "again") + "; commit")
    assert "deletes of 2 keys land" in house.land()
    assert house.now() == {"A": "again"}


def test_a_connector_that_was_killed_goes_on_from_what_has_landed(house):
    house.run(promotion("A"))
    process = house.start()
    house.wait("the snapshot", lambda: any(house.zone.glob("shop/*/*/[!._]*-of-*")))
    house.run(promotion("B"))
    kill(process)
    house.run(promotion("C"), "delete from promotions where promotion_id = 'A'")
    assert "snapshot" not in house.land()
    assert house.now() == {"B": "x", "C": "x"}


def test_the_server_may_forget_what_has_landed_and_nothing_else(house):
    house.land()
    house.run(promotion("A"))
    house.land()
    newest = max(int(path.name.split("-")[0], 16) for path in house.zone.glob("shop/*/*/*.parquet"))
    with psycopg.connect(house.server.connection) as conn:
        (confirmed,) = conn.execute("select confirmed_flush_lsn - '0/0' from pg_replication_slots").fetchone()
    assert int(confirmed) == newest


def test_a_slot_that_is_gone_is_made_anew_and_what_was_deleted_meanwhile_is_deleted(house):
    house.run(promotion("A"), promotion("B"))
    house.land()
    house.run(
        "select pg_drop_replication_slot('techco_shop')",
        "delete from promotions where promotion_id = 'A'",
        promotion("C"),
    )
    said = house.land()
    assert "no slot techco_shop any more" in said and "1 rows of promotions are gone" in said
    assert house.now() == {"B": "x", "C": "x"}


def test_a_slot_that_the_server_has_let_go_of_is_made_anew(house):
    house.run(promotion("A"))
    house.land()
    house.run("alter system set max_slot_wal_keep_size = '1MB'", "select pg_reload_conf()")
    for _ in range(4):
        house.run(
            f"insert into order_items select {LARGE}, 'O', 1, 'P', 1, 1, 0, 0 limit 0",
            "select pg_switch_wal()",
            promotion("A" + os.urandom(4).hex()),
        )
    house.run("checkpoint", "update promotions set promotion_name = 'y'")
    assert "has let go of the log" in house.land()
    assert set(house.now().values()) == {"y"} and len(house.now()) == 5


def test_a_landing_zone_that_lost_files_gets_a_new_snapshot(house):
    house.run(promotion("A"))
    house.land()
    kept = house.folder / "kept"
    shutil.copytree(house.zone, kept)
    house.run(promotion("B"))
    house.land()
    shutil.rmtree(house.zone)
    kept.rename(house.zone)
    assert "lacks files that had landed" in house.land()
    assert house.now() == {"A": "x", "B": "x"}


def test_a_table_that_comes_later_is_read_and_the_others_go_on(house):
    house.configure(CONFIG.replace(", order_items: public.order_items", ""))
    house.run(promotion("A"), "insert into order_items values ('L1', 'O1', 1, 'P1', 2, 9.99, 0, 1)")
    house.land()
    house.configure(CONFIG)
    house.run(promotion("B"))
    assert "A snapshot is read of order_items" in house.land()
    house.run("update order_items set quantity = 3")
    assert "snapshot" not in house.land()
    assert house.landed("order_items", "order_item_id, quantity, _op") == [("L1", 2, "r"), ("L1", 3, "u")]
    assert house.now() == {"A": "x", "B": "x"}


def test_columns_that_come_go_and_change_are_said_and_no_row_is_lost(house):
    house.run(promotion("A"))
    house.land()
    house.run(
        promotion("B"),
        "alter table promotions add column budget numeric, drop column promotion_code",
        promotion("C"),
        "alter table promotions alter column discount_percent type text using 'a third'",
        promotion("D"),
        "update promotions set discount_percent = '12.5' where promotion_id = 'B'",
    )
    said = house.land()
    assert "column budget was added. It does not land" in said
    assert "column promotion_code is gone" in said
    assert "column discount_percent has another type. Rows that do not fit decimal(7,4)" in said
    assert {key for key, _ in house.landed("promotions")} == {"A", "B", "C", "D"}
    house.run("update promotions set discount_percent = 'a half' where promotion_id = 'B'")
    house.land()
    (misfits,) = house.zone.glob("shop/promotions/*/*.jsonl")
    assert '"promotion_id": "B"' in misfits.read_text() and '"discount_percent": "a half"' in misfits.read_text()


def test_a_table_that_is_made_anew_is_read_anew(house):
    house.run(promotion("A"))
    house.land()
    columns = "create table promotions (like gone including all); alter table promotions replica identity full"
    house.run("alter table promotions rename to gone", f"begin; {columns}; drop table gone; commit", promotion("B"))
    house.land("--snapshot", "promotions")
    assert house.now() == {"B": "x"}


def test_a_server_that_goes_away_is_waited_for(house):
    house.run(promotion("A"))
    process = house.start()
    house.wait("the snapshot", lambda: any(house.zone.glob("shop/*/*/[!._]*-of-*")))
    house.server.stop("immediate")
    time.sleep(2)
    house.server.start()
    house.run(promotion("B"))
    house.wait("B", lambda: "B" in house.now())
    process.terminate()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "Nothing is lost; trying again" in said


def test_what_a_database_lacks_is_said_with_the_statement_that_makes_it(house):
    for statement, undo, message in (
        (
            "alter table promotions replica identity default",
            "alter table promotions replica identity full",
            "replica identity full",
        ),
        (
            "alter table promotions rename to elsewhere",
            "alter table elsewhere rename to promotions",
            "no table public.promotions",
        ),
        (
            "alter table promotions rename starts_at to begins",
            "alter table promotions rename begins to starts_at",
            "columns: {starts_at: ",
        ),
        (
            "alter table promotions drop constraint promotions_pkey, add unique (promotion_id) deferrable",
            "alter table promotions drop constraint promotions_promotion_id_key, add primary key (promotion_id)",
            "not deferrable",
        ),
    ):
        house.run(statement)
        process = house.start("--until-idle", "0.5")
        time.sleep(6)
        kill(process)
        assert message in process.stderr.read()
        house.run(undo)


def test_a_full_disk_loses_nothing(house):
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can make a small disk")
    house.zone.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(house.zone)], check=False)
    if mounted.returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        process = house.start()
        house.wait("the snapshot", lambda: any(house.zone.glob("shop/*/*/[!._]*-of-*")))
        filler = house.zone / ".filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as full:
            while True:
                full.write(b"x" * 4096)
        for i in range(4):
            large = f"(select string_agg(md5((i + {i} * 1000)::text), '') from generate_series(1, 1000) i)"
            house.run(promotion(f"L{i}"), f"update promotions set promotion_name = {large} where promotion_id = 'L{i}'")
        time.sleep(6)
        filler.unlink()
        house.wait(
            "all of them", lambda: len(house.now()) == 4 and all(len(name) == 32_000 for name in house.now().values())
        )
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
        assert "No space left on device" in said
        assert not any(house.zone.glob("shop/*/*/.*"))
    finally:
        subprocess.run(["umount", "-l", str(house.zone)], check=True)


def test_another_server_is_no_continuation_of_this_one(house):
    house.run(promotion("A"))
    house.land()
    folder = house.zone / "shop/promotions/ingested_on=2026-01-01"
    folder.mkdir()
    source = next(house.zone.glob("shop/promotions/*/*-of-*.parquet"))
    shutil.copy(source, folder / f"{2**45:016x}-20260101T000000000000-001-of-001.parquet")
    house.run("select pg_drop_replication_slot('techco_shop')")
    process = house.start("--until-idle", "0.5")
    time.sleep(6)
    kill(process)
    advised = process.stderr.read().split("positions_from: ")[1].split("`")[0]
    assert int(advised) > 2**45
    house.configure(CONFIG + f"positions_from: {advised}\n")
    house.run(promotion("B"))
    house.land()
    house.run("update promotions set promotion_name = 'y'")
    assert "snapshot" not in house.land()
    assert house.now() == {"A": "y", "B": "y"}


def test_the_log_that_the_server_keeps_is_watched(house):
    house.configure(CONFIG + "warn_retained_bytes: 1\n")
    process = house.start()
    house.wait("the snapshot", lambda: any(house.zone.glob("shop/*/*/[!._]*-of-*")))
    time.sleep(13)
    kill(process)
    assert "bytes of log for slot techco_shop; " in process.stderr.read()
