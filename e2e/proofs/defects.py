"""What the simulator spoiled, against what the warehouse quarantined: the same rows, for the same reasons, no other."""

import json
import shutil
from collections import Counter
from pathlib import Path

from comparing import query
from conftest import DAYS, TINY, House, house
from techco.contract.landing_zone import list_files

from tools.simulator.__main__ import main as simulate
from tools.simulator.defects.kinds import BEFORE_PARENT
from tools.simulator.defects.landing import FILE
from tools.simulator.emit.answers import answers_folder
from tools.simulator.tests.test_defects import rows_in

RATE = "0.01"
# Systems that deliver nothing twice by themselves, as pages of an API and partners' files do.
WITHOUT_REPEATS = ["shop", "erp", "wms", "web", "carts"]
# Whatever was spoiled, all tests hold but the one that names the days whose rate is in the quarantine.
BUILD_AND_TEST = ("build", "--exclude-resource-type", "unit_test", "--exclude", "assert_no_missing_exchange_rate")
# Events that the simulator moves before their order, and the facts that flag them.
FLAGGING = {("shop", "payments"): ("fct_payment", "payment_id"), ("wms", "shipments"): ("fct_shipment", "shipment_id")}


def run(round_number: int, folder: Path, target: Path | None = None) -> dict:
    """Make a zone with defects, seeded with the round's number, build it, and compare. dbt's own files lie in `target`.

    The result has `injected`, lines of the simulator's list by kind, and `quarantined`, a number of rows.
    Raises AssertionError where quarantine and list differ; the zone and its warehouse then stay to be looked at.
    """
    place = folder / f"round-{round_number}"
    shutil.rmtree(place, ignore_errors=True)
    spoiled = house(place, target or folder / "target")
    seed = ("--seed", str(round_number))
    made = ["--out", str(spoiled.landing), "--days", str(DAYS), *TINY, *seed, "--defects", RATE]
    assert simulate(made) == 0
    spoiled.dbt(*BUILD_AND_TEST)
    listed = [json.loads(line) for line in (answers_folder(spoiled.landing) / FILE).read_text().splitlines()]
    injected = found_equals_injected(spoiled, listed)
    duplicates_equal_injected(spoiled, listed)
    flagged_equals_injected(spoiled, listed)
    loaded_equals_landed(spoiled)
    quarantined = len(quarantined_rows(spoiled))
    shutil.rmtree(place)
    return {"injected": injected, "quarantined": quarantined}


def found_equals_injected(house: House, listed: list[dict]) -> dict[str, int]:
    """Assert that the quarantine holds what the simulator's list says; returns how many defects it says, by kind."""
    injected = Counter(
        (
            line["source"],
            line["table"],
            line["ingested_on"],
            line["file"],
            *told(line["file"], line["reasons"], line["row"]),
        )
        for line in listed
        if line["reasons"]
    )
    found = Counter(
        (*place, path, *told(path, reasons.split(), row)) for *place, path, reasons, row in quarantined_rows(house)
    )
    assert not found - injected, f"quarantined, but not spoiled: {some(found - injected)}"
    assert not injected - found, f"spoiled, but not quarantined: {some(injected - found)}"
    open_yet = not_resolved(house, listed)
    assert not open_yet, f"corrected, but not resolved: {open_yet[:10]}"
    return dict(sorted(Counter(line["kind"] for line in listed).items()))


def not_resolved(house: House, listed: list[dict]) -> list[dict]:
    """The corrections that landed and left no row of their key in the quarantine as resolved.

    A row that does not say which version it is can only be resolved on a later day; those are left out.
    """
    rows: dict[tuple[str, str], list[str]] = {}
    resolved = in_quarantine(house, "source_name, table_name, raw_row", "resolved_on")
    for source, table, row in query(house.warehouse, resolved):
        rows.setdefault((source, table), []).append(row)
    without_version = {
        (line["source"], line["table"], line["ingested_on"], str(line["key"]))
        for line in listed
        if any(":_" in reason for reason in line["reasons"])
    }
    return [
        line
        for line in listed
        if line["kind"] == "correction"
        and (line["source"], line["table"], line["ingested_on"], str(line["key"])) not in without_version
        and not any(all(part in row for part in line["key"]) for row in rows.get((line["source"], line["table"]), []))
    ]


def duplicates_equal_injected(house: House, listed: list[dict]) -> None:
    """Assert that the ledger counts, of each table and day, the duplicates that the simulator's list says."""
    sent_again = {line["file"] for line in listed if line["kind"].startswith("file_again")}
    injected = Counter()
    for line in listed:
        place = line["source"], line["table"], line["ingested_on"]
        if line["kind"] == "duplicate_row" or line["kind"].startswith("file_again"):
            injected[place] += line["rows"]
        elif line["reasons"] and line["file"] in sent_again:
            # It is in the quarantine again.
            injected[place] -= 1
    counted = query(
        house.warehouse,
        "select source_name, table_name, cast(ingested_on as varchar), duplicate_rows "
        "from governance.data_quality_ledger where list_contains(?, source_name)",
        WITHOUT_REPEATS,
    )
    different = [row for row in counted if injected[row[:3]] != row[3]]
    assert counted and not different, f"the ledger counts other duplicates: {different[:10]}"


def flagged_equals_injected(house: House, listed: list[dict]) -> None:
    """Assert that facts flag the events which were moved before their order, and no other."""
    for (source, table), (fact, key) in FLAGGING.items():
        flagged = {row[0] for row in query(house.warehouse, f"select {key} from core.{fact} where is_before_order")}
        moved = {
            line["key"][0]
            for line in listed
            if line["kind"] == BEFORE_PARENT and (line["source"], line["table"]) == (source, table)
        }
        assert flagged == moved, f"{fact}: flagged, not moved {flagged - moved}; moved, not flagged {moved - flagged}"


def loaded_equals_landed(house: House) -> None:
    """Assert that of every file as many rows were loaded, and so are in the ledger, as the file itself holds."""
    loaded = dict(query(house.warehouse, "select file_path, sum(landed_rows) from base.loaded_files group by all"))
    landed = {file.path_in_zone: rows_in(house.landing / file.path_in_zone) for file in list_files(house.landing)}
    assert loaded == {path: rows for path, rows in landed.items() if rows}


def told(path: str, reasons: list[str], row: str | None) -> tuple[str, str | None]:
    """What both sides must say of a row: its reasons in one order, and a line of JSON as it came."""
    return " ".join(sorted(reasons)), row if ".jsonl" in path else None


def quarantined_rows(house: House) -> list[tuple]:
    """(source, table, day, file, reasons, row) of all rows in the quarantine."""
    columns = "source_name, table_name, cast(ingested_on as varchar), file_path, reasons, raw_row"
    return query(house.warehouse, in_quarantine(house, columns, "quarantine_id"))


def in_quarantine(house: House, columns: str, known: str) -> str:
    """SQL for columns of all sources' quarantined rows of which one column is known."""
    tables = query(house.warehouse, "select table_name from duckdb_tables() where schema_name = 'quarantine'")
    names = [name for (name,) in tables if name.startswith("quarantine_")]
    return " union all ".join(f"select {columns} from quarantine.{name} where {known} is not null" for name in names)


def some(rows: Counter) -> str:
    """How many there are, and the first ones."""
    return "\n".join([str(rows.total()), *map(str, list(rows.items())[:10])])
