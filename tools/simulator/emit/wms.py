"""The warehouse system: warehouses, movements, counts, parcels and returns."""

from datetime import date

import numpy as np
import pyarrow as pa

from tools.simulator import catalog, columns, countries
from tools.simulator.landing import Landing
from tools.simulator.orders import NEVER, return_reasons
from tools.simulator.parcels import CARRIERS, parcels_of, tracking_numbers
from tools.simulator.stock import HOUR, day_of
from tools.simulator.world import DayRecord, World, return_ids

WAREHOUSE_IDS = [warehouse[0] for warehouse in catalog.WAREHOUSES]
# Local cents by carrier, in the order of CARRIERS: for a parcel, and for each kilogram of it.
PARCEL_COSTS = np.array([390, 350, 640, 690, 1450, 1590, 310, 260])
KILOGRAM_COSTS = np.array([55, 60, 110, 95, 380, 330, 70, 75])


class Wms:
    """Tells the warehouses' part of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.movement = 0

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        if record.number == 0:
            self.warehouses(record)
        self.movements(record)
        self.counts(record)
        self.landing.parquet("wms", "shipments", record.date, self.shipments(record))
        self.landing.parquet("wms", "returns", record.date, self.returns(record))

    def warehouses(self, record: DayRecord) -> None:
        """Master data, once."""
        identifier, name, city, country, zone = (list(values) for values in zip(*catalog.WAREHOUSES, strict=True))
        count = len(identifier)
        rows = {
            "warehouse_id": pa.array(identifier),
            "warehouse_name": pa.array(name),
            "city": pa.array(city),
            "country_code": pa.array(country),
            "timezone": pa.array(zone),
            "opened_on": pa.array([date(2021, 4, 1)] * count, type=pa.date32()),
            "_ingested_at": columns.instant(np.full(count, record.midnight)),
        }
        self.landing.parquet("wms", "warehouses", record.date, pa.table(rows))

    def movements(self, record: DayRecord) -> None:
        """All that moved, in the order of time."""
        parts = [part for part in record.movements if len(part.product)]
        if not parts:
            return
        joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in vars(parts[0])}
        order = np.argsort(joined["moved_at"], kind="stable")
        joined = {name: values[order] for name, values in joined.items()}
        number = self.movement + 1 + np.arange(len(order))
        self.movement += len(order)
        rows = {
            "movement_id": columns.ids("M", number, 10),
            "warehouse_id": columns.coded(joined["warehouse"], WAREHOUSE_IDS),
            "product_id": columns.ids("P", joined["product"] + 1, 5),
            "movement_type": columns.words(joined["kind"]),
            "quantity": columns.whole(joined["quantity"]),
            "reference_type": pa.array(joined["reference_type"], type=pa.string()),
            "reference_id": pa.array(joined["reference_id"], type=pa.string()),
            "moved_at": columns.instant(joined["moved_at"]),
            "_ingested_at": columns.ingested_at(joined["moved_at"]),
        }
        self.landing.parquet("wms", "inventory_movements", record.date, pa.table(rows))

    def counts(self, record: DayRecord) -> None:
        """What was counted in the evening."""
        product, warehouse, found, number = record.counts
        at = np.full(len(product), record.midnight + 20 * HOUR)
        rows = {
            "stock_count_id": columns.ids("SC", number, 9),
            "warehouse_id": columns.coded(warehouse, WAREHOUSE_IDS),
            "product_id": columns.ids("P", product + 1, 5),
            "counted_quantity": columns.whole(found),
            "counted_at": columns.instant(at),
            "_ingested_at": columns.ingested_at(at),
        }
        self.landing.parquet("wms", "stock_counts", record.date, pa.table(rows))

    def today(self, instants: np.ndarray, record: DayRecord) -> np.ndarray:
        """Which instants lie in the day, as indices."""
        return np.flatnonzero((instants != NEVER) & (day_of(instants, self.world.start) == record.number))

    def shipments(self, record: DayRecord) -> pa.Table:
        """Parcels handed over today."""
        orders, seed = record.orders, self.world.options.seed
        parcels = parcels_of(seed, orders, self.today(orders.shipped_at, record))
        chosen, number, country = parcels.order, parcels.number, parcels.country
        lines = orders.lines
        grams = self.world.catalog.weight_grams[lines.product] * lines.quantity
        of_order = np.bincount(lines.order, weights=grams, minlength=len(orders))[chosen]
        # Orders in two parcels are split in halves.
        kilograms = of_order / np.bincount(chosen, minlength=len(orders))[chosen] / 1000
        cost = np.rint(PARCEL_COSTS[parcels.carrier] + KILOGRAM_COSTS[parcels.carrier] * kilograms)
        rows = {
            "shipment_id": columns.ids("H", number, 10),
            "order_id": columns.ids("O", orders.number[chosen]),
            "warehouse_id": columns.coded(country, WAREHOUSE_IDS),
            "carrier_code": columns.coded(parcels.carrier, CARRIERS),
            "tracking_number": tracking_numbers(seed, number),
            "shipping_cost": columns.money(cost.astype(np.int64)),
            "currency_code": columns.coded(country, countries.CURRENCIES),
            "shipped_at": columns.instant(orders.shipped_at[chosen]),
            "promised_on": columns.day(orders.promised_day[chosen]),
            "_ingested_at": columns.ingested_at(orders.shipped_at[chosen]),
        }
        return pa.table(rows)

    def returns(self, record: DayRecord) -> pa.Table:
        """Lines received back today."""
        orders, lines = record.orders, record.orders.lines
        returned_at = np.where(lines.returned, orders.returned_at[lines.order], NEVER)
        chosen = self.today(returned_at, record)
        number = orders.number[lines.order[chosen]]
        line_id = number * 10 + lines.number[chosen]
        rows = {
            "return_id": pa.array(return_ids(orders, chosen), type=pa.string()),
            "order_id": columns.ids("O", number),
            "order_item_id": columns.ids("L", line_id, 10),
            "product_id": columns.ids("P", lines.product[chosen] + 1, 5),
            "warehouse_id": columns.coded(orders.country[lines.order[chosen]], WAREHOUSE_IDS),
            "quantity": columns.whole(lines.quantity[chosen]),
            "return_reason": columns.words(return_reasons(self.world.options.seed, line_id, lines.damaged[chosen])),
            "item_condition": columns.words(np.where(lines.damaged[chosen], "damaged", "as_new")),
            "returned_at": columns.instant(returned_at[chosen]),
            "_ingested_at": columns.ingested_at(returned_at[chosen]),
        }
        return pa.table(rows)
