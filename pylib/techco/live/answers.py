"""What a role is shown of the live tables: the rows and columns of governance.access_matrix, as in a release."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from techco.sql import identifier

# A cart is about to be left when nothing has happened for so long, and the visit has not ended.
IDLE_MINUTES = 5
LISTED = 20
MOST_ROWS = 10_000
# What interactions may be asked for by, besides `since` and `limit`.
FILTERS = ("visit_stage", "segment_name", "product_id", "category_code", "customer_key", "session_id")


class BadRequestError(Exception):
    """The request cannot be answered; the message says what is expected."""


class Shown:
    """What each role is shown: by role and table a query over the live tables."""

    def __init__(self, matrix: list[tuple[str, str, str, str, str | None]]):
        self.roles: dict[str, dict[str, str]] = {}
        self.limited: set[str] = set()
        for (role, table, condition), columns in groupby(matrix, key=lambda row: (row[0], row[1], row[4])):
            shown = ", ".join(f"{expression} as {identifier(column)}" for _, _, column, expression, _ in columns)
            # The revision of a visit is no column of the table; it is asked by, and not shown.
            revision = ", _revision" if table == "live_interactions" else ""
            where = f" where {condition}" if condition else ""
            self.roles.setdefault(role, {})[table] = (
                f"select {shown}{revision} from marketing.{identifier(table)}{where}"
            )
            if condition:
                self.limited.add(role)


def read_shown(connection: duckdb.DuckDBPyConnection, release: str) -> Shown:
    """What the matrix of an attached release says of the live tables."""
    return Shown(
        connection.execute(
            f"select role_name, table_name, column_name, expression, row_condition "
            f"from {release}.control.access_matrix order by role_name, table_name, column_position"
        ).fetchall()
    )


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: list[object] | None = None
) -> list[dict[str, Any]]:
    """The rows of a query by the names of its columns."""
    answer = connection.execute(query, parameters or [])
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def snapshot(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows a role."""
    found: dict[str, Any] = {}
    if "live_interactions" in tables:
        visits = f"(select * exclude (_revision) from ({tables['live_interactions']})) as visits"
        now = "(select live_at from intermediate.int_live__clock)"
        found["visits_by_stage"] = rows(
            connection,
            f"select visit_stage, count(*) as visit_count, count_if(customer_key <> 'unknown') as customer_count "
            f"from {visits} where not is_bot group by visit_stage order by visit_stage",
        )
        found["carts"] = rows(
            connection,
            f"from {visits} where not is_bot and visit_stage in ('cart', 'checkout') and last_event_at <= {now} - "
            f"interval {IDLE_MINUTES} minute order by cart_amount_reporting desc nulls last, session_id limit {LISTED}",
        )
        found["customers"] = rows(
            connection,
            f"from {visits} where not is_bot and customer_key <> 'unknown' order by last_event_at desc, session_id "
            f"limit {LISTED}",
        )
    if "live_products" in tables:
        products = f"({tables['live_products']}) as products"
        order = f"order by visit_count desc, product_id limit {LISTED}"
        found["products"] = rows(connection, f"from {products} {order}")
        sold_out = "available_quantity <= 0 or unavailable_visit_count > 0"
        found["sold_out"] = rows(connection, f"from {products} where {sold_out} {order}")
    if "live_funnel" in tables:
        found["funnel"] = rows(connection, f"from ({tables['live_funnel']}) order by step_number")
    return found


def interactions(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, str], asked: Mapping[str, str]
) -> dict[str, Any]:
    """Visits in progress that a role is shown, by what is asked for; values go to the engine as parameters alone."""
    unknown = sorted(set(asked) - {*FILTERS, "since", "limit"})
    if unknown:
        raise BadRequestError(f"Unknown: {', '.join(unknown)}. Ask by {', '.join(FILTERS)}, since and limit.")
    limit = whole_number("limit", asked.get("limit", "1000"))
    if not 1 <= limit <= MOST_ROWS:
        raise BadRequestError(f"limit is {limit}; it is a whole number from 1 to {MOST_ROWS}.")
    number, _, session = asked.get("since", "0").partition(".")
    since = whole_number("since", number)
    later = "(_revision = ? and session_id > ?) or _revision > ?" if session else "_revision > ?"
    given = [name for name in FILTERS if name in asked]
    where = "".join(f" and {identifier(name)} = ?" for name in given)
    connection.execute("begin")
    try:
        ((revision, live_at),) = connection.execute(
            "select revision, live_at from intermediate.int_live__clock"
        ).fetchall()
        found = rows(
            connection,
            f"from ({tables['live_interactions']}) where ({later}){where} order by _revision, session_id limit ?",
            [*([since, session] if session else []), since, *(asked[name] for name in given), limit],
        )
    finally:
        connection.execute("commit")
    # More rows may wait behind the last one.
    after = f"{found[-1]['_revision']}.{found[-1]['session_id']}" if len(found) == limit else str(revision)
    return {"as_of": live_at, "since": after, "rows": [without_revision(row) for row in found]}


def without_revision(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is shown."""
    return {name: value for name, value in row.items() if name != "_revision"}


def whole_number(name: str, text: str) -> int:
    """A number that was asked by."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise BadRequestError(f"{name} is {text!r}; it begins with a whole number.")
    return int(text)


def to_json(value: object) -> bytes:
    """JSON, with instants in UTC."""
    return json.dumps(value, default=plain, ensure_ascii=False).encode("utf-8", "replace")


def plain(value: object) -> object:
    """What JSON has no form of."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value)} has no form in JSON")
