"""The ERP: products, suppliers, what suppliers ask, and purchase orders."""

import numpy as np
import pyarrow as pa

from tools.simulator import catalog, columns, people
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.catalog import SUPPLIERS
from tools.simulator.emit.change_log import ChangeLog
from tools.simulator.landing import Landing
from tools.simulator.stock import HOUR, PurchaseLines
from tools.simulator.world import DayRecord, World

WAREHOUSE_IDS = [warehouse[0] for warehouse in catalog.WAREHOUSES]
SUPPLIER_NAMES = people.listed(
    "Ardent Bluepeak Corvus Dynexa Eastgate Fenwick Glimmer Hanover Inova Jadeworks Kestrel Lanxi Meridian Northbay "
    "Optera Pinnacle Quanta-Tek Redwood Sunrise Tekton Umbra Vantage Westport Xenon Yarrow"
)
# By country of the supplier.
SUPPLIER_FORMS = (
    "Electronics Co., Ltd.",
    "Technology Inc.",
    "Devices Co., Ltd.",
    "Distribution LLC",
    "Handels GmbH",
    "Trading B.V.",
)
# Keeps their personal data apart from customers'.
SUPPLIER_CONTACTS = 9 * 10**8


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
            known = np.flatnonzero(self.world.catalog.entered(0))
            self.log.add("suppliers", "r", np.full(SUPPLIERS, at), self.suppliers(np.arange(SUPPLIERS), at))
            self.log.add("products", "r", np.full(len(known), at), self.products(known, at, record.number))
            self.add_supplier_prices("r", known, at)
        else:
            changes, at = record.catalog_changes, record.midnight + 2 * HOUR
            for index, operation in ((changes.new_products, "c"), (changes.changed_products, "u")):
                self.log.add("products", operation, np.full(len(index), at), self.products(index, at, record.number))
                self.add_supplier_prices(operation, index, at)
            index = changes.changed_suppliers
            self.log.add("suppliers", "u", np.full(len(index), at), self.suppliers(index, at))
        self.receipts(record)
        if record.purchases is not None:
            nothing_yet = np.zeros(len(record.purchases.line), dtype=np.int64)
            self.purchases(record.purchases, np.arange(len(nothing_yet)), record, "c", nothing_yet)
        self.log.land(self.landing, record.date)

    def products(self, index: np.ndarray, at: int, today: int) -> dict:
        """Whole rows of products."""
        items, count = self.world.catalog, len(index)
        brand = catalog.brands(self.seed, index)
        return {
            "product_id": columns.ids("P", index + 1, 5),
            "sku": columns.ids("SKU-", index + 10001, 5),
            "product_name": columns.texts(items.names(self.seed, index)),
            "brand": columns.words(brand),
            "category_code": columns.coded(items.category[index], catalog.CATEGORIES),
            "list_price": columns.money(items.list_price[index]),
            "standard_cost": columns.money(items.standard_cost[index]),
            "currency_code": columns.repeated("EUR", count),
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
        person = SUPPLIER_CONTACTS + index
        home = np.zeros(len(index), dtype=np.int64)
        names = [f"{SUPPLIER_NAMES[n]} {SUPPLIER_FORMS[items.supplier_country[n]]}" for n in index]
        return {
            "supplier_id": columns.ids("V", index + 1, 3),
            "supplier_name": columns.texts(names),
            "country_code": columns.coded(items.supplier_country[index], catalog.SUPPLIER_COUNTRIES),
            "contact_name": people.full_names(self.seed, person, home),
            "contact_email": people.emails(self.seed, person, home),
            "payment_terms_days": columns.whole(items.payment_terms[index]),
            "lead_time_days": columns.whole(items.lead_days[index]),
            "updated_at": columns.instant(np.full(len(index), at)),
        }

    def add_supplier_prices(self, operation: str, index: np.ndarray, at: int) -> None:
        """What the main suppliers of products ask, and the second ones where there are any."""
        items = self.world.catalog
        second = index[items.second_supplier[index] >= 0]
        product = np.concatenate([index, second])
        supplier = np.concatenate([items.supplier[index], items.second_supplier[second]])
        rows = {
            "supplier_id": columns.ids("V", supplier + 1, 3),
            "product_id": columns.ids("P", product + 1, 5),
            "unit_cost": columns.money(items.asked_cost(product, supplier)),
            "currency_code": self.currency(supplier),
            "minimum_quantity": columns.whole(items.minimum_quantity[product]),
            "updated_at": columns.instant(np.full(len(product), at)),
        }
        self.log.add("supplier_prices", operation, np.full(len(product), at), rows)

    def currency(self, supplier: np.ndarray) -> pa.Array:
        """What each supplier is paid in."""
        dollars = catalog.USES_DOLLARS[self.world.catalog.supplier_country[supplier]]
        return columns.coded(dollars, catalog.SUPPLIER_CURRENCIES)

    def receipts(self, record: DayRecord) -> None:
        """Lines of which something arrived, and the states of their orders."""
        for lines, arrived, so_far in record.receipts:
            self.purchases(lines, arrived, record, "u", so_far)

    def purchases(self, lines: PurchaseLines, index, record: DayRecord, operation: str, received: np.ndarray) -> None:
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
        changed = np.where(lines.cancelled[first], "cancelled", np.where(open_lines, "partially_received", "received"))
        status = changed if operation == "u" else np.full(len(order), "open")
        order_rows = {
            "purchase_order_id": columns.ids("PO", order, 8),
            "supplier_id": columns.ids("V", lines.supplier[first] + 1, 3),
            "warehouse_id": columns.coded(lines.warehouse[first], WAREHOUSE_IDS),
            "purchase_order_status": columns.words(status),
            "currency_code": self.currency(lines.supplier[first]),
            "ordered_at": columns.instant(lines.ordered_at[first]),
            "expected_on": columns.day(self.start_day + lines.expected_day[first]),
            "updated_at": columns.instant(np.full(len(order), at)),
        }
        self.log.add("purchase_orders", operation, np.full(len(order), at), order_rows)
