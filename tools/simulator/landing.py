"""Writes landing files: whole, under their final name in one step, and never twice.

Every table comes each day, since its first rows have come: a day without rows lands as an empty file, so that a reader
can tell it from a day that was not delivered.
"""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

# Their systems write a file when something has changed.
ON_CHANGE = {("shop", "promotions"), ("ads", "campaigns"), ("wms", "warehouses"), ("crm", "privacy_requests")}


class Landing:
    """A landing folder. Days before `first_day` are there already and are not written again."""

    def __init__(self, folder: Path, first_day: date):
        """`folder` is made with the first file."""
        self.folder = folder
        self.first_day = first_day
        # How an empty file of each table is written, and the tables that had rows on the day that is being emitted.
        self.empty: dict[tuple[str, str], tuple[str, Callable[[Path], object]]] = {}
        self.had_rows: set[tuple[str, str]] = set()

    def collects(self, day: date) -> bool:
        """Whether a day's rows may be given later, together with those of later days: here, each day lands."""
        return False

    def arrived_at(self, instants: np.ndarray) -> np.ndarray:
        """When rows arrive that are ready at some instants: at once."""
        return instants

    def close_day(self, day: date) -> None:
        """Land an empty file of each table that had no rows on the day."""
        for (source, table), (extension, write_to) in self.empty.items():
            if (source, table) not in self.had_rows | ON_CHANGE:
                self.write(source, table, day, extension, 0, write_to)
        self.had_rows.clear()

    def note(self, source: str, table: str, extension: str, write_empty: Callable[[Path], object]) -> None:
        """Remember that a table had rows, and how a file without any is written."""
        self.had_rows.add((source, table))
        self.empty[source, table] = extension, write_empty

    def parquet(self, source: str, table: str, day: date, rows: pa.Table, part: int = 0) -> None:
        """Land a table's rows of a day as parquet; none, no file."""
        if rows.num_rows:
            self.note(source, table, "parquet", lambda path: pq.write_table(rows.schema.empty_table(), path))
            self.write(source, table, day, "parquet", part, lambda path: pq.write_table(rows, path, compression="zstd"))

    def compressed_lines(
        self, source: str, table: str, day: date, lines: pa.Array, header: str | None = None, part: int = 0
    ) -> None:
        """Land lines of text, each with its line end, compressed: JSON, or CSV below a header; none, no file."""

        def compress(path: Path) -> None:
            with pa.CompressedOutputStream(str(path), "zstd") as stream:
                stream.write((header or "").encode())
                # The texts of an array lie one behind the other in memory, as they shall in the file.
                stream.write(lines.buffers()[2])

        def compress_nothing(path: Path) -> None:
            with pa.CompressedOutputStream(str(path), "zstd") as stream:
                stream.write((header or "").encode())

        if len(lines):
            extension = "jsonl.zst" if header is None else "csv.zst"
            self.note(source, table, extension, compress_nothing)
            self.write(source, table, day, extension, part, compress)

    def lines(self, source: str, table: str, day: date, lines: list[str]) -> None:
        """Land a few lines of JSON, each with its line end; none, no file."""
        self.text(source, table, day, "jsonl", "".join(lines))

    def text(
        self, source: str, table: str, day: date, extension: str, content: str, encoding: str = "utf-8", part: int = 0
    ) -> None:
        """Land a small file as it is; without text, none."""
        if content:
            header = content.partition("\n")[0] + "\n" if extension == "csv" else ""
            self.note(source, table, extension, lambda path: path.write_bytes(header.encode(encoding)))
            self.write(source, table, day, extension, part, lambda path: path.write_bytes(content.encode(encoding)))

    def write(
        self, source: str, table: str, day: date, extension: str, part: int, write_to: Callable[[Path], object]
    ) -> None:
        """Write under a hidden name, then rename; a file that is there already stays as it is."""
        if day < self.first_day:
            return
        final = os.path.join(self.folder, path_in_zone(source, table, day, extension, part))
        if os.path.exists(final):
            return
        folder, name = os.path.split(final)
        os.makedirs(folder, exist_ok=True)
        hidden = os.path.join(folder, f".{name}.tmp")
        write_to(Path(hidden))
        os.replace(hidden, final)


def path_in_zone(source: str, table: str, day: date, extension: str, part: int) -> str:
    """Where a table's file lands; `part` tells a day's files apart."""
    return f"{source}/{table}/ingested_on={day}/part-{part:04}.{extension}"
