"""Day by day gives the same tables as all at once."""

from comparing import differences, query
from conftest import DAYS, TINY, house

from simulator.__main__ import main as simulate


def test_day_by_day_equals_all_at_once(built, tmp_path, dbt_files):
    growing = house(tmp_path, dbt_files)
    simulate(["--out", str(growing.landing), "--days", "6", *TINY])
    growing.dbt("build", "--exclude-resource-type", "test", "unit_test", "snapshot")
    simulate(["--out", str(growing.landing), "--append", "1"])
    growing.dbt("run")
    simulate(["--out", str(growing.landing), "--append", str(DAYS - 7)])
    growing.dbt("run")
    assert differences(built.warehouse, growing.warehouse) == []


def test_a_day_that_lands_late_changes_nothing_in_the_end(built, tmp_path):
    whole = built.copy(tmp_path)
    held_back = sorted(whole.landing.glob("*/*/ingested_on=*04"))
    assert len(held_back) > 10
    for folder in held_back:
        folder.rename(folder.with_name("." + folder.name))
    whole.warehouse.unlink()
    whole.dbt("build", "--exclude-resource-type", "test", "unit_test", "snapshot")
    loaded = "select count(*) from base.loaded_files"
    assert query(whole.warehouse, loaded) < query(built.warehouse, loaded)
    for folder in held_back:
        folder.with_name("." + folder.name).rename(folder)
    whole.dbt("run")
    assert differences(built.warehouse, whole.warehouse) == []
