"""Beside the landing zone, never in it: the parameters and events that models look for, so that they can be judged."""

import os
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tools.simulator import catalog, columns, countries, customers
from tools.simulator.calendar import MICROSECONDS_PER_DAY
from tools.simulator.catalog import CATEGORIES, PRODUCTS
from tools.simulator.customers import FAR_AWAY, KINDS
from tools.simulator.emit.answers import answers_folder
from tools.simulator.emit.reviews import review_id
from tools.simulator.emit.support import message_id
from tools.simulator.emit.surveys import response_id
from tools.simulator.hidden_demand import expected_orders, expected_units
from tools.simulator.landing import Landing
from tools.simulator.orders import NEVER
from tools.simulator.world import DayRecord, World

# Each country is served by the warehouse of the same index.
WAREHOUSE_IDS = [warehouse[0] for warehouse in catalog.WAREHOUSES[: len(countries.CODES)]]
SHELVES = (PRODUCTS, len(WAREHOUSE_IDS))
SENTIMENTS = {"good": "positive", "mixed": "neutral", "bad": "negative"}
UNPLEASANT_TOPICS = ("delivery", "defect", "payment")


class Hidden:
    """Collects what is hidden, and writes it with the last day."""

    def __init__(self, world: World, landing: Landing):
        """`world` is read, never changed."""
        self.world = world
        self.folder = answers_folder(landing.folder)
        self.days: list[dict] = []
        self.demand: list[tuple] = []
        self.rates: dict[int, np.ndarray] = {}
        self.texts: list[dict] = []

    def emit(self, record: DayRecord) -> None:
        """Add a day."""
        day, people = record.day, self.world.customers
        orders, known = expected_orders(day, people), day.rates.sum()
        self.days.append(
            {
                "date": record.date,
                "demand": day.busy,
                "promotion_id": day.promotion.promotion_id if day.promotion else None,
                "conversion": day.conversion,
                "expected_visits": day.orders_from_visits / day.conversion,
                "expected_orders": orders.sum(),
                "orders_per_rate": orders[: len(KINDS)].sum() / known if known else 0.0,
            }
        )
        monday = record.date - timedelta(days=record.date.weekday())
        units = expected_units(day, people)
        self.rates[monday] = self.rates.get(monday, 0) + units
        self.demand.append((record.date, *by_shelf(record.demand)))
        self.texts.extend(texts_of(record.said))
        if record.number == self.world.options.last:
            self.finish()

    def finish(self) -> None:
        """Write all files."""
        self.write("days", pa.Table.from_pylist(self.days))
        self.write("customers", customer_rows(self.world))
        self.write("demand_by_day", demand_rows(self.demand))
        self.write("demand_rates", rate_rows(self.rates))
        self.write("incidents", incident_rows(self.world))
        self.write("texts", pa.Table.from_pylist(self.texts, schema=TEXTS))

    def write(self, name: str, rows: pa.Table) -> None:
        """Write a file under a hidden name, then give it its own."""
        hidden = self.folder / f".{name}.parquet.tmp"
        self.folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, hidden, compression="zstd")
        os.replace(hidden, self.folder / f"{name}.parquet")


TEXTS = pa.schema(
    [(name, pa.string()) for name in ("source", "table", "key", "column", "language_code", "sentiment", "cause")]
)


def texts_of(said) -> list[dict]:
    """What the writers of a day's texts felt, and why they wrote."""
    found = []

    def add(place: tuple[str, str, str, str], language: str, sentiment: str, cause: str) -> None:
        found.append(dict(zip(TEXTS.names, (*place, language, sentiment, cause), strict=True)))

    for review in said.reviews:
        place = ("reviews", "reviews", review_id(review), "body")
        add(place, review.person.language, SENTIMENTS[review.mood], review.cause)
    for answer in said.answers:
        if answer.comment.text:
            place = ("surveys", "nps_responses", response_id(answer), "comment")
            add(place, answer.person.language, SENTIMENTS[answer.mood], answer.cause)
    for mention in said.mentions:
        place = ("social", "mentions", f"SM{mention.number:08}", "text")
        add(place, mention.language, SENTIMENTS[mention.tone], mention.topic)
    for ticket in said.tickets:
        sentiment = "negative" if ticket.topic in UNPLEASANT_TOPICS else "neutral"
        place = ("support", "messages", message_id(ticket.messages[0]), "body")
        add(place, ticket.person.language, sentiment, ticket.topic)
    return found


def by_shelf(demand) -> tuple[np.ndarray, ...]:
    """Shelves that something was wanted of, and pieces wanted, got, and replaced by something else."""
    shelf = demand.product * SHELVES[1] + demand.warehouse
    shelves, where = np.unique(shelf, return_inverse=True)
    parts = (demand.units, demand.units * demand.met, demand.units * demand.substituted)
    return shelves, *(np.bincount(where, weights=part, minlength=len(shelves)) for part in parts)


def demand_rows(days: list[tuple]) -> pa.Table:
    """One row for each day, product and warehouse that something was wanted of."""
    date, shelf, wanted, met, replaced = zip(*days, strict=True)
    dates = np.repeat(np.array(date, dtype="datetime64[D]").astype(np.int64), [len(part) for part in shelf])
    product, warehouse = np.divmod(np.concatenate(shelf).astype(np.int64), SHELVES[1])
    wanted, met, replaced = (np.concatenate(part).astype(np.int64) for part in (wanted, met, replaced))
    return pa.table(
        {
            "date": columns.day(dates),
            "product_id": columns.ids("P", product + 1, 5),
            "warehouse_id": columns.coded(warehouse, WAREHOUSE_IDS),
            "wanted_units": columns.whole(wanted),
            "met_units": columns.whole(met),
            "unmet_units": columns.whole(wanted - met),
            "substituted_units": columns.whole(replaced),
        }
    )


def rate_rows(weeks: dict) -> pa.Table:
    """One row for each week (its Monday), product and warehouse: pieces expected of the days that were lived."""
    units = np.stack(list(weeks.values()))
    week, product, warehouse = np.nonzero(units > 0)
    mondays = np.array(list(weeks), dtype="datetime64[D]").astype(np.int64)
    return pa.table(
        {
            "week": columns.day(mondays[week]),
            "product_id": columns.ids("P", product + 1, 5),
            "warehouse_id": columns.coded(warehouse, WAREHOUSE_IDS),
            "expected_units": pa.array(units[week, product, warehouse]),
        }
    )


def customer_rows(world: World) -> pa.Table:
    """One row for each customer who ever registered."""
    people = world.customers
    back = (people.back_at - people.registered_at) // MICROSECONDS_PER_DAY < FAR_AWAY
    return pa.table(
        {
            "customer_id": columns.ids("C", people.number, 8),
            "kind": columns.coded(people.kind, KINDS),
            "purchase_rate": pa.array(people.rate),
            "leaving_hazard": pa.array(people.hazard),
            "discount_affinity": pa.array(people.discount_affinity),
            "return_factor": pa.array(customers.RETURN_FACTORS[people.kind]),
            "favourite_category_code": columns.coded(people.affinity, CATEGORIES),
            "registered_at": columns.instant(people.registered_at),
            "left_at": columns.instant(people.left_at),
            "back_at": columns.instant(np.where(back, people.back_at, NEVER)),
            "left_again_at": columns.instant(np.where(back, people.left_again_at, NEVER)),
            "closed_account": pa.array(people.deleted),
        }
    )


def incident_rows(world: World) -> pa.Table:
    """One row for each incident that has begun."""
    found = world.incidents
    first = world.start // MICROSECONDS_PER_DAY
    return pa.table(
        {
            "kind": columns.texts([incident.kind for incident in found]),
            "first_day": columns.day(np.array([first + incident.first_day for incident in found])),
            "last_day": columns.day(np.array([first + incident.last_day for incident in found])),
            "subject": columns.texts([incident.subject for incident in found]),
        }
    )
