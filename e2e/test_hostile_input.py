"""Hostile rows land right or are quarantined with a reason, and are counted; test_hostile_files.py has the others."""

import hostile_files as hostile
import pytest
from comparing import query
from conftest import DAYS, PAST, ROOT
from small_zone import land_nothing
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import load_contract
from techco.contract.validation import check, limits


@pytest.fixture(scope="module")
def landed(built, tmp_path_factory):
    """The tiny zone with a day of hostile files, loaded by one run in little memory."""
    folder = tmp_path_factory.mktemp("hostile")
    house = built.copy(folder)
    # For another memory limit dbt parses the project anew.
    house.target = folder / "target"
    hostile.land_numbers(house.landing)
    hostile.land_documents(house.landing)
    hostile.land_parquet(house.landing)
    hostile.land_repetition(house.landing)
    land_nothing(house.landing, hostile.NEXT_DAY.removeprefix("ingested_on="))
    house.output = house.dbt("run", TECHCO_MEMORY_LIMIT="1GB")
    return house


def values(house, table: str, column: str, where: str) -> list[str]:
    """For each row why it is not good, else what stands in a column; in the order of the numbers that end its key."""
    key = {"web": "event_id", "ads": "campaign_id", "surveys": "response_id", "fx": "rate_date"}[table.split("__")[0]]
    rows = query(
        house.warehouse,
        f"select coalesce(_issues, cast({column} as varchar)) from base.base_{table} where {where} "
        f"order by try_cast(split_part(cast({key} as varchar), '-', 2) as bigint), {key}",
    )
    return [value for (value,) in rows]


@pytest.mark.parametrize(
    ("table", "column", "where", "cases"),
    [
        ("fx__daily_rates", "rate", "_file like '%/hostile.jsonl'", hostile.JSON_NUMBERS),
        ("web__events", "quantity", "_file like '%/integers.jsonl'", hostile.JSON_INTEGERS),
        ("ads__daily_spend", "spend_amount", "campaign_id like 'amount-%'", hostile.CSV_AMOUNTS),
        ("ads__daily_spend", "spend_date", "campaign_id like 'day-%'", hostile.CSV_DAYS),
        ("surveys__nps_responses", "responded_at", "response_id like 'instant-%'", hostile.INSTANTS),
    ],
)
def test_each_spelling_is_read_exactly_or_quarantined(landed, table, column, where, cases):
    found = values(landed, table, column, where)
    assert list(zip([written for written, _ in cases], found, strict=True)) == cases


# Table, file, column and spellings; a file's header, and a line of it with a number and a spelling.
SPELLINGS = {
    "rate": ("fx/daily_rates", "a.jsonl", hostile.JSON_NUMBERS, "", '{{"rate_date": "2016-01-01", "rate": {1}}}'),
    "quantity": ("web/events", "a.jsonl", hostile.JSON_INTEGERS, "", '{{"event_id": "{0}", "quantity": {1}}}'),
    "spend_amount": ("ads/daily_spend", "a.csv", hostile.CSV_AMOUNTS, "campaign_id;spend_amount", "{0};{1}"),
    "spend_date": ("ads/daily_spend", "a.csv", hostile.CSV_DAYS, "campaign_id;spend_date", "{0};{1}"),
    "responded_at": ("surveys/nps_responses", "a.csv", hostile.INSTANTS, "response_id,responded_at", "{0},{1}"),
}


@pytest.mark.parametrize("column", SPELLINGS)
def test_the_landing_check_agrees_with_the_build(column, tmp_path):
    """It has patterns of its own: a file with one spelling in all rows stops a build where base could not read it."""
    table, name, cases, header, line = SPELLINGS[column]
    contract, stopped = load_contract(ROOT), []
    for number, (written, _) in enumerate(cases):
        rows = [line.format(row, written) for row in range(limits.ENOUGH_TO_JUDGE)]
        landing = tmp_path / str(number)
        hostile.put(landing, table, name, "\n".join([header, *rows] if header else rows))
        found = check(list_files(landing), contract, landing)
        stopped.append(any(finding.code == "wrong_type" and finding.column == column for finding in found))
    assert stopped == [outcome.startswith("type:") for _, outcome in cases]


def test_documents(landed):
    found = query(
        landed.warehouse,
        "select coalesce(event_id, '?'), _issues, product_id, in_stock, search_text from base.base_web__events "
        "where _file = ? order by 1, 2",
        f"web/events/{hostile.NEXT_DAY}/{hostile.ODD_NAME}.jsonl",
    )
    assert found == [
        ("?", "missing:event_id", None, None, None),
        # Half of a character, and half of a line.
        ("?", "unreadable", None, None, None),
        ("?", "unreadable", None, None, None),
        ("emoji", None, None, None, "😀"),
        ("epoch", "type:occurred_at", None, None, None),
        ("escaped-nul", None, None, None, "a\0b"),
        ("every-key-null", None, None, None, None),
        ("nested-10000", None, None, None, None),
        ("nested-200", None, None, None, None),
        ("number-as-text", None, "5", None, None),
        ("object-as-text", "type:product_id", '{"id":"P1"}', None, None),
        ("on-as-boolean", "type:in_stock", None, None, None),
        ("one-as-boolean", None, None, True, None),
        ("text-like-object", None, "{P1}", None, None),
        ("true-as-text", None, None, True, None),
        ("two-as-boolean", "type:in_stock", None, None, None),
    ]
    kept = query(landed.warehouse, r"select raw_row from quarantine.quarantine_web where contains(raw_row, '\ud800')")
    assert kept == [(hostile.event("lone-surrogate", r'"search": {"text": "\ud800"}'),)]


def test_a_line_of_50_megabytes(landed):
    found = "select length(search_text), _issues from base.base_web__events where event_id = 'long'"
    assert query(landed.warehouse, found) == [(50_000_000, None)]


def test_line_ends_may_be_mixed(landed):
    events = "select event_id, _issues from base.base_web__events where _file like '%/ends.jsonl' order by 1"
    assert query(landed.warehouse, events) == [(f"end-{i}", None) for i in range(5)]
    answers = query(
        landed.warehouse,
        "select response_id, comment, _issues from base.base_surveys__nps_responses where _file = ? order by 1",
        f"surveys/nps_responses/{hostile.NEXT_DAY}/{hostile.ODD_NAME}.csv",
    )
    comments = ["one", "two\r\nlines", "a\rb", None, 'say "five"']
    assert answers == [(f"end-{i}", comment, None) for i, comment in enumerate(comments)]


def test_parquet_types_may_differ_between_files_of_a_day(landed):
    movements = query(
        landed.warehouse,
        "select split_part(movement_id, '-', 1), quantity, movement_type, cast(moved_at as varchar), reference_id "
        "from staging.stg_wms__inventory_movements where movement_id in "
        "(select movement_id from base.base_wms__inventory_movements where product_id = 'P-hostile') order by 2",
    )
    names = ["int8", "int32", "int64", "uint64", "decimal", "dictionary", "large", "nul"]
    noon = "2025-09-10 12:00:00"
    assert movements == [
        (name, 2**i, "receipt", noon, "a\0b" if name == "nul" else None) for i, name in enumerate(names)
    ]
    costs = query(
        landed.warehouse,
        "select shipment_id, coalesce(_issues, cast(shipping_cost as varchar)), cast(shipped_at as varchar) "
        "from base.base_wms__shipments where shipment_id like 'S-hostile%' order by 1",
    )
    found = ["1.500", "2.000", None, "type:shipping_cost"]
    assert costs == [(f"S-hostile-{i}", cost, noon) for i, cost in enumerate(found)]
    assert "nul.parquet: column colour: expected a column of the contract; found an unknown name" in landed.output


def test_years_that_no_calendar_has_move_nothing(landed):
    years = (
        "select movement_id, _issues from base.base_wms__inventory_movements where movement_id like 'year-%' order by 1"
    )
    assert query(landed.warehouse, years) == [
        ("year-0", "range:moved_at"),
        ("year-1", "range:moved_at"),
        ("year-2", "type:moved_at"),
        ("year-3", "type:moved_at"),
    ]
    # 1 + 2 + 4 + … + 128 = 255 pieces came on the 10th, where the stock begins. The newest landed day is the 11th.
    positions = query(
        landed.warehouse,
        "select cast(date_day as varchar), received_quantity, closing_quantity from inventory.daily_inventory_position "
        "where product_key = md5('P-hostile') order by 1",
    )
    assert positions == [("2025-09-10", 255, 255), ("2025-09-11", 0, 255)]
    assert query(landed.warehouse, "select distinct cast(as_of_date as varchar) from inventory.stock_outlook") == [
        ("2025-09-11",)
    ]
    # One row for each day from the first sale to the 11th, no more.
    days = "select count(distinct date_day), max(date_day) - min(date_day) + 1 from kpi.daily_sales"
    assert query(landed.warehouse, days) == [(PAST + DAYS + 1, PAST + DAYS + 1)]


def test_a_row_that_is_landed_a_million_times_is_one(landed):
    for source_table, key, fact in (
        ("wms__stock_counts", "stock_count_id = 'C-hostile'", "fct_stock_count"),
        ("social__mentions", "mention_id = 'N-hostile'", "fct_mention"),
    ):
        rows = f"select count(*), count(_issues) from base.base_{source_table} where {key}"
        assert query(landed.warehouse, rows) == [(hostile.MILLION, 0)]
        assert query(landed.warehouse, f"select count(*) from core.{fact} where {key}") == [(1,)]


def test_every_landed_row_is_good_or_quarantined(landed):
    """Base has the rows that were written, file by file, and the quarantine exactly those with an issue."""
    written = {
        "fx/daily_rates/%/hostile.jsonl": len(hostile.JSON_NUMBERS),
        "web/events/%/integers.jsonl": len(hostile.JSON_INTEGERS),
        "ads/daily_spend/%/hostile.csv": len(hostile.CSV_AMOUNTS) + len(hostile.CSV_DAYS),
        "surveys/nps_responses/%/instants.csv": len(hostile.INSTANTS),
        "web/events/%/it's%.jsonl": 16,
        "web/events/%/ends.jsonl": 5,
        "web/events/%/long.jsonl": 1,
        "surveys/nps_responses/%/it's%.csv": 5,
        "wms/inventory_movements/%": 12,
        "wms/shipments/%": 4,
        "wms/stock_counts/%": hostile.MILLION,
        "social/mentions/%": hostile.MILLION,
    }
    for pattern, rows in written.items():
        source, table, *_ = pattern.split("/")
        where = (
            f"file_path like '{pattern.replace(chr(39), chr(39) * 2)}' and contains(file_path, '{hostile.NEXT_DAY}')"
        )
        loaded = f"select sum(landed_rows) from base.loaded_files where {where}"
        assert query(landed.warehouse, loaded) == [(rows,)], pattern
        in_base = where.replace("file_path", "_file")
        base = f"select count(*), count(_issues) from base.base_{source}__{table} where {in_base}"
        ((landed_rows, bad),) = query(landed.warehouse, base)
        quarantined = f"select count(*), count(raw_row) from quarantine.quarantine_{source} where {where}"
        assert (landed_rows, query(landed.warehouse, quarantined)) == (rows, [(bad, bad)]), pattern
