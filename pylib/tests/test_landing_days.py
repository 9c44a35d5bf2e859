"""A folder that is dated in the future is told from a pause, by hand."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Contract, Table
from techco.contract.validation.landing_days import misdated

FIRST = date(2025, 9, 1)
NAMES = [f"t{number:02}" for number in range(10)]


def zone(**days: list[int]) -> list[LandedFile]:
    """Files of tables of one source, by the number of days from the first."""
    return [
        LandedFile(
            f"shop/{table}/ingested_on={FIRST + timedelta(days=day)}/a.csv",
            "shop",
            table,
            FIRST + timedelta(days=day),
            1,
        )
        for table, numbers in days.items()
        for day in numbers
    ]


def contract(names: Iterable[str], lead: int = 7) -> Contract:
    """Tables of one source that are there for their names."""
    tables = [Table(source="shop", name=name, feed="append", format="csv", columns=()) for name in names]
    return Contract({(table.source, table.name): table for table in tables}, landing_day_lead=lead)


def refused(lead: int = 7, **days: list[int]) -> list[tuple[str, int]]:
    """Which folders are refused, as table and number of the day."""
    names = days or ["t00"]
    findings = misdated(zone(**days), contract(names, lead))
    folders = [finding.file.split("/") for finding in findings]
    return [(table, (date.fromisoformat(day.split("=")[1]) - FIRST).days) for _, table, day in folders]


DAILY = {name: [0, 1, 2] for name in NAMES}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(DAILY, [], id="all daily"),
        pytest.param({}, [], id="nothing has landed"),
        pytest.param(DAILY | {"t00": [0, 1, 93]}, [("t00", 93)], id="one folder three months ahead"),
        pytest.param(DAILY | {"t00": [0, 1, 9]}, [], id="seven days after the newest of the others"),
        pytest.param(DAILY | {"t00": [0, 1, 10]}, [("t00", 10)], id="eight days after"),
        pytest.param(
            DAILY | {"t00": [0, 31, 32], "t01": [0, 32]},
            [("t00", 31), ("t00", 32), ("t01", 32)],
            id="several folders of two tables of ten",
        ),
        pytest.param(
            DAILY | {"t00": [0, 31], "t01": [0, 93]}, [("t00", 31), ("t01", 93)], id="two different wrong days"
        ),
        pytest.param({name: [0, 31] for name in NAMES}, [], id="all come back after a pause of a month"),
        pytest.param({name: [0, 31] if name > "t03" else [0] for name in NAMES}, [], id="six of ten come back"),
        pytest.param(
            {name: [0, 31] for name in NAMES} | {"t00": [0, 31, 93]}, [("t00", 93)], id="a pause, then a wrong day"
        ),
        pytest.param({"t00": [0, 31, 93]}, [], id="a company with one table"),
        pytest.param({"t00": [0, 1, 31], "t01": [0, 1]}, [("t00", 31)], id="one of two tables"),
        pytest.param(
            {"t00": [0], "t01": [*range(31, 60)], "t02": [*range(31, 60)]}, [], id="master data came long before"
        ),
        pytest.param({"t00": [0, 1, 2], "t01": [*range(20)]}, [], id="others stopped: late, and not misdated"),
        pytest.param(DAILY | {"t00": [-3650, 0, 1, 2]}, [], id="a day of long ago moves nothing"),
    ],
)
def test_which_folders_are_refused(days, expected):
    assert refused(**days) == expected


def test_the_lead_is_declared():
    assert refused(lead=100, **DAILY | {"t00": [0, 93]}) == []


def test_the_message_names_folder_day_and_what_to_do():
    (finding,) = misdated(zone(**DAILY | {"t00": [0, 93]}), contract(NAMES))
    assert str(finding) == (
        "shop/t00/ingested_on=2025-12-03: expected a day up to 7 days after 2025-09-03, the newest of the other "
        "tables; found ingested_on=2025-12-03. Move the files into the folder of the day on which they landed. If this "
        "day is right, land the other tables, too, or raise vars: landing_day_lead in dbt_project.yml."
    )
