"""A whole column is wrong by twenty values; fewer are single bad rows, which the quarantine takes."""

import json

import pytest
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import load_contract
from techco.contract.validation import check

CONTRACT = """
sources:
  - name: web
    schema: raw
    config: {meta: {feed: append, format: jsonl, retention: {period: unlimited, legal_basis: test}}}
    tables:
      - name: events
        config: {meta: {key: [event_id]}}
        columns:
          - {name: event_id, data_type: varchar, config: {meta: {required: true}}}
          - {name: quantity, data_type: bigint}
"""


@pytest.mark.parametrize(("rows", "expected"), [(19, []), (20, [("error", "wrong_type", "quantity")])])
def test_nineteen_bad_values_are_rows_and_twenty_are_a_column(tmp_path, monkeypatch, rows, expected):
    monkeypatch.undo()
    (tmp_path / "dbt_project.yml").write_text("vars:\n  feeds:\n    append: {columns: {_ingested_at: timestamp}}\n")
    sources = tmp_path / "models" / "staging" / "web" / "_web__sources.yml"
    sources.parent.mkdir(parents=True)
    sources.write_text(CONTRACT)
    folder = tmp_path / "landing" / "web" / "events" / "ingested_on=2026-01-01"
    folder.mkdir(parents=True)
    documents = [{"event_id": f"e{n}", "quantity": "many", "_ingested_at": "2026-01-01T10:00:00"} for n in range(rows)]
    (folder / "a.jsonl").write_text("".join(json.dumps(document) + "\n" for document in documents))
    zone = tmp_path / "landing"
    findings = check(list_files(zone), load_contract(tmp_path), zone, depth="full")
    assert [(found.severity, found.code, found.column) for found in findings] == expected
