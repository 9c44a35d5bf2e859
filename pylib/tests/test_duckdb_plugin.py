"""Settings that the plugin refuses before anything is built."""

import pytest
from dbt_common.exceptions import DbtRuntimeError
from techco.duckdb_plugin import require_memory_limit


@pytest.mark.parametrize("limit", ["lots", "", "6", "-1GB", "1MB"])
def test_a_memory_limit_that_is_none_is_refused(limit):
    with pytest.raises(DbtRuntimeError, match=r"TECHCO_MEMORY_LIMIT is .*such as 6GB"):
        require_memory_limit(limit)


@pytest.mark.parametrize("limit", ["6GB", "512 MiB", "0.5tb"])
def test_a_size_is_taken(limit):
    require_memory_limit(limit)
