"""The parcel carriers: what happened to each parcel, tab-separated; carriers tell times to the minute."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns, people
from tools.simulator.landing import Landing
from tools.simulator.orders import HOUR
from tools.simulator.parcels import CARRIERS, tracking_numbers
from tools.simulator.tracking import PLACES, STEPS, Steps
from tools.simulator.world import DayRecord, World

HEADER = "tracking_number\tcarrier_code\tevent_type\tlocation\tsigned_by\toccurred_at\t_ingested_at\n"
TAB, LINE_END, EMPTY = (pa.scalar(text) for text in ("\t", "\n", ""))
# What happened on an earlier day comes with the files of the early morning.
MORNING = 6 * HOUR


class Carriers:
    """Tells what carriers report on a day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.seed = world.options.seed
        self.landing = landing

    def emit(self, record: DayRecord) -> None:
        """Land a day, in the order of arrival."""
        steps = record.tracking
        arrival = np.maximum(steps.occurred_at + columns.INGESTED_AFTER, record.midnight + MORNING)
        arrival = np.where(steps.occurred_at < record.midnight, arrival, steps.occurred_at + columns.INGESTED_AFTER)
        arrival = columns.within_day(arrival, record.midnight)
        order = np.argsort(arrival, kind="stable")
        lines = self.lines(steps, self.landing.arrived_at(arrival)).take(columns.whole(order))
        self.landing.compressed_lines("carriers", "tracking_events", record.date, lines, HEADER)

    def lines(self, steps: Steps, arrival: np.ndarray) -> pa.Array:
        """A line for each step."""
        signed = steps.signer > 0
        names = people.full_names(self.seed, steps.signer[signed], steps.country[signed])
        cells = (
            tracking_numbers(self.seed, steps.number),
            columns.coded(steps.carrier, CARRIERS),
            columns.coded(steps.kind, STEPS),
            columns.coded(steps.place, PLACES),
            columns.coded(np.where(signed, np.cumsum(signed) - 1, -1), names),
            columns.ascii_text(columns.minute_letters(steps.occurred_at)),
            columns.ascii_text(columns.instant_letters(arrival)),
        )
        rows = pc.binary_join_element_wise(*cells, TAB, null_handling="replace", null_replacement="")
        return pc.binary_join_element_wise(rows, LINE_END, EMPTY)
