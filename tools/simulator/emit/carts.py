"""The table of carts: each change writes the whole row anew.

Rows are joined from ready pieces of JSON, as the web's events are.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tools.simulator import columns, countries
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.carts import STATUSES, CartWrites, Items
from tools.simulator.emit.overnight import Overnight
from tools.simulator.landing import Landing
from tools.simulator.world import DayRecord, World

COUNTRY_TEXTS = pa.array(
    [
        f',"country_code":"{country}","currency_code":"{currency}"'
        for country, currency in zip(countries.CODES, countries.CURRENCIES, strict=True)
    ]
)
STATUS_TEXTS = pa.array([f',"cart_status":"{status}"' for status in STATUSES])
ITEMS_KEY, CREATED_KEY, WRITTEN_KEY, INGESTED_KEY = (
    pa.scalar(text) for text in (',"items":[', '],"created_at":"', '","_written_at":"', '","_ingested_at":"')
)
PRICE_KEY, POINT, ADDED_KEY, ITEM_END, LINE_END, COMMA, NO_SEPARATOR = (
    pa.scalar(text) for text in (',"unit_price":', ".", ',"added_at":"', '"}', '"}\n', ",", "")
)


class Carts:
    """Tells the writes of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.landing = landing
        self.overnight = Overnight()

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        written, documents = self.overnight.today(
            record.carts.written_at, self.documents(record.carts), record.midnight
        )
        last = record.midnight + MICROSECONDS_PER_DAY - 1
        ingested = columns.ascii_text(
            columns.instant_letters(self.landing.arrived_at(columns.ingestion(written, last)))
        )
        lines = pc.binary_join_element_wise(documents, INGESTED_KEY, ingested, LINE_END, NO_SEPARATOR)
        self.landing.compressed_lines("carts", "carts", record.date, lines)

    def documents(self, writes: CartWrites) -> pa.Array:
        """The JSON of each write up to the time of ingestion."""
        offsets = np.concatenate([[0], np.cumsum(writes.item_counts)]).astype(np.int32)
        items = pa.ListArray.from_arrays(pa.array(offsets), self.items(writes.items))
        parts = (
            columns.ids('{"cart_id":"K', writes.number, 10, suffix='"'),
            columns.ids(',"session_id":"S', writes.number, 10, suffix='"'),
            columns.ids(',"customer_id":"C', writes.customer, 8, none=0, suffix='"'),
            columns.coded(writes.country, COUNTRY_TEXTS),
            columns.coded(writes.status, STATUS_TEXTS),
            columns.ids(',"order_id":"O', writes.order, none=0, suffix='"'),
            ITEMS_KEY,
            pc.binary_join(items, COMMA),
            CREATED_KEY,
            columns.ascii_text(columns.instant_letters(writes.created_at)),
            WRITTEN_KEY,
            columns.ascii_text(columns.instant_letters(writes.written_at)),
        )
        return pc.binary_join_element_wise(*parts, NO_SEPARATOR, null_handling="skip")

    def items(self, items: Items) -> pa.Array:
        """The JSON of each item."""
        whole = columns.whole(items.price // 100).cast(pa.string())
        parts = (
            columns.ids('{"product_id":"P', items.product + 1, 5, suffix='"'),
            columns.ids(',"quantity":', items.quantity, 1),
            PRICE_KEY,
            whole,
            POINT,
            columns.ascii_text(columns.decimal(items.price % 100, 2)),
            ADDED_KEY,
            columns.ascii_text(columns.instant_letters(items.added_at)),
            ITEM_END,
        )
        return pc.binary_join_element_wise(*parts, NO_SEPARATOR)
