"""The ERP: products, suppliers, what suppliers ask, and purchase orders."""

import numpy as np
import pyarrow as pa

from simulator import catalog, columns, people
from simulator.calendar import MICROSECONDS_PER_DAY
from simulator.catalog import SUPPLIERS
from simulator.emit.change_log import ChangeLog
from simulator.landing import Landing
from simulator.randomness import below
from simulator.stock import HOUR, PurchaseLines
from simulator.world import DayRecord, World


class Erp:
    """Tells the ERP's part of each day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.landing = landing
        self.seed = world.options.seed
        self.log = ChangeLog("erp")
        self.start_day = world.start // MICROSECONDS_PER_DAY

    def emit(self, record: DayRecord) -> None:
        """Land a day."""
        if record.number == 0:
            at = record.midnight
            known = np.flatnonzero(self.world.catalog.launched < 0)
            self.log.add("suppliers", "r", np.full(SUPPLIERS, at), self.suppliers(np.arange(SUPPLIERS), at))
            self.log.add("products", "r", np.full(len(known), at), self.products(known, at, record.number))
            self.log.add("supplier_prices", "r", np.full(len(known), at), self.supplier_prices(known, at))
        else:
            changes, at = record.catalog_changes, record.midnight + 2 * HOUR
            for index, operation in ((changes.new_products, "c"), (changes.changed_products, "u")):
                self.log.add("products", operation, np.full(len(index), at), self.products(index, at, record.number))
                self.log.add("supplier_prices", operation, np.full(len(index), at), self.supplier_prices(index, at))
            index = changes.changed_suppliers
            self.log.add("suppliers", "u", np.full(len(index), at), self.suppliers(index, at))
        self.receipts(record)
        if record.purchases is not None:
            everything = np.arange(len(record.purchases.line))
            self.purchases(record.purchases, everything, record, "c", np.zeros(len(everything), dtype=np.int64))
        self.log.land(self.landing, record.date, record.midnight)

    def products(self, index: np.ndarray, at: int, today: int) -> dict:
        """Whole rows of products."""
        items, count = self.world.catalog, len(index)
        brand = catalog.BRANDS[below(self.seed, "brand", index, len(catalog.BRANDS))]
        model = below(self.seed, "model", index, 900) + 100
        names = [f"{b} {catalog.CATEGORY_NAMES[c]} {m}" for b, c, m in zip(brand, items.category[index], model, strict=True)]
        return {
            "product_id": columns.ids("P", index + 1, 5),
            "sku": columns.ids("SKU-", index + 10001, 5),
            "product_name": pa.array(names, type=pa.string()),
            "brand": columns.words(brand),
            "category_code": columns.words(catalog.CATEGORIES[items.category[index]]),
            "list_price": columns.money(items.list_price[index]),
            "standard_cost": columns.money(items.standard_cost[index]),
            "currency_code": pa.array(["EUR"] * count, type=pa.string()),
            "supplier_id": columns.ids("V", items.supplier[index] + 1, 3),
            "reorder_point": columns.whole(self.world.stock.reorder_point[index]),
            "weight_grams": columns.whole(items.weight_grams[index]),
            "product_status": columns.words(np.where(items.discontinued[index] <= today, "discontinued", "active")),
            "launched_on": columns.day(self.start_day + items.launched[index]),
            "updated_at": columns.instant(np.full(count, at)),
        }

    def suppliers(self, index: np.ndarray, at: int) -> dict:
        """Whole rows of suppliers."""
        items = self.world.catalog
        contact = people.persons(self.seed, 9 * 10**8 + index, np.zeros(len(index), dtype=np.int64), np.zeros(len(index), dtype=np.int64))
        names = [f"{first} {last}" for first, last in zip(contact.first_name, contact.last_name, strict=True)]
        country = catalog.SUPPLIER_COUNTRIES[below(self.seed, "supplier country", index, len(catalog.SUPPLIER_COUNTRIES))]
        return {
            "supplier_id": columns.ids("V", index + 1, 3),
            "supplier_name": columns.ids("Supplier ", index + 1, 2),
            "country_code": columns.words(country),
            "contact_name": pa.array(names, type=pa.string()),
            "contact_email": pa.array(contact.email, type=pa.string()),
            "payment_terms_days": columns.whole(items.payment_terms[index]),
            "lead_time_days": columns.whole(items.lead_days[index]),
            "updated_at": columns.instant(np.full(len(index), at)),
        }

    def supplier_prices(self, index: np.ndarray, at: int) -> dict:
        """Whole rows of what the main supplier asks for products."""
        items, count = self.world.catalog, len(index)
        return {
            "supplier_id": columns.ids("V", items.supplier[index] + 1, 3),
            "product_id": columns.ids("P", index + 1, 5),
            "unit_cost": columns.money(items.standard_cost[index]),
            "currency_code": pa.array(["EUR"] * count, type=pa.string()),
            "minimum_quantity": columns.whole(1 + below(self.seed, "minimum", index, 10)),
            "updated_at": columns.instant(np.full(count, at)),
        }

    def receipts(self, record: DayRecord) -> None:
        """Lines of which something arrived, and the states of their orders."""
        for lines, arrived, so_far in record.receipts:
            self.purchases(lines, arrived, record, "u", so_far)

    def purchases(self, lines: PurchaseLines, index: np.ndarray, record: DayRecord, operation: str, received: np.ndarray) -> None:
        """Changes of purchase orders and of the lines at `index`, of which `received` pieces have come so far."""
        at = int(lines.ordered_at[0]) if operation == "c" else record.midnight + 6 * HOUR
        line_rows = {
            "purchase_order_line_id": columns.ids("PL", lines.line[index], 8),
            "purchase_order_id": columns.ids("PO", lines.order[index], 8),
            "product_id": columns.ids("P", lines.product[index] + 1, 5),
            "ordered_quantity": columns.whole(lines.quantity[index]),
            "received_quantity": columns.whole(received),
            "unit_cost": columns.money(lines.unit_cost[index]),
            "updated_at": columns.instant(np.full(len(index), at)),
        }
        self.log.add("purchase_order_lines", operation, np.full(len(index), at), line_rows)
        order, first = np.unique(lines.order[index], return_index=True)
        first = index[first]
        open_lines = np.isin(order, lines.order[lines.last_day > record.number])
        status = np.where(open_lines, "partially_received", "received") if operation == "u" else np.full(len(order), "open")
        order_rows = {
            "purchase_order_id": columns.ids("PO", order, 8),
            "supplier_id": columns.ids("V", lines.supplier[first] + 1, 3),
            "warehouse_id": columns.words(np.array([w[0] for w in catalog.WAREHOUSES])[lines.warehouse[first]]),
            "purchase_order_status": columns.words(status),
            "currency_code": pa.array(["EUR"] * len(order), type=pa.string()),
            "ordered_at": columns.instant(lines.ordered_at[first]),
            "expected_on": columns.day(self.start_day + lines.expected_day[first]),
            "updated_at": columns.instant(np.full(len(order), at)),
        }
        self.log.add("purchase_orders", operation, np.full(len(order), at), order_rows)
