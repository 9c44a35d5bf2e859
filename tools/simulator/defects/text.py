"""Spoils lines of text: JSON documents and records of CSV."""

import csv
import io
import json
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns
from tools.simulator.defects import kinds
from tools.simulator.defects.kinds import WRONG_TEXTS, Mark, damage
from tools.simulator.defects.tables import Spoilable
from tools.simulator.randomness import Dice

NO_DOCUMENTS = ("connection reset by peer", "[1, 2]", "<html><body>502 Bad Gateway</body></html>")


def spoil(
    table: Spoilable, header: str | None, rows: pa.Array, chosen: list[tuple[int, str, Dice]]
) -> tuple[pa.Array, list[Mark]]:
    """Lines with the chosen ones spoiled, and what was done to each; `header` is of CSV."""
    spoil_one = json_line if header is None else csv_line(parsed(header, table.delimiter))
    marks, mask = [], np.zeros(len(rows), dtype=bool)
    lines = rows.take(columns.whole([at for at, _, _ in chosen])).to_pylist()
    for (at, kind, dice), line in zip(chosen, lines, strict=True):
        mark = spoil_one(table, kind, line.removesuffix("\n"), dice)
        mark.at, mask[at] = at, True
        marks.append(mark)
    in_order = sorted(marks, key=lambda mark: mark.at)
    return pc.replace_with_mask(rows, pa.array(mask), columns.texts([f"{mark.row}\n" for mark in in_order])), marks


def json_line(table: Spoilable, kind: str, line: str, dice: Dice) -> Mark:
    """Spoil a document."""
    if kind == kinds.NOT_JSON:
        return Mark(kind, 0, None, ["unreadable"], dice.of(NO_DOCUMENTS))
    if kind == kinds.TRUNCATED:
        return Mark(kind, 0, None, ["unreadable"], line[: dice.between(1, len(line))])
    document = json.loads(line)
    key = [str(document[name]) for name in table.key]
    if kind == kinds.DUPLICATE:
        return Mark(kind, 0, key, [], line)
    if kind in (kinds.ARRAY_IS_OBJECT, kinds.ELEMENT_MISSING, kinds.ELEMENT_OF_WRONG_TYPE):
        reasons = spoil_array(table, kind, document, dice)
    else:
        done = damage(table, kind, dice)
        holder, name = place_of(table, document, done.column)
        holder[name] = done.value
        # What has no value may be left out.
        if done.value is None and dice.chance(0.5):
            del holder[name]
        key, reasons = None if done.column in table.key else key, done.reasons
    return Mark(kind, 0, key, reasons, json.dumps(document, ensure_ascii=False, separators=(",", ":")))


def place_of(table: Spoilable, document: dict, column: str) -> tuple[dict, str]:
    """The object that holds a column, and the name there."""
    *above, name = table.paths.get(column, column).split(".")
    for part in above:
        if not isinstance(document.get(part), dict):
            document[part] = {}
        document = document[part]
    return document, name


def spoil_array(table: Spoilable, kind: str, document: dict, dice: Dice) -> list[str]:
    """Spoil an array of a document; returns the reasons. An empty array gets an element to spoil."""
    column = dice.of(list(table.arrays))
    elements = table.arrays[column]
    holder, name = place_of(table, document, column)
    array = holder.get(name) or [dict.fromkeys(elements.required, "1")]
    if kind == kinds.ARRAY_IS_OBJECT:
        holder[name] = array[0]
        return [f"type:{column}"]
    holder[name] = array
    element = dice.of(array)
    if kind == kinds.ELEMENT_MISSING:
        lacking = dice.of(elements.required)
        del element[lacking]
        return [f"missing:{column}.{lacking}"]
    wrong = dice.of(list(elements.types))
    element[wrong] = dice.of(WRONG_TEXTS[elements.types[wrong].partition("(")[0]])
    return [f"type:{column}.{wrong}"]


def csv_line(header: list[str]) -> Callable[[Spoilable, str, str, Dice], Mark]:
    """A function that spoils a record below this header."""
    places = {name: place for place, name in enumerate(header)}

    def spoil_record(table: Spoilable, kind: str, line: str, dice: Dice) -> Mark:
        fields = parsed(line, table.delimiter)
        key = [fields[places[name]] for name in table.key]
        if kind == kinds.DUPLICATE:
            return Mark(kind, 0, key, [], line)
        if kind in (kinds.TOO_FEW_FIELDS, kinds.TOO_MANY_FIELDS):
            fields = fields[:-1] if kind == kinds.TOO_FEW_FIELDS else [*fields, "one more"]
            return Mark(kind, 0, None, ["unreadable"], written(fields, table.delimiter))
        done = damage(table, kind, dice)
        fields[places[done.column]] = "" if done.value is None else str(done.value)
        return Mark(kind, 0, None if done.column in table.key else key, done.reasons, written(fields, table.delimiter))

    return spoil_record


def records(text: str, delimiter: str) -> list[str]:
    """The records of a CSV text as they stand there, each with its line end; a quoted field may hold more of them."""
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found, begin = [], 0
    for _ in reader:
        found.append("".join(lines[begin : reader.line_num]))
        begin = reader.line_num
    return found


def parsed(line: str, delimiter: str) -> list[str]:
    """The fields of a record."""
    return next(csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True))


def written(fields: list[str], delimiter: str) -> str:
    """Fields as a record, without line end."""
    text = io.StringIO()
    # A field is quoted for the characters of the line end alone: without any, a comment of two lines was two records.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(fields)
    return text.getvalue().removesuffix("\r\n")
