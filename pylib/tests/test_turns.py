"""A publish and a build do not read and write one warehouse at a time."""

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from techco.duckdb_plugin import Plugin
from techco.serving.publish_lock import BusyError, publishing


def open_for_a_build(warehouse: Path) -> threading.Thread:
    """What dbt does before it connects, begun in a thread."""
    credentials = SimpleNamespace(settings={}, path=str(warehouse))
    plugin = Plugin.__new__(Plugin)
    build = threading.Thread(target=plugin.update_connection_config, args=(credentials, {}))
    build.start()
    return build


def test_a_build_waits_for_a_publish_and_says_so(tmp_path, capsys):
    with publishing(tmp_path / "w.duckdb"):
        build = open_for_a_build(tmp_path / "w.duckdb")
        build.join(0.5)
        assert build.is_alive()
    build.join(10)
    assert not build.is_alive()
    assert "w.duckdb is being written; the build begins when" in capsys.readouterr().err


def test_a_build_that_meets_no_publish_says_nothing(tmp_path, capsys):
    with publishing(tmp_path / "w.duckdb"):
        pass
    for name in ("w.duckdb", "other.duckdb"):
        build = open_for_a_build(tmp_path / name)
        build.join(10)
        assert not build.is_alive()
    assert capsys.readouterr().err == ""


def test_one_publish_at_a_time(tmp_path):
    with (
        publishing(tmp_path / "w.duckdb"),
        pytest.raises(BusyError, match="under way"),
        publishing(tmp_path / "w.duckdb"),
    ):
        pass
    with publishing(tmp_path / "w.duckdb"):
        pass
