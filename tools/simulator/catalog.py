"""What is sold and who supplies it: products, suppliers, warehouses, and how they change."""

from dataclasses import dataclass

import numpy as np

from tools.simulator.randomness import below, hashed, share, stream

CATEGORIES = np.array(["phones", "laptops", "tablets", "smart_home", "consoles", "wearables", "accessories"])
CATEGORY_NAMES = ("Phone", "Laptop", "Tablet", "Home", "Console", "Watch", "Gear")
CATEGORY_SHARES = np.array([0.20, 0.11, 0.10, 0.15, 0.08, 0.13, 0.23])
# Euro cents, from and to.
PRICE_RANGES = np.array(
    [
        *([14_900, 129_900], [39_900, 229_900], [12_900, 119_900], [1_900, 34_900]),
        *([19_900, 64_900], [4_900, 59_900], [900, 14_900]),
    ]
)
# How many pieces come back, for one of an ordinary category.
RETURN_FACTORS = np.array([1.2, 1.0, 1.0, 0.9, 0.7, 1.7, 0.6])
BRANDS = np.array(["Norvik", "Aurelo", "Kitsu", "Pinepoint", "Halden", "Orbita", "Voltra", "Mirai", "Castor", "Lumen"])
PRODUCTS = 280
SUPPLIERS = 25
ENTERED_BEFORE_LAUNCH = 21
# New products begin with this much more demand, which is gone after some weeks; old ones fade over their last days.
LAUNCH_DEMAND, LAUNCH_DAYS = 1.2, 40.0
FADING_DAYS, LEAST_DEMAND = 100, 0.25
LAUNCHED_LATER, DISCONTINUED = 0.15, 0.12
# Within a year and some weeks of the world.
FIRST_LAUNCH, LAUNCHES, FIRST_END, ENDS = 5, 350, 40, 340
NEVER_ENDS = 10**6
WAREHOUSES = (
    ("WH-DE1", "Leipzig", "Leipzig", "DE", "Europe/Berlin"),
    ("WH-US1", "Columbus", "Columbus", "US", "America/New_York"),
    ("WH-BR1", "Cajamar", "Cajamar", "BR", "America/Sao_Paulo"),
    ("WH-GB1", "Daventry", "Daventry", "GB", "Europe/London"),
    ("WH-DE2", "Leipzig overflow", "Halle", "DE", "Europe/Berlin"),
)
SUPPLIER_COUNTRIES = ["CN", "TW", "KR", "US", "DE", "NL"]
# Suppliers outside Europe ask for dollars, at a rate agreed for the long term.
SUPPLIER_CURRENCIES = ["EUR", "USD"]
USES_DOLLARS = np.array([True, True, True, True, False, False])
AGREED_DOLLARS_PER_EURO = 1.1


@dataclass
class Catalog:
    """Arrays by product (280) or supplier (25); prices and costs in euro cents; `second_supplier` is -1 for none."""

    category: np.ndarray
    list_price: np.ndarray
    standard_cost: np.ndarray
    popularity: np.ndarray
    supplier: np.ndarray
    weight_grams: np.ndarray
    launched: np.ndarray
    discontinued: np.ndarray
    lead_days: np.ndarray
    payment_terms: np.ndarray
    supplier_country: np.ndarray
    minimum_quantity: np.ndarray
    second_supplier: np.ndarray

    def on_sale(self, day: int) -> np.ndarray:
        """Which products can be bought on a day of the world."""
        return (self.launched <= day) & (self.discontinued > day)

    def demand(self, day: int) -> np.ndarray:
        """How much each product is wanted on a day, all of the first day's products together about 1."""
        since, left = day - self.launched, self.discontinued - day
        new = LAUNCH_DEMAND * np.exp(-since.clip(0) / LAUNCH_DAYS)
        fading = (left / FADING_DAYS).clip(LEAST_DEMAND, 1)
        return self.popularity * (1 + new) * fading * self.on_sale(day)

    def entered(self, day: int) -> np.ndarray:
        """Which products the ERP knows on a day: they are entered before their launch, so that they can be ordered."""
        return self.launched - ENTERED_BEFORE_LAUNCH <= day

    def names(self, seed: int, index: np.ndarray) -> list[str]:
        """What products are called."""
        described = zip(brands(seed, index), self.category[index], index, strict=True)
        return [f"{brand} {CATEGORY_NAMES[category]} {100 + product}" for brand, category, product in described]

    def asked_cost(self, product: np.ndarray, supplier: np.ndarray) -> np.ndarray:
        """What suppliers ask for products now, in cents of their own currency; second suppliers are dearer."""
        dollars = USES_DOLLARS[self.supplier_country[supplier]]
        cost = self.standard_cost[product] * np.where(dollars, AGREED_DOLLARS_PER_EURO, 1.0)
        return np.rint(cost * np.where(supplier == self.supplier[product], 1.0, 1.06)).astype(np.int64)


def brands(seed: int, index: np.ndarray) -> np.ndarray:
    """The brand of each product."""
    return BRANDS[below(seed, "brand", index, len(BRANDS))]


def build(seed: int) -> Catalog:
    """The catalog as it is when the world begins; products that are launched later are in it already."""
    rng = stream(seed, "catalog")
    ids = np.arange(PRODUCTS)
    category = np.sort(rng.choice(len(CATEGORIES), PRODUCTS, p=CATEGORY_SHARES))
    low, high = PRICE_RANGES[category].T
    list_price = (low * (high / low) ** rng.random(PRODUCTS)).astype(np.int64) // 100 * 100 + 99
    popularity = rng.pareto(1.6, PRODUCTS) + 0.25
    popularity *= (low.mean() / list_price) ** 0.25
    later = share(seed, "launched later", ids) < LAUNCHED_LATER
    launched = np.where(later, FIRST_LAUNCH + below(seed, "launch", ids, LAUNCHES), -400)
    ends = share(seed, "discontinued", ids) < DISCONTINUED
    discontinued = np.where(ends & ~later, FIRST_END + below(seed, "end", ids, ENDS), NEVER_ENDS)
    supplier = rng.integers(0, SUPPLIERS, PRODUCTS)
    another = (supplier + 1 + hashed(seed, "second supplier", ids).astype(np.int64) % (SUPPLIERS - 1)) % SUPPLIERS
    lots = np.where(list_price < 10_000, 5, np.where(list_price < 40_000, 2, 1))
    return Catalog(
        category=category,
        list_price=list_price,
        standard_cost=(list_price * rng.uniform(0.55, 0.74, PRODUCTS) / 1.19).astype(np.int64),
        popularity=popularity / popularity.sum(),
        supplier=supplier,
        weight_grams=rng.integers(50, 3500, PRODUCTS),
        launched=launched,
        discontinued=discontinued,
        lead_days=rng.integers(5, 18, SUPPLIERS),
        payment_terms=rng.choice([14, 30, 45, 60], SUPPLIERS),
        supplier_country=below(seed, "supplier country", np.arange(SUPPLIERS), len(SUPPLIER_COUNTRIES)),
        minimum_quantity=lots,
        second_supplier=np.where(share(seed, "has second supplier", ids) < 0.3, another, -1),
    )


@dataclass
class CatalogChanges:
    """Which products and suppliers changed on a day, as indices."""

    new_products: np.ndarray
    changed_products: np.ndarray
    changed_suppliers: np.ndarray


def change(catalog: Catalog, seed: int, day: int) -> CatalogChanges:
    """Let a day change prices, costs and terms in place."""
    rng = stream(seed, "catalog changes", day)
    known = catalog.entered(day - 1)
    repriced = known & (rng.random(PRODUCTS) < 0.006)
    factor = rng.choice([0.85, 0.90, 0.95, 1.03, 1.05], PRODUCTS)
    catalog.list_price[repriced] = (catalog.list_price[repriced] * factor[repriced]).astype(np.int64) // 100 * 100 + 99
    recosted = known & (rng.random(PRODUCTS) < 0.004)
    factor = rng.uniform(0.95, 1.06, PRODUCTS)
    catalog.standard_cost[recosted] = (catalog.standard_cost * factor)[recosted].astype(np.int64)
    changed_suppliers = rng.random(SUPPLIERS) < 0.008
    catalog.lead_days[changed_suppliers] = rng.integers(5, 18, SUPPLIERS)[changed_suppliers]
    catalog.payment_terms[changed_suppliers] = rng.choice([14, 30, 45, 60], SUPPLIERS)[changed_suppliers]
    ended = catalog.discontinued == day
    return CatalogChanges(
        new_products=np.flatnonzero(catalog.entered(day) & ~known),
        changed_products=np.flatnonzero(repriced | recosted | ended),
        changed_suppliers=np.flatnonzero(changed_suppliers),
    )
