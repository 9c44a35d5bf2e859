"""A landing folder whose deliveries are spoiled on the way, and the list of what was done to them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.defects import kinds, parquet, text
from tools.simulator.defects.choice import Choice, Chosen
from tools.simulator.defects.kinds import Mark
from tools.simulator.defects.tables import TABLES
from tools.simulator.emit.answers import AnswerFile
from tools.simulator.landing import Landing, path_in_zone
from tools.simulator.options import Options
from tools.simulator.randomness import stream
from tools.simulator.world import DayRecord

FILE = "injected_defects.jsonl"
# Numbers of the files of a table and day, by what brought them.
FIRST, SAME_DAY_AGAIN, FROM_THE_DAY_BEFORE, A_DAY_LATE, HELD_BACK, CORRECTED = range(6)
Rows = pa.Table | pa.Array


@dataclass(frozen=True)
class Sender:
    """How one table's files of a day are spoiled and landed; `write` takes rows, day and the file's number."""

    source: str
    table: str
    extension: str
    spoil: Callable[[Rows, Chosen], tuple[Rows, list[Mark]]]
    can_suffer: Callable[[Rows, str], np.ndarray]
    write: Callable[[Rows, date, int], None]

    @property
    def name(self) -> str:
        """Source and table."""
        return f"{self.source}.{self.table}"


@dataclass(frozen=True)
class Delivery:
    """A file on its way with the marks of its rows; `kind` is what befell it as a whole, if anything."""

    sender: Sender
    part: int
    rows: Rows
    marks: list[Mark]
    kind: str | None = None


class SpoiledLanding(Landing):
    """Lands what emitters land, with defects. Days that are there already are spoiled again, as later ones follow."""

    def __init__(self, folder: Path, first_day: date, options: Options):
        """The list takes its name when the last day has been landed."""
        super().__init__(folder, first_day)
        self.seed, self.last = options.seed, options.last
        self.answers = AnswerFile(folder, FILE)
        self.choices = {name: Choice(options.seed, options.defects, name, table) for name, table in TABLES.items()}
        self.due: dict[date, list[Delivery]] = {}
        self.corrigible = dict.fromkeys(TABLES, 0)

    def parquet(self, source: str, table: str, day: date, rows: pa.Table) -> None:
        """Land a table's rows of a day as parquet."""
        spoilable = TABLES[f"{source}.{table}"]

        def write(rows: Rows, day: date, part: int) -> None:
            Landing.parquet(self, source, table, day, rows, part)

        tools = partial(parquet.spoil, spoilable), partial(parquet.can_suffer, spoilable)
        self.deliver(Sender(source, table, "parquet", *tools, write), day, rows)

    def compressed_lines(self, source: str, table: str, day: date, lines: pa.Array, header: str | None = None) -> None:
        """Land lines of text, compressed."""

        def write(rows: Rows, day: date, part: int) -> None:
            Landing.compressed_lines(self, source, table, day, rows, header, part)

        extension = "jsonl.zst" if header is None else "csv.zst"
        self.deliver(text_sender(source, table, extension, header, write), day, lines)

    def lines(self, source: str, table: str, day: date, lines: list[str]) -> None:
        """Land a few lines of JSON."""

        def write(rows: Rows, day: date, part: int) -> None:
            Landing.text(self, source, table, day, "jsonl", "".join(rows.to_pylist()), part=part)

        self.deliver(text_sender(source, table, "jsonl", None, write), day, columns.texts(lines))

    def text(self, source: str, table: str, day: date, extension: str, content: str, encoding: str = "utf-8") -> None:
        """Land a small CSV file."""
        header, *lines = text.records(content, TABLES[f"{source}.{table}"].delimiter)

        def write(rows: Rows, day: date, part: int) -> None:
            Landing.text(self, source, table, day, extension, header + "".join(rows.to_pylist()), encoding, part)

        self.deliver(text_sender(source, table, extension, header, write), day, columns.texts(lines))

    def deliver(self, sender: Sender, day: date, rows: Rows) -> None:
        """Spoil the rows of a day; land them, and keep for the next day what comes late, again or corrected."""
        if not len(rows):
            return
        # A file that comes a day late is none of a day without rows.
        self.had_rows.add((sender.source, sender.table))
        choice, tomorrow = self.choices[sender.name], self.due.setdefault(day + timedelta(days=1), [])
        spoiled, marks = sender.spoil(rows, choice.rows(len(rows), partial(sender.can_suffer, rows)))
        held = [mark for mark in marks if mark.kind == kinds.LATE_PARENT]
        stay = [mark for mark in marks if mark.kind != kinds.LATE_PARENT]
        bad = [mark for mark in marks if mark.reasons]
        whole = choice.file()
        copies = np.ones(len(rows), dtype=np.int64)
        copies[[mark.at for mark in held]] = 0
        copies[[mark.at for mark in marks if mark.kind == kinds.DUPLICATE]] = 2
        order = np.repeat(np.arange(len(rows)), copies)
        if whole == kinds.SHUFFLED:
            order = stream(self.seed, f"shuffled {sender.name}", day.toordinal()).permutation(order)
        spoiled = spoiled.take(columns.whole(order))
        if whole == kinds.LATE:
            tomorrow.append(Delivery(sender, A_DAY_LATE, spoiled, stay, whole))
        else:
            self.land(day, Delivery(sender, FIRST, spoiled, stay, whole if whole == kinds.SHUFFLED else None))
        if whole == kinds.AGAIN_SAME_DAY:
            self.land(day, Delivery(sender, SAME_DAY_AGAIN, spoiled, bad, whole))
        if whole == kinds.AGAIN_NEXT_DAY:
            tomorrow.append(Delivery(sender, FROM_THE_DAY_BEFORE, spoiled, bad, whole))
        corrected = self.corrections(sender.name, bad)
        for part, some in ((HELD_BACK, held), (CORRECTED, corrected)):
            tomorrow.append(Delivery(sender, part, rows.take(columns.whole([mark.at for mark in some])), some))

    def corrections(self, name: str, bad: list[Mark]) -> list[Mark]:
        """Every other spoiled row that can still be told by its key comes again as it should have been."""
        corrected = []
        for mark in bad:
            if mark.key is not None:
                self.corrigible[name] += 1
                if self.corrigible[name] % 2:
                    corrected.append(replace(mark, kind=kinds.CORRECTION, reasons=[], row=None))
        return corrected

    def land(self, day: date, delivery: Delivery) -> None:
        """Land a file, and note what is wrong with it."""
        if not len(delivery.rows):
            return
        sender = delivery.sender
        sender.write(delivery.rows, day, delivery.part)
        place = {
            "source": sender.source,
            "table": sender.table,
            "ingested_on": day.isoformat(),
            "file": path_in_zone(sender.source, sender.table, day, sender.extension, delivery.part),
        }
        noted = [
            {"kind": mark.kind, **place, "rows": 1, "key": mark.key, "reasons": mark.reasons, "row": mark.row}
            for mark in delivery.marks
        ]
        if delivery.kind:
            of_file = {"rows": len(delivery.rows), "key": None, "reasons": [], "row": None}
            noted.append({"kind": delivery.kind, **place, **of_file})
        self.answers.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in noted))

    def emit(self, record: DayRecord) -> None:
        """Land what the day before left for today."""
        for delivery in self.due.pop(record.date, []):
            self.land(record.date, delivery)
        if record.number == self.last:
            self.answers.finish()


def text_sender(source: str, table: str, extension: str, header: str | None, write: Callable) -> Sender:
    """How lines below a header, or documents without one, are spoiled: any kind can befall any of them."""
    spoil = partial(text.spoil, TABLES[f"{source}.{table}"], header)
    return Sender(source, table, extension, spoil, lambda rows, _: np.ones(len(rows), dtype=bool), write)
