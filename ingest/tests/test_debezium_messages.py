"""What Debezium says becomes rows that land, and offsets that stay behind them; without Java and without a database."""

import json
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from techco.contract.raw_contract import Column, ContractError, Table, load_contract

from ingest.debezium import machine
from ingest.debezium.checkpoint import Offset, SnapshotNeeded, State
from ingest.debezium.config import read_config, settings
from ingest.debezium.kinds import KINDS
from ingest.debezium.lander import Lander
from ingest.debezium.messages import Changes, as_text, read
from ingest.debezium.positions import BadPosition, of_binlog, of_oracle, of_sql_server
from ingest.debezium.preconditions import require
from ingest.files import Landing
from ingest.preconditions import NotReady
from ingest.tables import Followed, SourceTable

ROOT = Path(__file__).resolve().parents[2]
FROM = 1_000
AT = datetime(2026, 1, 2, 3, 4, 5, 678_901)
MICROSECONDS = 1_767_323_045_678_901
FEED = {"_op": "varchar", "_lsn": "bigint", "_committed_at": "timestamp", "_ingested_at": "timestamp"}
COLUMNS = {
    "order_id": "varchar", "ordered_at": "timestamp", "total": "decimal(12,2)", "is_paid": "boolean",
    "currency_code": "varchar",
}  # fmt: skip
CONFIG = """
source: shop
engine: mysql
connection: {host: 127.0.0.1, user: techco, database: store}
tables: {orders: store.orders}
"""


def followed() -> Followed:
    columns = tuple(
        Column(name=name, data_type=kind, required=name == "order_id") for name, kind in (COLUMNS | FEED).items()
    )
    declared = Table(source="shop", name="orders", feed="cdc", format="parquet", key=("order_id",), columns=columns)
    source = SourceTable(table="store.purchases", columns={"order_id": "id"}, constants={"currency_code": "EUR"})
    return Followed(declared, source)


def place(pos: int, row: int = 0, file: str = "binlog.000007") -> dict:
    return {"file": file, "pos": pos, "row": row}


def message(operation: str, before=None, after=None, pos: int = 10, row: int = 0, **others) -> str:
    source = {
        "db": "store",
        "table": "purchases",
        "ts_us": MICROSECONDS,
        "snapshot": "false",
        **place(pos, row),
        **others,
    }
    return json.dumps({"op": operation, "before": before, "after": after, "source": source, "ts_ms": 1})


def order(key: str = "O1", total: str = "9.90", **others) -> dict:
    return {
        "id": key,
        "ordered_at": "2026-01-02T03:04:05.678901Z",
        "total": total,
        "is_paid": 1,
        "secret": "x",
        **others,
    }


@pytest.fixture
def changes() -> Changes:
    return Changes([followed()], KINDS["mysql"], FROM)


def lsn(pos: int, row: int = 0) -> int:
    return FROM + (7 << 32) + pos + row


def collected(changes: Changes) -> list[tuple]:
    return [
        (operation, position, *values)
        for rows in changes.take()
        for operation, position, values in zip(rows.operations, rows.positions, rows.values, strict=True)
    ]


def add(changes: Changes, said: str):
    event = read(said)
    assert event is not None
    return changes.add(event)


# ---------- positions


def test_a_position_in_mysqls_log_grows_with_rows_events_and_files():
    source = {name: str(value) for name, value in place(4_000).items()}
    places = [
        source, source | {"row": "1"}, source | {"row": "2"}, source | {"pos": "4100"},
        source | {"pos": str(2**32 - 2)}, source | {"file": "binlog.000008", "pos": "4"},
        source | {"file": "binlog.1000000"},
    ]  # fmt: skip
    positions = [of_binlog(found) for found in places]
    assert positions == sorted(set(positions))
    assert positions[-1] < 2**61


def test_a_position_of_oracle_is_its_commit_and_then_its_place_in_the_transaction():
    snapshot, one, two, later = (
        {"scn": "500"}, {"scn": "400", "commit_scn": "510", "txSeq": "1"},
        {"scn": "401", "commit_scn": "510", "txSeq": "2"}, {"scn": "402", "commit_scn": "511", "txSeq": "1"},
    )  # fmt: skip
    # A change that was made before the snapshot and committed after it is in none of its rows.
    assert of_oracle(snapshot) < of_oracle(one) < of_oracle(two) < of_oracle(later)


def test_a_position_of_sql_server_grows_with_files_blocks_and_records():
    lsns = ["00000027:00000ac0:0002", "00000027:00000ac0:0010", "00000027:00000ac8:0001", "00000028:00000010:0001"]
    positions = [of_sql_server({"change_lsn": found}) for found in lsns]
    assert positions == sorted(set(positions))
    assert of_sql_server({"change_lsn": None, "commit_lsn": lsns[0]}) == positions[0]


def test_a_position_that_cannot_be_read_or_has_no_room_stops():
    for read_position, source in (
        (of_binlog, {"file": "", "pos": "4"}),
        (of_binlog, {"file": "binlog.x", "pos": "4"}),
        (of_binlog, {"file": f"binlog.{2**29}", "pos": "4"}),
        (of_oracle, {"scn": str(2**41)}),
        (of_sql_server, {"change_lsn": "00000027:00000ac0"}),
        (of_sql_server, {"change_lsn": "00200000:00000ac0:0001"}),
    ):
        with pytest.raises(BadPosition):
            read_position(source)


# ---------- messages


def test_rows_have_the_columns_of_the_contract_under_its_names(changes):
    add(changes, message("c", after=order()))
    (rows,) = changes.take()
    # What the contract does not know does not land; a constant stands in each row.
    assert rows.columns == ("order_id", "ordered_at", "total", "is_paid", "currency_code")
    assert rows.values == [("O1", "2026-01-02T03:04:05.678901", "9.90", "true", "EUR")]
    assert (rows.operations, rows.positions, rows.committed_at) == (["c"], [lsn(10)], [AT])


def test_a_key_that_debezium_says_has_changed_is_a_delete_and_a_creation(changes):
    add(changes, message("d", before=order("O1"), pos=10, row=3))
    add(changes, message("c", after=order("O2"), pos=10, row=3))
    assert [row[:3] for row in collected(changes)] == [("d", lsn(10, 3), "O1"), ("c", lsn(10, 3), "O2")]


def test_an_update_that_changes_the_contracts_key_is_both_too(changes):
    add(changes, message("u", before=order("O1"), after=order("O2")))
    assert collected(changes) == [
        ("d", lsn(10), "O1", None, None, None, None),
        ("c", lsn(10), "O2", "2026-01-02T03:04:05.678901", "9.90", "true", "EUR"),
    ]


def test_an_update_is_one_row_and_a_delete_the_key_alone(changes):
    add(changes, message("u", before=order(), after=order(total="10.00"), pos=10))
    add(changes, message("d", before=order(total="10.00"), pos=20))
    updated, deleted = collected(changes)
    assert updated[:2] == ("u", lsn(10)) and "10.00" in updated
    assert deleted == ("d", lsn(20), "O1", None, None, None, None)


def test_rows_of_a_snapshot_are_reads(changes):
    add(changes, message("r", after=order(), snapshot="first"))
    assert collected(changes)[0][0] == "r"


def test_a_truncate_names_the_table_whose_keys_are_to_be_deleted(changes):
    assert add(changes, message("t")).name == "orders"
    assert collected(changes) == []


def test_messages_that_tell_of_no_row_and_other_tables_are_passed_over(changes):
    assert read(None) is None
    assert read('{"ts_ms": 1767323045678}') is None
    assert read("null") is None
    add(changes, message("c", after={"id": "x"}, table="elsewhere"))
    assert collected(changes) == []


def test_numbers_keep_all_their_digits_and_instants_their_microseconds():
    said = read('{"op": "c", "after": {"a": 18446744073709551615, "b": 0.1, "c": 1e2}, "source": {"ts_ms": 1}}')
    assert said.after == {"a": "18446744073709551615", "b": "0.1", "c": "1e2"}
    assert as_text("2026-01-02T03:04:05.000001Z", "timestamp") == "2026-01-02T03:04:05.000001"
    assert as_text("2026-01-02Z", "date") == "2026-01-02"
    assert as_text("Z", "varchar") == "Z"
    assert [as_text(value, "boolean") for value in (True, "0", "1", "2", None)] == ["true", "false", "true", "2", None]


def test_names_of_columns_are_alike_in_whatever_case(changes):
    add(changes, message("c", after={name.upper(): value for name, value in order().items()}))
    assert collected(changes)[0][2:5] == ("O1", "2026-01-02T03:04:05.678901", "9.90")


def test_columns_that_come_and_go_are_said_and_rows_land_apart(changes, capsys):
    add(changes, message("c", after=order()))
    add(changes, message("c", after={"id": "O2", "total": "1", "note": "gift"}, pos=20))
    first, second = changes.take()
    assert "ordered_at" in first.columns and second.columns == ("order_id", "total", "currency_code")
    said = capsys.readouterr().err
    assert "column ordered_at is gone" in said and "delivered_until" in said
    assert "column note was added. It does not land" in said


def test_without_the_key_nothing_lands(changes):
    with pytest.raises(NotReady, match="no column id any more"):
        add(changes, message("c", after={"total": "1"}))


# ---------- landing


class Zone:
    """A landing zone, and runs of the engine of which one begins where the last one has ended."""

    def __init__(self, folder: Path):
        self.config, _ = read_config(config_file(folder), load_contract(ROOT))
        self.landing = Landing(folder / "landing", "shop")
        self.state = State(self.landing)
        self.state.forget()

    def lander(self) -> Lander:
        try:
            landed = self.state.load(["orders"]).landed
        except SnapshotNeeded:
            landed = None
        return Lander(self.config, [followed()], self.landing, {"orders": list(order())}, landed)

    def landed(self) -> list[tuple]:
        files = self.landing.folder("orders") / "ingested_on=*" / "[!._]*.parquet"
        return duckdb.sql(f"select _op, _lsn, order_id from read_parquet('{files}', union_by_name = true)").fetchall()

    def offset(self) -> Offset | None:
        return self.state.load(["orders"]).offset if self.state.file.exists() else None


def config_file(folder: Path, written: str = CONFIG) -> Path:
    file = folder / "shop.yml"
    file.write_text(written)
    return file


@pytest.fixture
def zone(tmp_path) -> Zone:
    made = Zone(tmp_path)
    made.state.history.write_text('{"ddl": "create table"}\n')
    return made


def at(pos: int, snapshot: bool = False) -> Offset:
    in_snapshot = {"snapshot": "INITIAL", "snapshot_completed": False} if snapshot else {}
    return Offset('["techco-shop",{"server":"shop"}]', json.dumps({"file": "binlog.000007", "pos": pos, **in_snapshot}))


def read_row(key: str, pos: int = 10) -> str:
    return message("r", after=order(key), snapshot="true", pos=pos)


def test_an_offset_is_kept_when_its_batch_has_landed_and_not_before(zone):
    lander = zone.lander()
    lander.take([read_row("O1"), read_row("O2")], at(10))
    assert zone.offset() == at(10)
    lander.landing = Landing(zone.landing.zone / "shop.yml" / "no folder", "shop")
    (zone.landing.zone / "shop.yml").touch()
    with pytest.raises(OSError):
        lander.take([message("c", after=order("O3"), pos=20)], at(20))
    assert zone.offset() == at(10)


def test_what_comes_twice_has_the_same_position(zone):
    zone.lander().take([read_row("O1")], at(10))
    again = [message("c", after=order("O2"), pos=20), message("u", before=order(), after=order(total="1"), pos=30)]
    zone.lander().take(again, at(30))
    zone.state.save(at(10), zone.state.load(["orders"]).landed, ["orders"])
    zone.lander().take(again, at(30))
    position = (7 << 32) + 20
    assert zone.landed().count(("c", position, "O2")) == 2
    assert len(set(zone.landed())) == 3


def test_a_snapshot_that_was_cut_off_begins_anew_and_what_is_gone_by_then_is_deleted(zone):
    zone.lander().take([read_row("O1"), read_row("O2")], at(10, snapshot=True))
    assert zone.offset() is None
    zone.lander().take([read_row("O2", pos=50)], at(50))
    assert ("d", (7 << 32) + 50, "O1") in zone.landed()
    assert zone.offset() == at(50)


def test_a_snapshot_without_a_row_is_through_with_the_first_message(zone, capsys):
    zone.lander().take(['{"ts_ms": 1}'], at(10))
    assert zone.offset() == at(10) and zone.landed() == []
    assert "The snapshot is through: 0 rows" in capsys.readouterr().err


def test_rows_that_are_gone_when_a_snapshot_is_empty_are_deleted_and_a_new_one_is_not(zone):
    zone.lander().take([read_row("O1")], at(10))
    zone.state.forget()
    zone.lander().take([message("c", after=order("O9"), pos=90)], at(90))
    assert sorted(zone.landed(), key=lambda row: row[1]) == [
        ("r", (7 << 32) + 10, "O1"), ("d", (7 << 32) + 11, "O1"), ("c", (7 << 32) + 90, "O9"),
    ]  # fmt: skip


def test_a_truncate_deletes_each_key_that_has_landed_and_is_alive(zone):
    zone.lander().take(
        [read_row("O1"), message("d", before=order("O1"), pos=20), message("c", after=order("O2"), pos=30),
         message("t", pos=40), message("c", after=order("O3"), pos=50)],
        at(50),
    )  # fmt: skip
    deletes = [row for row in zone.landed() if row[1] == (7 << 32) + 40]
    assert deletes == [("d", (7 << 32) + 40, "O2")]


def test_another_server_is_no_continuation_of_this_one(zone):
    zone.lander().take([read_row("O1", pos=5_000)], at(5_000))
    zone.state.forget()
    with pytest.raises(NotReady, match="positions_from: "):
        zone.lander().take([read_row("O1", pos=10)], at(10))


def test_a_row_that_does_not_fit_lands_as_json(zone):
    zone.lander().take([read_row("O1"), message("c", after=order("O2", total="a third"), pos=20)], at(20))
    (misfits,) = zone.landing.folder("orders").glob("*/*.jsonl")
    assert json.loads(misfits.read_text())["total"] == "a third"


def test_an_offset_is_not_believed_without_what_it_stands_for(zone):
    lander = zone.lander()
    lander.take([read_row("O1")], at(10))
    with pytest.raises(SnapshotNeeded, match="customers came to the configuration"):
        zone.state.load(["orders", "customers"])
    history = zone.state.history.read_text()
    zone.state.history.write_text(history + '{"ddl": "alter ta')
    with pytest.raises(SnapshotNeeded, match="missing or damaged"):
        zone.state.load(["orders"])
    zone.state.history.write_text(history)
    (zone.landing.zone / "shop" / lander.landed).unlink()
    with pytest.raises(SnapshotNeeded, match="lacks files that had landed"):
        zone.state.load(["orders"])
    zone.state.file.write_text('{"offset"')
    with pytest.raises(SnapshotNeeded, match="cannot be read"):
        zone.state.load(["orders"])


# ---------- what has to be there


class Server:
    """A server that answers as it is told."""

    def __init__(self):
        self.variables = {
            "log_bin": "ON",
            "binlog_format": "ROW",
            "binlog_row_image": "FULL",
            "log_bin_compress": "OFF",
        }
        self.grants = "GRANT SELECT, RELOAD, REPLICATION SLAVE ON *.* TO `techco`@`%`"
        self.there = list(order())
        self.unique = [frozenset(["id"])]

    def ask(self, query: str, *parameters: str) -> list[tuple[str | None, ...]]:
        return [(self.grants,)] if query == "show grants" else list(self.variables.items())

    def columns(self, folder: str, table: str) -> list[str]:
        return self.there if (folder, table) == ("store", "purchases") else []

    def unique_keys(self, folder: str, table: str) -> list[frozenset[str]]:
        return self.unique


def test_what_a_database_lacks_is_said_with_the_statement_that_makes_it(tmp_path):
    config, _ = read_config(config_file(tmp_path), load_contract(ROOT))
    assert require(Server(), config, [followed()]) == {"orders": list(order())}
    for lacking, message_of_it in (
        ({"variables": {"log_bin": "OFF"}}, "log_bin is OFF.*my.cnf"),
        ({"variables": {"binlog_format": "STATEMENT"}}, "set global binlog_format = ROW"),
        ({"variables": {"binlog_row_image": "MINIMAL"}}, "set global binlog_row_image = FULL"),
        ({"variables": {"log_bin_compress": "ON"}}, "set global log_bin_compress = OFF"),
        ({"grants": "GRANT SELECT ON *.* TO techco"}, "grant select, reload, .*replication slave"),
        ({"there": []}, "no table store.purchases.*grant select on store.purchases to techco"),
        ({"there": ["total"]}, r"no column id.*columns: \{order_id: "),
        ({"unique": [frozenset(["id", "total"])]}, r"no unique index on \(id\)"),
    ):
        server = Server()
        for name, value in lacking.items():
            setattr(server, name, value)
        with pytest.raises(NotReady, match=message_of_it):
            require(server, config, [followed()])


@pytest.mark.parametrize(
    ("written", "message_of_it"),
    [
        (CONFIG.replace("engine: mysql", "engine: db2"), "unknown engine 'db2'"),
        (CONFIG.replace("store.orders", "orders"), "has no schema"),
        (CONFIG.replace("orders: store", "bills: store"), "the contract does not know it"),
        (CONFIG.replace("{orders: store.orders}", "{}"), "tables: {orders: store.orders}"),
        (CONFIG.replace("store.orders}", "s.t, payments: S.T}"), "two tables of the contract come from one"),
        (CONFIG + "settings: {snapshot.mode: never}", "snapshot.mode, which the connector sets itself"),
        (CONFIG + "settings: {offset.storage: x}", "which the connector sets itself"),
        (CONFIG + "driver: {password: x}", "Put it into TECHCO_SHOP_PASSWORD"),
        (CONFIG + "java_memory: much", "java_memory 'much' is no size"),
        (CONFIG + "land_every_seconds: 60", "land_every_seconds"),
    ],
)
def test_what_is_wrong_in_a_configuration_is_said(tmp_path, written, message_of_it):
    with pytest.raises(ContractError) as refused:
        read_config(config_file(tmp_path, written), load_contract(ROOT))
    assert message_of_it in str(refused.value)


def test_the_password_comes_by_the_environment_and_settings_go_to_debezium(tmp_path, monkeypatch):
    monkeypatch.setenv("TECHCO_SHOP_PASSWORD", "secret")
    written = CONFIG + "settings: {database.ssl.mode: verify_identity}\ndriver: {sslMode: verify-full}"
    config, _ = read_config(config_file(tmp_path, written), load_contract(ROOT))
    told = settings(config, tmp_path / "offsets", tmp_path / "history")
    assert told["database.password"] == "secret"
    assert (told["database.ssl.mode"], told["driver.sslMode"]) == ("verify_identity", "verify-full")
    assert told["table.include.list"] == r"store\.orders"


def test_a_group_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "jpype", None)
    with pytest.raises(machine.NotInstalled, match="make capture-debezium"):
        machine.start("1g")
