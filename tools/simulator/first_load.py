"""The first load: what happened before the zone's first day lands on that day, in one file of each table."""

import re
from datetime import date

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.calendar import microseconds
from tools.simulator.landing import Landing
from tools.simulator.options import Options

# The past is read within this time after midnight, before anything of the first day itself arrives.
LOAD_TIME = 240_000_000
# What stands behind the time of arrival, which is the last value of every row of text.
AFTER_JSON = len('"}\n')
LENGTH_OF_AN_INSTANT = 26
LAST_OF_A_ROW = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})\n")


class FirstLoad:
    """Stands between the emitters and a landing folder, and keeps what they land of days before the first one."""

    def __init__(self, landing: Landing, options: Options):
        """Without a past, everything goes straight on."""
        self.landing = landing
        self.folder = landing.folder
        self.opens = options.first_landing
        self.first, self.midnight = microseconds(options.first_day), microseconds(self.opens)
        self.kept: dict[tuple[str, str], list] = {}
        self.last_words: dict[tuple[str, str], tuple] = {}

    def collects(self, day: date) -> bool:
        """Whether what happened on a day lands later."""
        return day < self.opens

    def arrived_at(self, instants: np.ndarray) -> np.ndarray:
        """When rows arrived: those of the past one after the other in the minutes of the load."""
        factor = -(-(self.midnight - self.first) // LOAD_TIME)
        loaded = self.midnight + (instants - self.first) // max(factor, 1)
        return np.where(instants < self.midnight, loaded, instants)

    def parquet(self, source: str, table: str, day: date, rows: pa.Table) -> None:
        """Land or keep a table's rows."""
        if rows.num_rows:
            self.add(source, table, day, self.land_parquet, rows)

    def compressed_lines(self, source: str, table: str, day: date, lines: pa.Array, header: str | None = None) -> None:
        """Land or keep lines of text."""
        if len(lines):
            self.add(source, table, day, self.land_compressed_lines, lines, header)

    def lines(self, source: str, table: str, day: date, lines: list[str]) -> None:
        """Land or keep a few lines of JSON."""
        if lines:
            self.add(source, table, day, self.land_lines, lines)

    def text(self, source: str, table: str, day: date, extension: str, content: str, encoding: str = "utf-8") -> None:
        """Land or keep a small CSV file."""
        if content:
            self.add(source, table, day, self.land_text, content, extension, encoding)

    def add(self, source: str, table: str, day: date, land, rows, *form) -> None:
        """Keep rows of the past; land all others, on the first day behind the past."""
        if day < self.opens:
            self.kept.setdefault((source, table), []).append(rows)
            self.last_words[source, table] = (land, form)
        else:
            parts = [*self.kept.pop((source, table), []), rows]
            land(source, table, day, parts, *form)

    def close_day(self, day: date) -> None:
        """Land the past of tables of which the first day brought nothing, then end the day."""
        if day < self.opens:
            return
        for (source, table), parts in self.kept.items():
            land, form = self.last_words[source, table]
            land(source, table, day, parts, *form)
        self.kept.clear()
        self.landing.close_day(day)

    def land_parquet(self, source: str, table: str, day: date, parts: list[pa.Table]) -> None:
        """All rows as one file."""
        rows = pa.concat_tables(parts).combine_chunks()
        if day == self.opens and "_ingested_at" in rows.column_names:
            place = rows.column_names.index("_ingested_at")
            at = rows.column(place).cast(pa.int64()).to_numpy()
            rows = rows.set_column(place, "_ingested_at", columns.instant(self.arrived_at(at)))
        self.landing.parquet(source, table, day, rows)

    def land_compressed_lines(self, source: str, table: str, day: date, parts: list[pa.Array], header: str | None):
        """All lines as one file; whoever wrote them has asked when they arrive."""
        self.landing.compressed_lines(source, table, day, pa.concat_arrays(parts), header)

    def land_lines(self, source: str, table: str, day: date, parts: list[list[str]]) -> None:
        """All lines as one file."""
        lines = [line for part in parts for line in part]
        if day == self.opens:
            first = -AFTER_JSON - LENGTH_OF_AN_INSTANT
            at = [line[first:-AFTER_JSON] for line in lines]
            lines = [line[:first] + time + line[-AFTER_JSON:] for line, time in zip(lines, self.later(at), strict=True)]
        self.landing.lines(source, table, day, lines)

    def land_text(self, source: str, table: str, day: date, parts: list[str], extension: str, encoding: str) -> None:
        """All rows below one header as one file."""
        header = parts[0].partition("\n")[0] + "\n"
        content = header + "".join(part.removeprefix(header) for part in parts)
        if day == self.opens:
            times = iter(self.later(LAST_OF_A_ROW.findall(content)))
            content = LAST_OF_A_ROW.sub(lambda _: f"{next(times)}\n", content)
        self.landing.text(source, table, day, extension, content, encoding)

    def later(self, texts: list[str]) -> list[str]:
        """Times of arrival as text."""
        at = np.array(texts, dtype="datetime64[us]").astype(np.int64)
        return self.arrived_at(at).astype("datetime64[us]").astype(str).tolist()
