"""Day by day, or in any order, gives the same tables as all at once."""

import pytest
from comparing import differences
from conftest import DAYS, TINY, house
from proofs import arrivals

from tools.simulator.__main__ import main as simulate


def test_day_by_day_equals_all_at_once(built, tmp_path, dbt_files):
    growing = house(tmp_path, dbt_files)
    simulate(["--out", str(growing.landing), "--days", "6", *TINY, "--distinctive", "1"])
    growing.dbt(*arrivals.BUILD_WITHOUT_SNAPSHOTS)
    simulate(["--out", str(growing.landing), "--append", "1"])
    growing.dbt("run")
    simulate(["--out", str(growing.landing), "--append", str(DAYS - 7)])
    growing.dbt("run")
    assert differences(built.warehouse, growing.warehouse) == []


@pytest.mark.long
def test_in_any_order_of_arrival(tmp_path, dbt_files):
    result = arrivals.run(0, tmp_path, dbt_files, batches=3)
    assert result["differences"] == []
    assert result["files"] > 200
    assert result["moved"] > 200
