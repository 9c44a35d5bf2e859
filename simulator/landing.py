"""Writes landing files: whole, under their final name in one step, and never twice."""

import os
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq


class Landing:
    """A landing folder. Days before `first_day` are there already and are not written again."""

    def __init__(self, folder: Path, first_day: date):
        """`folder` is made with the first file."""
        self.folder = folder
        self.first_day = first_day
        self.engine = duckdb.connect()
        # One thread writes rows in their order: the same world gives the same bytes.
        self.engine.execute("set threads = 1")

    def parquet(self, source: str, table: str, day: date, rows: pa.Table) -> None:
        """Land a table's rows of a day as parquet."""
        self.write(source, table, day, "parquet", rows, lambda path: pq.write_table(rows, path, compression="zstd"))

    def jsonl(self, source: str, table: str, day: date, rows: pa.Table, document: str = "*", compressed: bool = False) -> None:
        """Land a table's rows of a day as JSON lines; `document` is the select list that shapes them."""

        def copy(path: Path) -> None:
            self.engine.register("rows_to_land", rows)
            compression = "zstd" if compressed else "uncompressed"
            self.engine.execute(f"copy (select {document} from rows_to_land) to '{path}' (format json, compression {compression})")
            self.engine.unregister("rows_to_land")

        self.write(source, table, day, "jsonl.zst" if compressed else "jsonl", rows, copy)

    def write(self, source: str, table: str, day: date, extension: str, rows: pa.Table, write_to) -> None:
        """Write under a hidden name, then rename; nothing for no rows."""
        if day < self.first_day or rows.num_rows == 0:
            return
        folder = self.folder / source / table / f"ingested_on={day}"
        folder.mkdir(parents=True, exist_ok=True)
        hidden = folder / f".part-0000.{extension}.tmp"
        write_to(hidden)
        os.replace(hidden, folder / f"part-0000.{extension}")
