"""A past lands with the first day, and tells the same as if its days had landed one after the other."""

import json

import pytest

from tools.simulator.emit.answers import answers_folder
from tools.simulator.tests.conftest import SMALL, Zone, contents, contract, write_zone

# The same eight days of the world: one after the other, and five of them as the past of the sixth.
DAY_BY_DAY = ("--start", "2025-09-01", "--history-days", "0", "--days", "8")
WITH_A_PAST = ("--start", "2025-09-06", "--history-days", "5", "--days", "3")
WHEN_AND_WHERE = {"_ingested_at", "ingested_on", "file_row_number"}
TABLES = [f"{source}_{table['name']}" for source, _, table in contract()]


def columns(zone: Zone, table: str) -> list[str]:
    """The names of a table's columns; none where nothing landed."""
    rows = zone.rows(f"select column_name from duckdb_columns() where table_name = '{table}' order by column_index")
    return [name for (name,) in rows]


@pytest.fixture(scope="module")
def day_by_day(tmp_path_factory) -> Zone:
    return Zone(write_zone(tmp_path_factory.mktemp("daily") / "landing", *SMALL, *DAY_BY_DAY))


@pytest.fixture(scope="module")
def with_a_past(tmp_path_factory) -> Zone:
    return Zone(write_zone(tmp_path_factory.mktemp("past") / "landing", *SMALL, *WITH_A_PAST))


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_the_same(day_by_day, with_a_past, table):
    names = columns(with_a_past, table)
    assert names == columns(day_by_day, table)
    if names:
        told = ", ".join(name for name in names if name not in WHEN_AND_WHERE)
        rows = f"select {told} from {table} order by all"
        assert with_a_past.rows(rows) == day_by_day.rows(rows)


@pytest.mark.parametrize("table", TABLES)
def test_rows_arrive_with_the_first_day_and_in_the_same_order(day_by_day, with_a_past, table):
    """Whoever takes the latest of two rows with one key takes the same one.

    Five days are read within four minutes, so of what arrived within two seconds either may be the first.
    """
    names = columns(with_a_past, table)
    if not names:
        return
    with_a_past.none(f"from {table} where cast(_ingested_at as date) <> ingested_on")
    with_a_past.none(f"from {table} where ingested_on not between '2025-09-06' and '2025-09-08'")
    told = ", ".join(name for name in names if name not in WHEN_AND_WHERE)
    arrivals = f"""
        select md5(cast(row({told}) as varchar)) as content, _ingested_at as at,
            row_number() over (partition by content order by _ingested_at) as place
        from {table}
    """
    theirs = day_by_day.engine.sql(arrivals).to_arrow_table()
    with_a_past.engine.register("theirs", theirs)
    with_a_past.none(f"""
        from (
            select ours.at < max(ours.at) over (
                order by theirs.at range between unbounded preceding and interval 2 second preceding
            ) as is_overtaken
            from ({arrivals}) as ours join theirs using (content, place)
        ) where is_overtaken
    """)


def test_one_file_brings_the_past(with_a_past):
    files = [path for path in contents(with_a_past.root) if "ingested_on=2025-09-06" in path]
    assert len(files) == len({path.rsplit("/", 1)[0] for path in files})


def test_answers_are_the_same(day_by_day, with_a_past):
    ours, theirs = (contents(answers_folder(zone.root)) for zone in (day_by_day, with_a_past))
    assert ours == theirs


def test_the_load_can_be_spoiled(tmp_path):
    zone = write_zone(tmp_path / "landing", *SMALL, *WITH_A_PAST, "--defects", "0.01")
    lines = (answers_folder(zone) / "injected_defects.jsonl").read_text().splitlines()
    days = {json.loads(line)["ingested_on"] for line in lines}
    assert days == {"2025-09-06", "2025-09-07", "2025-09-08"}
