"""Columns that a source has stopped to deliver.

One that is optional becomes null, and numbers that are made of it change in silence: a revenue from which no tax is
taken off any more. So a column that a day's files had, and those of the next day have no longer, is an error.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise

from techco.contract.landing_zone import LandedFile
from techco.contract.raw_contract import Column
from techco.contract.validation import limits
from techco.contract.validation.row_counts import FileTally


def day_before(files: list[LandedFile], loaded: Iterable[LandedFile]) -> list[LandedFile]:
    """Some loaded files of the last day before those that are checked, to compare them with."""
    first = min(file.day for file in files)
    earlier = [file for file in loaded if file.day < first]
    last = max((file.day for file in earlier), default=None)
    return [file for file in earlier if file.day == last][: limits.COMPARED_FILES]


def note_gone(columns: Sequence[Column], tallies: list[FileTally]) -> None:
    """Note the columns that are in none of a day's files but were in one of the day before, in whatever format.

    A document leaves out what is null, so there the values of the day before say how many are to be expected among
    the documents of the day; one that is repeated says no more than one.
    """
    by_day: dict[date, list[FileTally]] = defaultdict(list)
    for tally in tallies:
        if tally.usable and tally.rows:
            by_day[tally.file.day].append(tally)
    for earlier, day in pairwise(sorted(by_day)):
        for column in columns:
            is_there = any(tally.columns[column.name].present for tally in by_day[day])
            if not is_there and expected(column, by_day[earlier], by_day[day]):
                note(column, by_day[day][0], earlier)


def expected(column: Column, before: list[FileTally], now: list[FileTally]) -> bool:
    """Whether an optional column has to be there."""
    if column.required or (column.delivered_until and column.delivered_until < now[0].file.day):
        return False
    if not any(tally.file.format == "jsonl" for tally in now):
        return any(tally.columns[column.name].present for tally in before)
    share = sum(tally.columns[column.name].filled for tally in before) / sum(tally.rows for tally in before)
    return share * sum(tally.distinct for tally in now) >= limits.ENOUGH_TO_JUDGE


def note(column: Column, tally: FileTally, earlier: date) -> None:
    """The error, about the first file of the day."""
    tally.note(
        "error",
        "column_gone",
        column.name,
        f"the column, as in the files of {earlier}",
        "it in no file of the day",
        "Have the sender deliver it; where it is gone for good, note its last day in the contract, as delivered_until",
    )
