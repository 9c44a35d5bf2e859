"""Beside the landing zone, never in it: every clear value of a person, so that a search can prove that none is left.

Values that the landed files never show are among them, such as the phone of a guest who wrote nothing.
"""

import os
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tools.simulator import columns, people
from tools.simulator.emit.answers import answers_folder, texts
from tools.simulator.emit.erp import SUPPLIER_CONTACTS
from tools.simulator.emit.shop import BILLING, GUEST_PAYERS
from tools.simulator.emit.web import ip_addresses, shown_device_ids
from tools.simulator.feedback.tickets import AGENTS
from tools.simulator.feedback.writers import GUESTS
from tools.simulator.landing import Landing
from tools.simulator.shopping import ADDRESSES_OF_A_CUSTOMER
from tools.simulator.world import DayRecord, World

FILE = "clear_values.parquet"
# Kinds are the classes of the contract. A kind is distinctive where no word, number or day of business is equal to one
# of its values; all are where the persons of the world are.
SCHEMA = pa.schema(
    [("customer_id", pa.string()), ("kind", pa.string()), ("value", pa.string()), ("is_distinctive", pa.bool_())]
)
DISTINCTIVE = ("person_id", "email", "phone", "payment", "national_id", "ip_address", "device_id")
# What a network of which it is the first is written like.
FIRST_OF_A_NETWORK = "198.18.0.0"
CLASS_OF_HIDDEN = {"card": "payment"}
DAYS_AT_ONCE = 60
# Visitors above are not known by the shop.
UNKNOWN_VISITORS = 10**8


class ClearValues:
    """Writes the values that come up with each day; the whole file anew, as the days before are lived again too."""

    def __init__(self, world: World, landing: Landing):
        """Begin an empty file under a hidden name; it takes its own with the last day."""
        self.world = world
        self.seed = world.options.seed
        self.last = world.options.last
        folder = answers_folder(landing.folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.final, self.hidden = folder / FILE, folder / f".{FILE}.tmp"
        self.noted: dict[str, list[tuple[np.ndarray, pa.Array]]] = {}
        self.writer = pq.ParquetWriter(self.hidden, SCHEMA, compression="zstd")

    def emit(self, record: DayRecord) -> None:
        """Note a day's values, and write those of some days at once, or with the last one."""
        for customer, kind, values in self.of_day(record):
            self.noted.setdefault(kind, []).append((customer, values.cast(pa.string())))
        if record.number % DAYS_AT_ONCE == DAYS_AT_ONCE - 1 or record.number == self.last:
            for kind, found in self.noted.items():
                customers, values = zip(*found, strict=True)
                self.writer.write_table(self.rows(np.concatenate(customers), kind, pa.concat_arrays(values)))
            self.noted.clear()
        if record.number == self.last:
            self.writer.close()
            os.replace(self.hidden, self.final)

    def rows(self, customer: np.ndarray, kind: str, values: pa.Array) -> pa.Table:
        """Values of a kind, each with the number of its customer or 0; nulls are left out."""
        rows = pa.table(
            {
                "customer_id": columns.ids("C", customer, 8, none=0),
                "kind": columns.repeated(kind, len(values)),
                "value": values,
                "is_distinctive": self.is_distinctive(kind, values),
            },
            schema=SCHEMA,
        )
        return rows.filter(pc.is_valid(rows["value"]))

    def is_distinctive(self, kind: str, values: pa.Array) -> pa.Array:
        """Whether a search for each value finds nothing else."""
        if kind == "ip_address":
            return pc.not_equal(values, FIRST_OF_A_NETWORK)
        return pa.array(np.full(len(values), people.persons().distinctive or kind in DISTINCTIVE))

    def of_day(self, record: DayRecord) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """(customers, kind, values) of all that came up on a day."""
        everyone = self.world.customers
        new = np.concatenate(
            [np.arange(self.world.initial_customers if record.number == 0 else 0), record.new_customers]
        )
        yield from self.customers(new)
        if record.number:
            changed, moved = record.phoned_customers, record.moved_customers
            number, country = everyone.number[changed], everyone.country[changed]
            yield number, "phone", people.phones(self.seed, number, country, everyone.phones[changed])
            yield from self.addresses(moved, everyone.moves[moved])
        else:
            yield from self.suppliers()
            yield from of_nobody("name", AGENTS)
        yield from self.guests(record)
        yield from self.payers(record)
        yield from self.visitors(record)
        number, country = record.leads.number, record.leads.country
        yield from self.others(number, country, number)
        signed = record.tracking.signer > 0
        yield from self.names(
            record.tracking.signer[signed], record.tracking.country[signed], np.zeros(signed.sum(), dtype=np.int64)
        )
        yield from of_nobody("name", [mention.handle for mention in record.said.mentions])
        yield from self.said(record)

    def customers(self, index: np.ndarray) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """Whatever the shop and the CRM know of customers who are new to them."""
        everyone = self.world.customers
        number, country = everyone.number[index], everyone.country[index]
        yield number, "person_id", columns.ids("C", number, 8)
        yield number, "email", people.typed_emails(self.seed, number, country)
        yield number, "phone", people.phones(self.seed, number, country, everyone.phones[index])
        yield number, "birth_date", people.birth_dates(self.seed, number)
        yield number, "national_id", people.national_ids(self.seed, number, country)
        yield from self.names(number, country, number)
        yield from self.addresses(index, everyone.moves[index])
        yield from self.addresses(index[everyone.billing[index]], BILLING)

    def names(
        self, number: np.ndarray, country: np.ndarray, customer: np.ndarray
    ) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """Names of persons, in parts and whole."""
        for values in (*people.names(self.seed, number, country), people.full_names(self.seed, number, country)):
            yield customer, "name", values

    def addresses(self, index: np.ndarray, which: np.ndarray | int) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """The addresses of customers that have these places among their own."""
        number, country = self.world.customers.number[index], self.world.customers.country[index]
        parts = people.addresses(self.seed, number * ADDRESSES_OF_A_CUSTOMER + which, country)
        yield number, "address", parts["street"]
        yield number, "address", parts["city"]
        yield number, "postal_code", parts["postal_code"]

    def others(
        self, number: np.ndarray, country: np.ndarray, phone: np.ndarray, guest: bool = False
    ) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """People without an account; `phone`: the number that their phone is made from."""
        nobody = np.zeros(len(number), dtype=np.int64)
        yield nobody, "email", people.emails(self.seed, number, country, guest=guest)
        yield nobody, "phone", people.phones(self.seed, phone, country, nobody)
        yield from self.names(number, country, nobody)

    def guests(self, record: DayRecord) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """Who ordered without an account."""
        guest = record.new_orders.customer == 0
        number, country = record.new_orders.number[guest], record.new_orders.country[guest]
        yield from self.others(number, country, GUESTS + number, guest=True)

    def payers(self, record: DayRecord) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """The card and the bank account of whoever ordered."""
        customer, number = record.new_orders.customer, record.new_orders.number
        payer = np.where(customer > 0, customer, GUEST_PAYERS + number)
        yield customer, "payment", people.masked_cards(self.seed, payer)
        yield customer, "payment", people.ibans(payer)

    def visitors(self, record: DayRecord) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """Devices and addresses of those who visited; a customer's visits are known to be one person's."""
        visitor = np.unique(record.visits.visitor)
        customer = np.where(visitor < UNKNOWN_VISITORS, visitor, 0)
        yield customer, "device_id", shown_device_ids(self.seed, visitor)
        yield customer, "ip_address", ip_addresses(self.seed, visitor)

    def suppliers(self) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """Whom one calls at a supplier."""
        person = SUPPLIER_CONTACTS + np.arange(len(self.world.catalog.supplier_country))
        home = np.zeros(len(person), dtype=np.int64)
        yield home, "email", people.emails(self.seed, person, home)
        yield from self.names(person, home, home)

    def said(self, record: DayRecord) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
        """What people quote of themselves as they type it, and how they sign."""
        yield from of_nobody("name", [review.author_name for review in record.said.reviews])
        for *_, text in texts(record.said):
            for kind, quoted in text.hidden:
                yield from of_nobody(CLASS_OF_HIDDEN.get(kind, kind), [quoted])


def of_nobody(kind: str, values: list[str] | tuple[str, ...]) -> Iterator[tuple[np.ndarray, str, pa.Array]]:
    """Values that no customer is named for."""
    if values:
        yield np.zeros(len(values), dtype=np.int64), kind, columns.texts(list(values))
