"""Defects are what their list says, each kind occurs, and a zone without them is what it always was."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from techco.contract.raw_contract import load_contract

from tools.simulator.__main__ import main
from tools.simulator.defects.kinds import AGAIN_NEXT_DAY, AGAIN_SAME_DAY, CORRECTION, DUPLICATE, FILE_KINDS, row_kinds
from tools.simulator.defects.tables import TABLES, Elements, Spoilable
from tools.simulator.defects.text import parsed, records, written
from tools.simulator.emit.answers import answers_folder
from tools.simulator.tests.conftest import NOT_SIMULATED, SMALL, contents, contract, everything, write_zone

DAYS = "10"
# In ten days of a small world these have rows and files enough for all kinds.
BUSY = (
    "shop.orders shop.order_items shop.payments erp.products wms.inventory_movements wms.shipments carts.carts "
    "web.events crm.contacts crm.consents carriers.tracking_events ads.daily_spend"
).split()
CONTRACT = load_contract(Path(__file__).parents[3])


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory) -> Path:
    return write_zone(tmp_path_factory.mktemp("spoiled") / "landing", *SMALL, "--days", DAYS, "--defects", "0.01")


def answers(zone: Path) -> list[dict]:
    lines = (answers_folder(zone) / "injected_defects.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def required_elements() -> dict[tuple[str, str, str], tuple[str, ...]]:
    """What none of an array's objects may lack, by source, table and column."""
    return {
        (source, table["name"], column["name"]): tuple(column["config"]["meta"]["required_elements"])
        for source, _, table in contract()
        for column in table["columns"]
        if "elements" in column.get("config", {}).get("meta", {})
    }


def declared(source: str, name: str) -> Spoilable:
    """A table of the contract, as far as it can be spoiled: a column that is not simulated cannot."""
    table = CONTRACT.tables[source, name]
    left_out = NOT_SIMULATED.get((source, name), set())
    kept = tuple(column for column in table.columns if column.name not in left_out)
    table = table.model_copy(update={"columns": kept})
    is_text = table.format != "parquet"
    arrays = {
        column.name: Elements(
            {element: kind for element, kind in column.elements.items() if kind != "varchar"},
            required_elements()[source, name, column.name],
        )
        for column in table.columns
        if column.elements
    }
    spoilable = Spoilable(
        table.format,
        table.feed,
        table.key,
        tuple(column.name for column in table.columns if column.required and column.name not in table.key),
        tuple(column.name for column in table.columns if CONTRACT.allowed(column)),
        {column.name: column.data_type for column in table.columns if is_text and column.data_type != "varchar"},
        arrays=arrays,
    )
    touched = {*spoilable.key, *spoilable.required, *spoilable.domains, *spoilable.types, *arrays}
    paths = {column.name: column.path for column in table.columns if column.path != column.name}
    spoilable = replace(spoilable, paths={name: path for name, path in paths.items() if name in touched})
    if table.format != "csv":
        return spoilable
    options = table.csv
    return replace(
        spoilable,
        delimiter=options.delimiter,
        decimal_comma=options.decimal_comma,
        date_format=options.date_format,
        timestamp_format=options.timestamp_format,
    )


def test_every_table_can_be_spoiled():
    assert {tuple(name.split(".")) for name in TABLES} == set(CONTRACT.tables)


@pytest.mark.parametrize("name", TABLES)
def test_what_can_be_spoiled_is_what_the_contract_promises(name):
    # What the contract does not say: which column tells when something happened, and which table is a parent.
    assert replace(TABLES[name], moment=None, parent=False) == declared(*name.split("."))


@pytest.mark.parametrize("name", BUSY)
def test_every_kind_occurs(spoiled, name):
    found = {line["kind"] for line in answers(spoiled) if f"{line['source']}.{line['table']}" == name}
    assert found == {*row_kinds(TABLES[name]), *FILE_KINDS, CORRECTION}


def test_files_are_where_the_list_says(spoiled):
    for line in answers(spoiled):
        assert (spoiled / line["file"]).is_file()
        assert f"{line['source']}/{line['table']}/ingested_on={line['ingested_on']}/" in line["file"]


@pytest.mark.parametrize("name", [name for name in TABLES if not TABLES[name].parent])
def test_rows_add_up(spoiled, zone, name):
    source, table = name.split(".")
    clean, landed = rows_by_file(zone.root, source, table), rows_by_file(spoiled, source, table)
    clean = {path: rows for path, rows in clean.items() if "ingested_on=2025-09-1" not in path or "09-10" in path}
    more = (line["rows"] for line in answers(spoiled) if f"{line['source']}.{line['table']}" == name and is_more(line))
    # A late file of the last day has not come yet.
    not_yet = sum(rows for path, rows in clean.items() if "09-10" in path and path not in landed)
    assert sum(landed.values()) == sum(clean.values()) - not_yet + sum(more)


def is_more(line: dict) -> bool:
    """Whether the rows of a line have landed before."""
    return line["kind"] in (DUPLICATE, AGAIN_SAME_DAY, AGAIN_NEXT_DAY, CORRECTION)


def rows_by_file(root: Path, source: str, table: str) -> dict[str, int]:
    """The number of rows in each file of a table, by its path in the zone."""
    return {str(path.relative_to(root)): rows_in(path) for path in root.glob(f"{source}/{table}/*/*")}


def rows_in(path: Path) -> int:
    """The number of rows in a file."""
    if path.suffix == ".parquet":
        return pq.read_metadata(path).num_rows
    content = pa.CompressedInputStream(str(path), "zstd").read() if path.suffix == ".zst" else path.read_bytes()
    if ".csv" not in path.name:
        return content.count(b"\n")
    # Latin-1 takes any bytes, and neither delimiters nor quotes have others in UTF-8.
    name = ".".join(path.parts[-4:-2])
    return len(records(content.decode("latin-1"), TABLES[name].delimiter)) - 1


def test_nothing_lands_after_the_last_day(spoiled):
    assert max(path.name for path in spoiled.rglob("ingested_on=*")) == "ingested_on=2025-09-10"


def test_same_seed_same_bytes_however_it_is_written(spoiled, tmp_path):
    parts = write_zone(tmp_path / "landing", *SMALL, "--days", "4", "--defects", "0.01")
    write_zone(parts, "--append", "6")
    assert everything(parts) == everything(spoiled)


def test_defects_make_another_zone(spoiled, zone):
    clean, other = (json.loads((root / "_landing_zone.json").read_text()) for root in (zone.root, spoiled))
    assert clean["landing_zone_id"] != other["landing_zone_id"]
    assert "defects" not in clean["simulator"]


def test_no_defects_no_list(tmp_path):
    here = write_zone(tmp_path / "landing", *SMALL, "--days", "2", "--defects", "0")
    plain = write_zone(tmp_path / "plain", *SMALL, "--days", "2")
    assert everything(here) == everything(plain)
    assert "injected_defects.jsonl" not in contents(answers_folder(here))


@pytest.mark.parametrize("rate", ["-0.1", "0.5", "nan"])
def test_a_rate_that_cannot_be_is_refused(tmp_path, capsys, rate):
    assert main(["--out", str(tmp_path / "landing"), "--defects", rate]) == 2
    assert "--defects" in capsys.readouterr().err


@pytest.mark.parametrize(
    "comment", ["late.\nAll else well.", "late.\r\nAll else well.", 'she said "late"', "a; b, c", ""]
)
def test_a_spoiled_record_stays_one_record(comment):
    line = written(["N1", comment, "31/02/2026"], ",")
    assert records(line + "\r\n", ",") == [line + "\r\n"]
    assert parsed(line, ",") == ["N1", comment, "31/02/2026"]
