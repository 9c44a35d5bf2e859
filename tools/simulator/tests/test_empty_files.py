"""A day without rows lands as an empty file of the table's format."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from techco.contract.raw_contract import load_contract

from tools.simulator.landing import ON_CHANGE, Landing

MONDAY, TUESDAY, WEDNESDAY = date(2025, 9, 1), date(2025, 9, 2), date(2025, 9, 3)


def files(folder) -> dict[str, int]:
    """The number of bytes of each file."""
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*.*") if path.is_file()}


def test_every_format(tmp_path):
    landing = Landing(tmp_path, MONDAY)
    landing.parquet("shop", "refunds", MONDAY, pa.table({"refund_id": ["R1"], "amount": [1.5]}))
    landing.lines("reviews", "reviews", MONDAY, ['{"review_id": 1}\n'])
    landing.text("surveys", "nps_responses", MONDAY, "csv", "response_id,score\nA,9\n")
    landing.text("ads", "campaigns", MONDAY, "csv", "campaign_id\nA\n")
    landing.close_day(MONDAY)
    before = files(tmp_path)
    assert len(before) == 4
    landing.lines("reviews", "reviews", TUESDAY, ['{"review_id": 2}\n'])
    landing.close_day(TUESDAY)
    new = files(tmp_path).keys() - before.keys()
    refunds = "shop/refunds/ingested_on=2025-09-02/part-0000.parquet"
    answers = "surveys/nps_responses/ingested_on=2025-09-02/part-0000.csv"
    # Reviews had rows, campaigns come when one changes.
    assert new == {refunds, answers, "reviews/reviews/ingested_on=2025-09-02/part-0000.jsonl"}
    assert pq.read_table(tmp_path / refunds).num_rows == 0
    assert pq.read_schema(tmp_path / refunds).names == ["refund_id", "amount"]
    assert (tmp_path / answers).read_text() == "response_id,score\n"
    landing.close_day(WEDNESDAY)
    assert (tmp_path / "reviews/reviews/ingested_on=2025-09-03/part-0000.jsonl").read_bytes() == b""


def test_a_table_without_a_row_yet_lands_nothing(tmp_path):
    landing = Landing(tmp_path, MONDAY)
    landing.lines("reviews", "reviews", MONDAY, [])
    landing.close_day(MONDAY)
    assert files(tmp_path) == {}


def test_the_contract_agrees_on_what_comes_on_change():
    tables = load_contract(Path(__file__).parents[3]).tables
    assert {name for name, table in tables.items() if table.cadence.every_days is None} == ON_CHANGE
