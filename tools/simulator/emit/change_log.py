"""A change log: all changes of a source, numbered in the order of their commits."""

from datetime import date

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.landing import Landing


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
        by_table: dict[str, list[pa.Table]] = {}
        offset = 0
        for table, operation, instants, rows in self.pending:
            count = len(instants)
            technical = {
                "_op": columns.repeated(operation, count),
                "_lsn": columns.whole(positions[offset : offset + count]),
                "_committed_at": columns.instant(instants),
                "_ingested_at": columns.ingested_at(instants),
            }
            by_table.setdefault(table, []).append(pa.table(rows | technical))
            offset += count
        for table, parts in by_table.items():
            landing.parquet(self.source, table, day, in_order(parts))
        self.pending = []


def in_order(parts: list[pa.Table]) -> pa.Table:
    """All rows in the order of their positions."""
    rows = pa.concat_tables(parts).combine_chunks()
    order = np.argsort(rows.column("_lsn").to_numpy(), kind="stable")
    return rows.take(columns.whole(order))
