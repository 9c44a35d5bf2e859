"""What happens after midnight in a visit of the evening lands with the next day."""

import numpy as np
import pyarrow as pa

from tools.simulator import columns
from tools.simulator.calendar import MICROSECONDS_PER_DAY


class Overnight:
    """Keeps documents until their day has come."""

    def __init__(self):
        """Nothing is kept."""
        self.kept = (np.zeros(0, dtype=np.int64), pa.array([], type=pa.string()))

    def today(self, occurred: np.ndarray, documents: pa.Array, midnight: int) -> tuple[np.ndarray, pa.Array]:
        """What was kept and what is new, up to the end of the day, in the order of time; the rest is kept."""
        occurred = np.concatenate([self.kept[0], occurred])
        documents = pa.concat_arrays([self.kept[1], documents])
        late = np.flatnonzero(occurred >= midnight + MICROSECONDS_PER_DAY)
        self.kept = (occurred[late], documents.take(columns.whole(late)))
        order = np.argsort(occurred, kind="stable")[: len(occurred) - len(late)]
        return occurred[order], documents.take(columns.whole(order))
