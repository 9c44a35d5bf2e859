"""What JSON lines and CSV have in common: rows of many small files share a query."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import pyarrow as pa

from techco.contract.validation import limits
from techco.contract.validation.checker import Checker, Progress
from techco.contract.validation.findings import Unusable
from techco.contract.validation.row_counts import FileTally
from techco.contract.validation.text import TextFile, exhaust


@dataclass
class Batch:
    """Rows of several files that one query looks at, as tables of file, row, and columns of text."""

    tables: list[pa.Table] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time for the query."""
        return self.rows >= limits.BATCH_ROWS or self.bytes >= limits.BATCH_BYTES

    def add(self, number: int, rows: np.ndarray, columns: dict[str, pa.Array]) -> None:
        """Take in rows of the file of this number."""
        files = pa.array(np.full(len(rows), number, np.int32))
        self.tables.append(pa.table({"file": files, "row": pa.array(rows, pa.int64())} | columns))
        self.rows += len(rows)
        self.bytes += sum(column.nbytes for column in columns.values())

    def to_arrow(self) -> pa.Table:
        """All of them; in pieces, as DuckDB gives one to each thread."""
        whole = pa.concat_tables(self.tables).combine_chunks()
        return pa.Table.from_batches(whole.to_batches(max_chunksize=limits.BATCH_ROWS // 8), whole.schema)


class TextChecker(Checker):
    """Reads every byte once, in pieces; rows of many small files share a query."""

    row_word = "line"
    encoding = "utf-8"

    def read_all(self, tallies: list[FileTally], done: Progress) -> None:
        """Fill the tallies, file by file."""
        self.read_some(tallies, limits.SAMPLE_LINES if self.depth == "sample" else None, exhaust, done)

    def glance(self, tallies: list[FileTally]) -> None:
        """The first lines only."""
        self.read_some(tallies, limits.SAMPLE_LINES, lambda pieces: None, lambda file: None)

    def read_some(
        self,
        tallies: list[FileTally],
        limit: int | None,
        finish: Callable[[Iterator[bytes]], None],
        done: Progress,
    ) -> None:
        """Put the rows of files into batches, all or the first `limit` of each, and look at them."""
        self.tallies = dict(enumerate(tallies))
        self.batch = Batch()
        self.limit = limit
        turn = Lock()

        def read(number: int, tally: FileTally) -> None:
            try:
                pieces = TextFile(self.path(tally), self.encoding).pieces()
                with turn:
                    self.read_rows(number, pieces)
                finish(pieces)
            except Unusable as reason:
                tally.give_up(reason)
            with turn:
                done(tally.file)

        # What takes time is to decompress, for which no file has to wait for another; rows of all files share batches.
        with self.database.cursor() as self.conn, ThreadPoolExecutor(os.cpu_count()) as readers:
            list(readers.map(read, self.tallies.keys(), tallies))
            self.flush()

    def read_rows(self, number: int, pieces: Iterator[bytes]) -> None:
        """Put the rows of a file into batches, all of them or the first `limit`."""
        raise NotImplementedError

    def tally_batch(self) -> None:
        """Count what is in the relation `batch`."""
        raise NotImplementedError

    def fill(self, number: int, rows: np.ndarray, columns: dict[str, pa.Array]) -> None:
        """Put rows of a file into the batch, and look at it when it is full."""
        self.batch.add(number, rows, columns)
        if self.batch.full:
            self.flush()

    def flush(self) -> None:
        """Look at what has been collected."""
        batch, self.batch = self.batch, Batch()
        if batch.rows:
            self.conn.register("batch", batch.to_arrow())
            self.tally_batch()
            self.conn.unregister("batch")
