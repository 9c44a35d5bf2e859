"""Spoils rows of parquet files. They are typed, so a value can be missing or outside of its list, and nothing else."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.defects.kinds import BEFORE_PARENT, DUPLICATE, LATE_PARENT, Mark, damage
from tools.simulator.defects.tables import Spoilable
from tools.simulator.randomness import Dice

# Long enough to lie before the order, and short enough to have exchange rates on the first day.
DAYS_BEFORE = 5


def can_suffer(table: Spoilable, rows: pa.Table, kind: str) -> np.ndarray:
    """Which rows a kind can befall: the rows that delete hold nothing but their key, so they are left alone."""
    able = np.ones(len(rows), dtype=bool)
    if kind == LATE_PARENT:
        able = pc.equal(rows["_op"], "c").to_numpy()
    elif table.feed == "cdc":
        able = pc.not_equal(rows["_op"], "d").to_numpy()
    if kind == BEFORE_PARENT:
        able = able & pc.is_valid(rows[table.moment]).to_numpy()
    return able


def spoil(table: Spoilable, rows: pa.Table, chosen: list[tuple[int, str, Dice]]) -> tuple[pa.Table, list[Mark]]:
    """Rows with the chosen ones spoiled, and what was done to each."""
    keys = rows.select(list(table.key)).take(columns.whole([at for at, _, _ in chosen])).to_pylist()
    marks, changes = [], {}
    for (at, kind, dice), key in zip(chosen, keys, strict=True):
        mark = Mark(kind, at, [str(key[name]) for name in table.key], [], None)
        if kind == BEFORE_PARENT:
            moment = rows[table.moment][at].value - DAYS_BEFORE * MICROSECONDS_PER_DAY
            changes.setdefault(table.moment, {})[at] = moment
        elif kind not in (DUPLICATE, LATE_PARENT):
            done = damage(table, kind, dice)
            changes.setdefault(done.column, {})[at] = done.value
            mark.key, mark.reasons = None if done.column in table.key else mark.key, done.reasons
        marks.append(mark)
    for column, values in changes.items():
        rows = rows.set_column(
            rows.schema.get_field_index(column), rows.schema.field(column), replaced(rows[column], values)
        )
    return rows, marks


def replaced(values: pa.ChunkedArray, new: dict[int, object]) -> pa.ChunkedArray:
    """A column with other values at some positions."""
    at = np.array(sorted(new))
    mask = np.zeros(len(values), dtype=bool)
    mask[at] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array([new[place] for place in at], type=values.type))
