"""A small dbt project with one table per format, and files for its landing zone."""

import gzip
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from techco.contract.landing_zone import list_files
from techco.contract.raw_contract import Contract, load_contract
from techco.contract.validation import Finding, check

DAY = "ingested_on=2026-01-02"

PROJECT = """
name: small
vars:
  calendar_start: "2015-01-01"
  calendar_end: "2036-01-01"
  feeds:
    cdc:
      columns: {_op: varchar, _lsn: bigint, _committed_at: timestamp, _ingested_at: timestamp}
      required: [_op, _lsn]
      accepted: {_op: [c, u, d, r]}
    append:
      columns: {_ingested_at: timestamp}
      required: []
  domains:
    currencies: [EUR, USD]
  privacy:
    roles:
      reader: {schemas: [core], persons: all}
    classes:
      person_id: {reader: redacted}
      email: {reader: generalised}
      phone: {reader: partial}
      birth_date: {reader: generalised}
      free_text: {reader: redacted}
"""

SHOP = """
version: 2
anchors:
  - &required {meta: {required: true}}
sources:
  - name: shop
    config: {meta: {feed: cdc, format: parquet, owner: commerce, retention: {period: 3 years, legal_basis: test}}}
    tables:
      - name: orders
        config: {meta: {key: [order_id]}}
        columns:
          - {name: order_id, data_type: varchar, config: *required}
          - {name: email, data_type: varchar, config: {tags: [pii], meta: {classification: email}}}
          - {name: currency_code, data_type: varchar, config: {meta: {required: true, domain: currencies}}}
          - {name: quantity, data_type: bigint}
          - {name: total_amount, data_type: "decimal(18,2)"}
          - {name: weight, data_type: double}
          - {name: is_gift, data_type: boolean}
          - {name: ordered_on, data_type: date}
          - {name: ordered_at, data_type: timestamp}
"""

WEB = """
version: 2
sources:
  - name: web
    config: {meta: {feed: append, format: jsonl, retention: {period: 3 years, legal_basis: test}}}
    tables:
      - name: events
        config: {meta: {key: [event_id]}}
        columns:
          - {name: event_id, data_type: varchar, config: {meta: {required: true}}}
          - {name: event_type, data_type: varchar, config: {meta: {required: true, accepted_values: [view, buy]}}}
          - {name: device_type, data_type: varchar, config: {meta: {path: device.type}}}
          - {name: quantity, data_type: bigint}
          - {name: occurred_at, data_type: timestamp}
      - name: scores
        config:
          meta: {key: [score_id], format: csv}
        columns:
          - {name: score_id, data_type: varchar, config: {meta: {required: true}}}
          - {name: score, data_type: bigint, config: {meta: {required: true}}}
          - {name: comment, data_type: varchar, config: {tags: [pii], meta: {classification: free_text}}}
      - name: spend
        config:
          meta:
            key: [campaign]
            format: csv
            csv: {delimiter: ";", decimal_comma: true, encoding: latin-1, date_format: "%d.%m.%Y"}
        columns:
          - {name: campaign, data_type: varchar, config: {meta: {required: true}}}
          - {name: spent_on, data_type: date}
          - {name: amount, data_type: "decimal(18,2)"}
      - name: costs
        config:
          meta:
            key: [cost_id]
            format: csv
            csv: {decimal_comma: true, delimiter: ";", date_format: "%d.%m.%Y", timestamp_format: "%d/%m/%Y %H:%M"}
        columns:
          - {name: cost_id, data_type: varchar, config: {meta: {required: true}}}
          - {name: spent_on, data_type: date}
          - {name: amount, data_type: "decimal(18,2)"}
          - {name: clicks, data_type: bigint}
          - {name: checked_at, data_type: timestamp}
"""

EVENT = {
    "event_id": "e1",
    "event_type": "view",
    "device": {"type": "mobile"},
    "quantity": 2,
    "occurred_at": "2026-01-02T10:00:00Z",
    "_ingested_at": "2026-01-02T11:00:00Z",
}
SCORES = "score_id,score,comment,_ingested_at\n"

ORDER = {
    "order_id": pa.array(["o1", "o2"]),
    "email": pa.array(["ann@example.org", None]),
    "currency_code": pa.array(["EUR", "USD"]),
    "quantity": pa.array([1, 2], pa.int64()),
    "total_amount": pa.array([Decimal("9.99"), Decimal("0.01")], pa.decimal128(18, 2)),
    "weight": pa.array([0.5, None], pa.float64()),
    "is_gift": pa.array([True, False]),
    "ordered_on": pa.array([date(2026, 1, 1)] * 2),
    "ordered_at": pa.array([datetime(2026, 1, 1, 10)] * 2, pa.timestamp("us")),
    "_op": pa.array(["c", "u"]),
    "_lsn": pa.array([1, 2], pa.int64()),
    "_committed_at": pa.array([datetime(2026, 1, 1, 10)] * 2, pa.timestamp("us")),
    "_ingested_at": pa.array([datetime(2026, 1, 2, 10)] * 2, pa.timestamp("us")),
}


def write_project(root: Path, project: str = PROJECT, **sources: str) -> Path:
    """A dbt project folder with the given sources files, by default `shop` and `web`."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "dbt_project.yml").write_text(project)
    for source, text in (sources or {"shop": SHOP, "web": WEB}).items():
        folder = root / "models" / "staging" / source
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"_{source}__sources.yml").write_text(text)
    return root


class Zone:
    """A landing zone in a temporary folder, and the contract it is held against."""

    def __init__(self, folder: Path):
        self.project = write_project(folder / "project")
        self.contract: Contract = load_contract(self.project)
        self.root = folder / "landing"
        self.root.mkdir()

    def put(self, path: str, data: bytes | str) -> str:
        """Write a file; returns its path in the zone."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def events(self, *events: dict | str, name: str = "a.jsonl") -> str:
        """A file of events; text goes in as a line of its own. Compressed where the name ends in .gz or .zst."""
        lines = [event if isinstance(event, str) else json.dumps({**EVENT, **event}) for event in events]
        data = "".join(f"{line}\n" for line in lines).encode()
        return self.put(f"web/events/{DAY}/{name}", compressed(data, name))

    def scores(self, text: str | bytes, name: str = "a.csv") -> str:
        """A CSV file of the table scores, as it stands."""
        data = text.encode() if isinstance(text, str) else text
        return self.put(f"web/scores/{DAY}/{name}", compressed(data, name))

    def orders(self, changes: dict | None = None, name: str = "a.parquet", **options) -> str:
        """A parquet file of orders; `changes` replaces columns, None leaves one out."""
        columns = {key: value for key, value in {**ORDER, **(changes or {})}.items() if value is not None}
        path = f"shop/orders/{DAY}/{name}"
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), target, **options)
        return path

    def check(self, depth: str = "full") -> list[Finding]:
        """Findings about all that has landed; each prints on one line."""
        findings = check(list_files(self.root), self.contract, self.root, depth=depth)
        assert all(str(finding).isprintable() for finding in findings)
        return findings

    def only(self, depth: str = "full") -> Finding:
        """The one finding there is."""
        findings = self.check(depth)
        assert len(findings) == 1, [str(finding) for finding in findings]
        return findings[0]


def compressed(data: bytes, name: str) -> bytes:
    """The data as the extension of a name says."""
    if name.endswith(".gz"):
        return gzip.compress(data)
    if name.endswith(".zst"):
        return pa.Codec("zstd").compress(data, asbytes=True)
    return data
