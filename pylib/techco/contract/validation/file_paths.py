"""Where a landed file lies: whether its path is one that a table of the contract is read from."""

import re

from techco.contract.landing_zone import EXTENSIONS, LandedFile, partition_date
from techco.contract.raw_contract import Contract
from techco.contract.validation.findings import Finding, printable

# Names that DuckDB takes for patterns; one that begins with a backslash spoils others in its folder.
UNREADABLE = re.compile(r"(^|/)\\|\\.*[*?[]|[*?[].*\\", re.DOTALL)


def misplacement(file: LandedFile, contract: Contract) -> Finding | None:
    """What is wrong with the path of a file, None where its table reads it."""

    def finding(code: str, expected: str, found: str, advice: str) -> Finding:
        return Finding("error", file.path_in_zone, None, expected, found, advice, code)

    parts = file.path_in_zone.split("/")
    place = "a path like <source>/<table>/ingested_on=YYYY-MM-DD/<file>"
    if "\ufffd" in file.path_in_zone:
        return finding("bad_name", "a file name in UTF-8", "other bytes in the name", "Rename the file")
    if UNREADABLE.search(file.path_in_zone):
        return finding(
            "bad_name",
            "a name that can be read, where no backslash stands first or beside *, ? or [",
            "such a backslash",
            "Rename the file",
        )
    if len(parts) > 1 and parts[0] not in contract.sources:
        known = ", ".join(sorted(contract.sources))
        return finding(
            "unknown_source",
            f"the folder of a source ({known})",
            f"the folder {printable(parts[0])}",
            "Move the file, or add the source to the contract",
        )
    if len(parts) > 2 and (parts[0], parts[1]) not in contract.tables:
        known = ", ".join(sorted(table for source, table in contract.tables if source == parts[0]))
        return finding(
            "unknown_table",
            f"the folder of a table of {parts[0]} ({known})",
            f"the folder {printable(parts[1])}",
            "Move the file, or add the table to the contract",
        )
    if len(parts) < 4 or not parts[2].startswith("ingested_on="):
        return finding("not_partitioned", place, "no folder ingested_on=… above the file", "Move the file into one")
    day = partition_date(parts[2])
    if day is None:
        return finding("invalid_date", "a day as YYYY-MM-DD", printable(parts[2]), "Rename the folder")
    first, end = contract.calendar
    if not first <= day < end:
        # The newest day that has landed is the one that the marts are as of.
        calendar = f"a day from {first} to before {end} (vars: calendar_start, calendar_end)"
        return finding("outside_calendar", calendar, printable(parts[2]), "Rename the folder, or widen the calendar")
    if len(parts) > 4:
        return finding("nested", place, "a folder below ingested_on=…", "Move the file up")
    if file.format is None:
        return finding(
            "wrong_extension",
            f"a name ending in {' or '.join(end for ends in EXTENSIONS.values() for end in ends)}",
            printable(parts[3]),
            "Land the table in one of these formats, under a name that says which",
        )
    if not file.is_inside:
        return finding(
            "outside_zone",
            "a file that lies in the landing zone",
            "a link that leads out of it",
            "Put the file itself there, or point TECHCO_LANDING to where the files are",
        )
    if not file.is_regular:
        return finding(
            "unreadable",
            "a regular file",
            "a pipe, a device, or a link that leads nowhere",
            "Put a regular file there, or take it away",
        )
    return None
