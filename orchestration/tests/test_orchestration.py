"""Dagster over a tiny landing zone, headless: what is noticed, what is run for it, and the daemon itself."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from tools.simulator.__main__ import main as simulate

dg = pytest.importorskip("dagster", reason="Dagster is not installed: make env-orchestration")

ROOT = Path(__file__).resolve().parents[2]
ZONE = ("--customers", "60", "--orders-per-day", "10", "--seed", "3", "--start", "2025-09-01", "--days", "2")
# A build of next to no data and a release take a minute on a quiet machine.
PATIENCE = 1800


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Iterator[Path]:
    """A folder with the landing zone of two days, which the environment names; the project is parsed."""
    folder = tmp_path_factory.mktemp("orchestrated")
    assert simulate(["--out", str(folder / "landing"), *ZONE]) == 0
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith(("TECHCO_", "DBT_", "DAGSTER_"))]:
            patched.delenv(name)
        patched.setenv("TECHCO_LANDING", str(folder / "landing"))
        patched.setenv("TECHCO_WAREHOUSE", str(folder / "warehouse" / "techco.duckdb"))
        patched.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patched.setenv("DBT_LOG_PATH", str(folder / "logs"))
        patched.setenv("PYTHONPATH", f"{ROOT / 'pylib'}{os.pathsep}{ROOT}")
        patched.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
        subprocess.run([sys.executable, "-m", "dbt.cli.main", "--quiet", "parse"], cwd=ROOT, check=True)
        yield folder


@pytest.fixture(scope="module")
def code(place) -> SimpleNamespace:
    """The definitions, which are made of the manifest."""
    from orchestration import definitions, landing, warehouse

    return SimpleNamespace(definitions=definitions.definitions, landing=landing, warehouse=warehouse.warehouse)


def newest_order(warehouse: Path) -> str:
    """The newest day of which the warehouse knows an order."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute("select cast(max(order_date) as varchar) from core.fct_order").fetchone()[0]


def look(code, instance, cursor: str | None = None):
    """One evaluation of the sensor."""
    return code.landing.landed_files(dg.build_sensor_context(instance=instance, cursor=cursor))


def test_every_model_is_an_asset_and_every_raw_table_stands_before_one(code):
    keys = code.warehouse.keys
    models = {path.stem for path in (ROOT / "models").rglob("*") if path.suffix in (".sql", ".py")}
    assert models <= {key.path[-1] for key in keys}
    assert {spec.key for spec in code.landing.raw_tables} <= code.warehouse.dependency_keys


def test_new_files_ask_for_one_run_and_note_their_days(code, place):
    with dg.DagsterInstance.ephemeral() as instance:
        found = look(code, instance)
        (asked,) = found.run_requests
        # A first build is of everything.
        assert asked.asset_selection is None
        assert found.dynamic_partitions_requests[0].partition_keys == ["2025-09-01", "2025-09-02"]
        orders = [event for event in found.asset_events if event.asset_key == dg.AssetKey(["shop", "orders"])]
        landed = {
            day: list(place.glob(f"landing/shop/orders/ingested_on={day}/*")) for day in ("2025-09-01", "2025-09-02")
        }
        said = {event.partition: (event.metadata["files"].value, event.metadata["bytes"].value) for event in orders}
        assert said == {day: (len(files), sum(file.stat().st_size for file in files)) for day, files in landed.items()}
        assert isinstance(look(code, instance, found.cursor), dg.SkipReason)


def test_what_reads_a_table_is_behind_it(code):
    behind = {key.path[-1] for key in code.landing.keys_behind([("fx", "daily_rates")])}
    assert {"base_fx__daily_rates", "fct_order", "daily_sales", "release"} <= behind
    assert not {"base_shop__orders", "fct_review"} & behind
    # A folder that the contract does not know is told by the build, whatever else came.
    assert len(code.landing.keys_behind([("shop", "odrers")])) == len(code.warehouse.keys) + 1


def test_without_a_landing_zone_it_says_so(code, monkeypatch, tmp_path):
    monkeypatch.setenv("TECHCO_LANDING", str(tmp_path / "nowhere"))
    with dg.DagsterInstance.ephemeral() as instance:
        skipped = look(code, instance)
    assert "nowhere" in skipped.skip_message


@pytest.mark.long
def test_the_daemon_builds_and_publishes_what_lands(place):
    home = place / "dagster"
    home.mkdir()
    shutil.copy(ROOT / "orchestration" / "dagster.yaml", home)
    environment = os.environ | {"DAGSTER_HOME": str(home)}
    command = [sys.executable, "-m", "dagster._daemon", "run", "-m", "orchestration.definitions"]
    release = place / "warehouse" / "releases" / "current"
    with open(place / "daemon.log", "w") as log:
        # In a session of its own, to be ended with the servers that it starts.
        daemon = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            first = wait_for_release(place, release, None)
            assert newest_order(place / "warehouse" / "techco.duckdb") == "2025-09-02"
            assert simulate(["--out", str(place / "landing"), "--append", "1"]) == 0
            wait_for_release(place, release, first)
            assert newest_order(place / "warehouse" / "techco.duckdb") == "2025-09-03"
        finally:
            os.killpg(daemon.pid, signal.SIGTERM)
            daemon.wait(60)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert [run.status.value for run in instance.get_runs()] == ["SUCCESS", "SUCCESS"]


def wait_for_release(place: Path, release: Path, before: Path | None) -> Path:
    """Wait for another release than the one before; its folder."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if release.exists() and release.resolve() != before:
            return release.resolve()
        time.sleep(1)
    raise AssertionError((place / "daemon.log").read_text()[-6000:])
