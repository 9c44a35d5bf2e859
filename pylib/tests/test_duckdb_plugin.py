"""Settings that the plugin refuses before anything is built, and the listing of landed files that it hands over."""

import duckdb
import pytest
from dbt_common.exceptions import DbtRuntimeError
from techco import duckdb_plugin
from techco.contract.landing_zone import list_files
from techco.duckdb_plugin import attach_landing, require_memory_limit

from tests.zones import DAY


@pytest.mark.parametrize("limit", ["lots", "", "6", "-1GB", "1MB"])
def test_a_memory_limit_that_is_none_is_refused(limit):
    with pytest.raises(DbtRuntimeError, match=r"TECHCO_MEMORY_LIMIT is .*such as 6GB"):
        require_memory_limit(limit)


@pytest.mark.parametrize("limit", ["6GB", "512 MiB", "0.5tb"])
def test_a_size_is_taken(limit):
    require_memory_limit(limit)


def test_a_reader_finds_a_file_whose_name_means_something_in_sql_or_in_a_pattern(zone, monkeypatch):
    zone.scores("score_id\nS1", name="it's [1] of *.csv")
    zone.scores("score_id\nS2", name="1.csv")
    monkeypatch.setattr(duckdb_plugin, "project_folder", lambda: zone.project)
    with duckdb.connect() as connection:
        attach_landing(connection, zone.root, None, list_files(zone.root))
        listed = connection.execute("select file, literal from landing.main.files order by file").fetchall()
        read = {
            file: connection.execute(f"select filename, content from read_text([{literal}])").fetchall()
            for file, literal in listed
        }
    folder = f"web/scores/{DAY}"
    assert read == {
        f"{folder}/1.csv": [(f"{zone.root}/{folder}/1.csv", "score_id\nS2")],
        f"{folder}/it's [1] of *.csv": [(f"{zone.root}/{folder}/it's [1] of *.csv", "score_id\nS1")],
    }
