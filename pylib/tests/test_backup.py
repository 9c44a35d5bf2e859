"""What a backup keeps, and what `restore` refuses."""

import json

import duckdb
import pytest
from techco.operations.backup import MANIFEST, BackupError, main, newest, restore, save
from techco.privacy import vault

PROJECT = "vars: {kept: {histories: [snapshots], ledgers: [base.identity, base.loads, governance.not_there_yet]}}"
HISTORY = [(1, "new", None), (2, None, "2025-09-01 10:00:00")]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "dbt_project.yml").write_text(PROJECT)
    return tmp_path


@pytest.fixture
def landing(tmp_path):
    folder = tmp_path / "landing"
    folder.mkdir()
    (folder / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "zone", "simulated": True}))
    return folder


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse with a history, a rebuildable table, and the ledgers of two runs."""
    file = tmp_path / "old" / "techco.duckdb"
    file.parent.mkdir()
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema base; create schema snapshots; create schema core")
        connection.execute("create table base.identity (landing_zone_id varchar, pepper_fingerprint varchar)")
        known = ["zone", vault.fingerprint(vault.DEVELOPMENT_PEPPER)]
        connection.execute("insert into base.identity values (?, ?)", known)
        connection.execute("create table base.loads as from (values (1::bigint, 'a'), (2, 'b')) as t(load_id, run)")
        connection.execute("create table snapshots.snap (id bigint, status varchar, dbt_valid_to timestamp)")
        connection.executemany("insert into snapshots.snap values (?, ?, ?)", HISTORY)
        connection.execute("create table core.fct_order as select 1 as id")
    return file


@pytest.fixture
def saved(warehouse, project, tmp_path):
    folder = tmp_path / "backups" / "1"
    save(warehouse, folder, project)
    return folder


def rows(file, sql: str) -> list[tuple]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_backup_comes_back_whole(saved, warehouse, landing, tmp_path):
    new = tmp_path / "new" / "techco.duckdb"
    restore(new, saved, landing)
    for table in ("snapshots.snap", "base.identity", "base.loads"):
        assert rows(new, f"from {table} order by all") == rows(warehouse, f"from {table} order by all")
        described = f"select column_name, column_type from (describe {table})"
        assert rows(new, described) == rows(warehouse, described)
    assert rows(new, "select count(*) from duckdb_tables()") == [(3,)]
    assert {path.name for path in saved.parent.iterdir()} == {"1"}


def test_the_newest_backup_is_taken_and_half_ones_are_not(saved):
    (saved.parent / "2").mkdir()
    (saved.parent / ".3.tmp").mkdir()
    (saved.parent / ".3.tmp" / MANIFEST).write_text("{}")
    assert newest(saved.parent) == saved
    with pytest.raises(BackupError, match="Set BACKUP"):
        newest(saved)


def test_histories_are_replaced_only_when_told(saved, warehouse, landing):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("delete from snapshots.snap; insert into base.loads values (3, 'c')")
    with pytest.raises(BackupError, match=r"snapshots\.snap already; nothing was changed.*OVERWRITE"):
        restore(warehouse, saved, landing)
    assert rows(warehouse, "from snapshots.snap") == []
    restore(warehouse, saved, landing, overwrite=True)
    assert len(rows(warehouse, "from snapshots.snap")) == len(HISTORY)
    # A ledger loses no row: load ids must not be given twice.
    assert rows(warehouse, "select load_id from base.loads order by 1") == [(1,), (2,), (3,)]


def test_a_file_that_is_broken_or_missing_is_named(saved, landing, tmp_path):
    file = saved / "snapshots.snap.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BackupError, match=r"snapshots\.snap\.parquet is not as it was written"):
        restore(tmp_path / "new.duckdb", saved, landing)
    file.unlink()
    with pytest.raises(BackupError, match=r"snapshots\.snap\.parquet is missing"):
        restore(tmp_path / "new.duckdb", saved, landing)
    (saved / MANIFEST).write_text("[]")
    with pytest.raises(BackupError, match=r"manifest\.json cannot be read"):
        restore(tmp_path / "new.duckdb", saved, landing)
    assert not (tmp_path / "new.duckdb").exists()


def test_another_landing_zone_or_pepper_is_refused(saved, landing, tmp_path, monkeypatch):
    monkeypatch.setenv("TECHCO_PEPPER", "another pepper than it was built with")
    with pytest.raises(BackupError, match="TECHCO_PEPPER"):
        restore(tmp_path / "new.duckdb", saved, landing)
    (landing / "_landing_zone.json").write_text(json.dumps({"landing_zone_id": "another", "simulated": True}))
    with pytest.raises(BackupError, match=r"of landing zone zone, but .* is another"):
        restore(tmp_path / "new.duckdb", saved, landing)
    assert not (tmp_path / "new.duckdb").exists()


def test_a_warehouse_of_another_zone_is_refused(saved, warehouse, landing):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update base.identity set landing_zone_id = 'another'; drop table snapshots.snap")
    with pytest.raises(BackupError, match="belongs to another landing zone"):
        restore(warehouse, saved, landing)


def test_a_type_that_parquet_changes_stops_the_backup(warehouse, project, tmp_path):
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table snapshots.snap alter id type hugeint")
    with pytest.raises(BackupError, match=r"snapshots\.snap: Parquet keeps no id \(HUGEINT\)"):
        save(warehouse, tmp_path / "backups" / "2", project)
    assert list((tmp_path / "backups").iterdir()) == []


def test_refusals_are_one_line(saved, warehouse, project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    monkeypatch.setenv("TECHCO_WAREHOUSE", str(warehouse))
    monkeypatch.setenv("BACKUP", str(saved))
    assert main(["save"]) == 1
    assert f"{saved} is there already" in capsys.readouterr().err
    monkeypatch.setenv("TECHCO_WAREHOUSE", "nowhere.duckdb")
    assert main(["save"]) == 1
    assert "TECHCO_WAREHOUSE" in capsys.readouterr().err
