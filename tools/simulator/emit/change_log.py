"""A change log: all changes of a source, numbered in the order of their commits."""

from datetime import date

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.landing import Landing

OPERATIONS = ["r", "c", "u", "d"]


class ChangeLog:
    """Collects a source's changes until they land; positions go on from day to day."""

    def __init__(self, source: str):
        """Positions begin at 1."""
        self.source = source
        self.position = 0
        self.pending: list[tuple[str, str, np.ndarray, dict]] = []

    def add(self, table: str, operation: str, committed_at: np.ndarray, rows: dict) -> None:
        """Changes of one table; `rows` maps column to Arrow array."""
        if len(committed_at):
            self.pending.append((table, operation, np.asarray(committed_at, dtype=np.int64), rows))

    def land(self, landing: Landing, day: date) -> None:
        """Number what was collected, and land a file for each table."""
        if not self.pending or landing.collects(day):
            return
        committed = np.concatenate([instants for _, _, instants, _ in self.pending])
        order = np.argsort(committed, kind="stable")
        positions = np.empty(len(committed), dtype=np.int64)
        positions[order] = self.position + 1 + np.arange(len(committed))
        self.position += len(committed)
        numbered = np.split(positions, np.cumsum([len(instants) for _, _, instants, _ in self.pending])[:-1])
        by_table: dict[str, list[tuple]] = {}
        for (table, operation, instants, rows), numbers in zip(self.pending, numbered, strict=True):
            by_table.setdefault(table, []).append((operation, instants, rows, numbers))
        for table, parts in by_table.items():
            landing.parquet(self.source, table, day, in_order(parts))
        self.pending = []


def in_order(parts: list[tuple]) -> pa.Table:
    """Operations, instants, rows and positions of a table's changes as one table, in the order of the positions."""
    operations, instants, rows, positions = zip(*parts, strict=True)
    sizes = [len(part) for part in instants]
    found = {name: pa.concat_arrays([part[name] for part in rows]) for name in rows[0]}
    codes = np.repeat([OPERATIONS.index(operation) for operation in operations], sizes)
    committed, numbers = np.concatenate(instants), np.concatenate(positions)
    technical = {
        "_op": columns.coded(codes, OPERATIONS),
        "_lsn": columns.whole(numbers),
        "_committed_at": columns.instant(committed),
        "_ingested_at": columns.ingested_at(committed),
    }
    return pa.table(found | technical).take(columns.whole(np.argsort(numbers, kind="stable")))
