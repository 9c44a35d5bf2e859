"""The skeleton of a new table: types and paths come from the sample, and what cannot be used is refused in words."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from techco.contract.new_table import main
from techco.contract.raw_contract import load_contract

from tests.zones import write_project

PERSONS = "persons([\n            'shop.orders.customer_id',\n        ])\n"


@pytest.fixture
def project(tmp_path) -> Path:
    """A project with the files that the skeleton adds to."""
    root = write_project(tmp_path)
    text = (root / "dbt_project.yml").read_text()
    (root / "dbt_project.yml").write_text(text + "  raw_tables:\n    web: [events]\n")
    (root / "models/pii").mkdir(parents=True)
    (root / "models/pii/person_keys.sql").write_text(PERSONS)
    return root


def run(project: Path, source: str, table: str, sample: Path, key: str) -> int:
    """Run the command."""
    return main([source, table, "--sample", str(sample), "--key", key, "--project", str(project)])


def test_types_come_from_parquet(project, tmp_path):
    sample = tmp_path / "sample.parquet"
    row = {
        "id": ["a"],
        "n": [1],
        "price": [Decimal("1.50")],
        "sold_on": [date(2026, 1, 2)],
        "ok": [True],
        "phone": ["1"],
    }
    pq.write_table(pa.table(row), sample)
    assert run(project, "till", "receipts", sample, "id") == 0
    table = load_contract(project).tables["till", "receipts"]
    types = {column.name: column.data_type for column in table.columns}
    expected = {"id": "varchar", "n": "bigint", "price": "decimal(3,2)", "sold_on": "date", "ok": "boolean"}
    assert expected.items() <= types.items()
    assert (table.key, table.format) == (("id",), "parquet")
    assert next(column for column in table.columns if column.name == "phone").classification == "phone"
    assert (project / "models/pii/pii_till__receipts.sql").exists()
    assert (project / "models/quarantine/quarantine_till.sql").exists()
    assert "    till: [receipts]\n    web: [events]\n" in (project / "dbt_project.yml").read_text()


def test_paths_come_from_json(project, tmp_path):
    sample = tmp_path / "sample.jsonl"
    document = {"id": "a", "customer_id": "C", "device": {"os": {"name": "x"}}, "_ingested_at": "2026-01-02"}
    sample.write_text(json.dumps(document) + "\n")
    assert run(project, "web", "pings", sample, "id") == 0
    paths = {column.name: column.path for column in load_contract(project).tables["web", "pings"].columns}
    assert paths["device_os_name"] == "device.os.name"
    assert "    web: [events, pings]\n" in (project / "dbt_project.yml").read_text()
    assert "            'web.pings.customer_id',\n        ])" in (project / "models/pii/person_keys.sql").read_text()
    staging = (project / "models/staging/web/stg_web__pings.sql").read_text()
    assert "\n    customer_key,\n" in staging
    assert "\n    customer_id" not in staging


@pytest.mark.parametrize(
    ("source", "table", "name", "text", "key", "words"),
    [
        ("web", "events", "a.csv", "id\n1\n", "id", ["has web.events already"]),
        ("Web", "x", "a.csv", "id\n1\n", "id", ["'Web'", "lower-case"]),
        ("web", "x", "a.csv", "id,b\n1,2\n", "no", ["--key names no", "id, b"]),
        ("web", "x", "a.xml", "<a/>", "id", ["a.xml", ".parquet, .jsonl, .csv"]),
        ("web", "x", "a.csv", "id,my column\n1,2\n", "id", ["'my column'", "no plain name"]),
        ("web", "x", "a.csv", "id,order\n1,2\n", "id", ["'order'", "word of SQL"]),
        ("web", "x", "a.parquet", "no parquet", "id", ["a.parquet"]),
    ],
)
def test_refusals_write_nothing(project, tmp_path, capsys, source, table, name, text, key, words):
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    sample = tmp_path.parent / name
    sample.write_text(text)
    assert run(project, source, table, sample, key) == 2
    printed = capsys.readouterr().err
    for word in words:
        assert word in printed
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before
