"""`python -m examples.wholesaler.ledger --out FOLDER`: write the invented ledger of a wholesaler, one CSV file a day.

Every run with the same options writes the same bytes. The lines are what such ledgers hold in practice: invoices,
credit notes without a reference to what they credit, buyers without a number, postage, fees, adjustments by hand, stock
that was written off, and prices with up to four decimals.
"""

import argparse
import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

HEADER = ("document", "item", "description", "quantity", "booked_at", "unit_price", "customer", "country")
COUNTRIES = ("United Kingdom", "United Kingdom", "United Kingdom", "Germany", "USA", "Brazil")
ADJECTIVES = ("round", "tall", "striped", "enamel", "wooden", "folding", "copper", "woven")
NOUNS = ("mug", "lantern", "basket", "tray", "candle", "bunting", "hook", "teapot", "napkin", "jar")
SERVICES = {"FEE": "bank charge", "HAND": "adjustment by hand"}
POSTAGE = ("POST", "postage")
# A Thursday; files are written on working days.
FIRST_DAY, DAYS, CUSTOMERS = date(2025, 1, 2), 60, 120
Line = tuple[str, str, str, int, str, str, str, str]


def main(arguments: list[str] | None = None) -> int:
    """Write the ledger; files that are there already are written again with the same bytes."""
    parser = argparse.ArgumentParser(prog="python -m examples.wholesaler.ledger", description=main.__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the CSV files")
    parser.add_argument("--first-day", type=date.fromisoformat, default=FIRST_DAY, help="default: %(default)s")
    parser.add_argument("--days", type=int, default=DAYS, help="working days (default: %(default)s)")
    options = parser.parse_args(arguments)
    write_ledger(options.out, options.first_day, options.days)
    return 0


def write_ledger(folder: Path, first_day: date = FIRST_DAY, days: int = DAYS) -> None:
    """One file for each working day, from the first on."""
    folder.mkdir(parents=True, exist_ok=True)
    dice = random.Random("wholesaler")
    numbers = iter(range(100_001, 1_000_000))
    day = first_day
    for _ in range(days):
        while day.weekday() > 4:
            day += timedelta(days=1)
        with open(folder / f"ledger_{day}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(lines_of_day(day, dice, numbers))
        day += timedelta(days=1)


def lines_of_day(day: date, dice: random.Random, numbers: Iterator[int]) -> Iterator[Line]:
    """Invoices, credit notes and adjustments of stock, in the order of booking."""
    kinds = ["invoice"] * 12 + ["guest"] * 2 + ["credit"] * 2 + ["postage"] + ["stock"] * 2
    minutes = sorted(dice.sample(range(9 * 60, 18 * 60), len(kinds)))
    dice.shuffle(kinds)
    for kind, minute in zip(kinds, minutes, strict=True):
        at = (datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)).isoformat(" ", "minutes")
        customer = dice.randrange(CUSTOMERS)
        is_nameless = kind in ("guest", "stock") or (kind == "credit" and dice.random() < 0.2)
        named = "" if is_nameless else f"K{10_000 + customer}"
        country = COUNTRIES[0] if kind == "stock" else COUNTRIES[customer % len(COUNTRIES)]
        document = f"{'C' if kind == 'credit' else ''}{next(numbers)}"
        for item, description, quantity, price in items_of(kind, dice):
            yield (document, item, description, quantity, at, price, named, country)


def items_of(kind: str, dice: random.Random) -> Iterator[tuple[str, str, int, str]]:
    """Item, description, quantity and price of a document's lines."""
    if kind == "stock":
        # Broken and lost pieces go out, and some are found again; nobody pays for them.
        yield *goods(dice), dice.choice((-1, -3, -12, -40, 6)), "0"
        return
    if kind == "postage":
        yield *POSTAGE, 1, "7.5"
        return
    sign = -1 if kind == "credit" else 1
    for _ in range(dice.randint(1, 3) if kind == "credit" else dice.randint(1, 5)):
        item, description = goods(dice)
        # The price is the item's, now and then a special one; a free sample is a line too.
        price = price_of(item) if dice.random() < 0.9 else dice.choice((price_of(item) * Decimal("0.87"), Decimal(0)))
        yield item, description, sign * dice.choice((1, 2, 6, 12, 48, 144, 1000)), text(price)
    if dice.random() < 0.25:
        yield *POSTAGE, sign, text(Decimal(dice.randint(300, 2500)) / 100)
    if dice.random() < 0.12:
        code = dice.choice(sorted(SERVICES))
        yield code, SERVICES[code], sign, text(Decimal(dice.randint(10, 90_000)) / 1000)


def goods(dice: random.Random) -> tuple[str, str]:
    """An item and what it is called."""
    number = dice.randrange(len(ADJECTIVES) * len(NOUNS))
    return f"{20_000 + number * 7}", f"{ADJECTIVES[number % len(ADJECTIVES)]} {NOUNS[number // len(ADJECTIVES)]}"


def price_of(item: str) -> Decimal:
    """The list price of an item: from a tenth of a penny to some pounds, with one to four decimals."""
    own = random.Random(item)
    return Decimal(own.randint(1, 80_000)) / 10 ** own.randint(3, 4)


def text(price: Decimal) -> str:
    """A price as the ledger writes it: four decimals at most, no zeros behind them."""
    return format(price.quantize(Decimal("0.0001")).normalize(), "f")


if __name__ == "__main__":
    sys.exit(main())
