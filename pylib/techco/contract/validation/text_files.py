"""What JSON lines and CSV have in common: rows of many small files share a query."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

import duckdb
import pyarrow as pa

from techco.contract.validation import limits
from techco.contract.validation.checker import Checker, Progress
from techco.contract.validation.findings import Unusable
from techco.contract.validation.row_counts import FileTally
from techco.contract.validation.text import exhaust, text_chunks


@dataclass
class Batch:
    """Rows of several files that one query looks at; `fields` are columns of text, one list per `v<i>` or `line`."""

    fields: tuple[list[str | None], ...]
    files: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    characters: int = 0

    @property
    def full(self) -> bool:
        """Whether it is time for the query."""
        return len(self.rows) >= limits.BATCH_ROWS or self.characters >= limits.BATCH_CHARACTERS

    def to_arrow(self, names: list[str]) -> pa.Table:
        """The batch as file, row and the named text columns; in pieces, as DuckDB gives one to each thread."""
        arrays = [pa.array(self.files, pa.int32()), pa.array(self.rows, pa.int64())]
        arrays += [pa.array(values, pa.large_string()) for values in self.fields]
        table = pa.table(arrays, names=["file", "row", *names])
        return pa.Table.from_batches(table.to_batches(max_chunksize=limits.BATCH_ROWS // 8), table.schema)


class TextChecker(Checker):
    """Reads every byte once, in pieces; rows of many small files share a query."""

    row_word = "line"
    encoding = "utf-8"

    def read_all(self, tallies: list[FileTally], done: Progress) -> None:
        """Fill the tallies, file by file."""
        self.read_some(tallies, limits.SAMPLE_LINES if self.depth == "sample" else None, exhaust, done)

    def glance(self, tallies: list[FileTally]) -> None:
        """The first lines only."""
        self.read_some(tallies, limits.SAMPLE_LINES, lambda chunks: None, lambda file: None)

    def read_some(
        self,
        tallies: list[FileTally],
        limit: int | None,
        finish: Callable[[Iterator[str]], None],
        done: Progress,
    ) -> None:
        """Put the rows of files into batches, all or the first `limit` of each, and look at them."""
        self.tallies = dict(enumerate(tallies))
        self.batch = self.new_batch()
        self.limit = limit
        turn = Lock()

        def read(number: int, tally: FileTally) -> None:
            try:
                chunks = text_chunks(self.path(tally), self.encoding)
                with turn:
                    self.read_rows(number, chunks)
                finish(chunks)
            except Unusable as reason:
                tally.give_up(reason)
            with turn:
                done(tally.file)

        # What takes time is to decompress, for which no file has to wait for another; rows of all files share batches.
        with duckdb.connect() as self.conn, ThreadPoolExecutor(os.cpu_count()) as readers:
            list(readers.map(read, self.tallies.keys(), tallies))
            self.flush()

    def read_rows(self, number: int, chunks: Iterator[str]) -> None:
        """Put the rows of a file into batches, all of them or the first `limit`."""
        raise NotImplementedError

    def tally_batch(self) -> None:
        """Count what is in the relation `batch`."""
        raise NotImplementedError

    def fields(self) -> list[str]:
        """The names of a batch's text columns."""
        return [f"v{i}" for i in range(len(self.columns))]

    def new_batch(self) -> Batch:
        """An empty batch."""
        return Batch(tuple([] for _ in self.fields()))

    def flush(self) -> None:
        """Look at what has been collected."""
        batch, self.batch = self.batch, self.new_batch()
        if batch.rows:
            self.conn.register("batch", batch.to_arrow(self.fields()))
            self.tally_batch()
            self.conn.unregister("batch")
