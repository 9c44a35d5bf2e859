"""A warehouse belongs to one landing zone and one pepper."""

import json

import duckdb
from conftest import house

from tools.simulator.__main__ import main as simulate


def test_another_landing_zone_is_refused(built, tmp_path):
    other = built.copy(tmp_path)
    marker = other.landing / "_landing_zone.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"landing_zone_id": "another"}))
    printed = other.dbt("seed", "--select", "countries", succeeds=False)
    assert "TECHCO_LANDING" in printed and "another" in printed


def test_real_data_need_a_pepper(tmp_path, dbt_files):
    real = house(tmp_path, dbt_files)
    simulate(["--out", str(real.landing), "--days", "1", "--customers", "10", "--orders-per-day", "2"])
    (real.landing / "_landing_zone.json").unlink()
    printed = real.dbt("seed", "--select", "countries", succeeds=False)
    assert "TECHCO_PEPPER is not set" in printed and "Traceback" not in printed
    real.dbt("seed", "--select", "countries", TECHCO_PEPPER="a pepper of enough characters")


def test_another_pepper_is_refused(built, tmp_path):
    other = built.copy(tmp_path)
    printed = other.dbt(
        "seed", "--select", "countries", succeeds=False, TECHCO_PEPPER="another pepper than it was built with"
    )
    assert "every person would get a new key" in printed


def test_a_warehouse_named_like_a_schema_is_refused(built, tmp_path):
    other = built.copy(tmp_path)
    other.warehouse = tmp_path / "core.duckdb"
    printed = other.dbt("debug", succeeds=False)
    assert "core.duckdb" in printed and "TECHCO_WAREHOUSE" in printed
    assert not other.warehouse.exists()


def test_the_pepper_is_in_no_file(built):
    pepper = b"techco-development-pepper"
    with duckdb.connect(str(built.warehouse), read_only=True) as connection:
        assert connection.execute(
            "select count(*) from duckdb_databases() where database_name = 'vault'"
        ).fetchone() == (0,)
    for file in [built.warehouse, *built.target.rglob("*")]:
        assert not file.is_file() or pepper not in file.read_bytes(), file
