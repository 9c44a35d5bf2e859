"""Pages of an API as JSON lines, from where the last whole run has ended.

    20261201T081500123456-000001.jsonl
    20261201T081500123456-000002-through-2026-12-01T08%3A14%3A59Z.jsonl

The last file of a run says up to which value of the cursor it has come. A run that was cut off says nothing, and the
next one begins where it began: records of equal version count once.
"""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import quote, unquote

from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.rest_api.config_setup import create_paginator

from ingest.api.config import Config, Cursor, Pages
from ingest.files import Bytes, Landing, NewFile, now

NAME = re.compile(r"(\d{8}T\d{12})-\d{6}-through-(.+)\.jsonl")
# A server that is busy or down is asked again for a few minutes; the next run goes on from the same place.
ATTEMPTS = 8


def land_pages(config: Config, landing: Landing, table: str) -> int:
    """Land what is new of a table; how many records."""
    pages = config.tables[table]
    since = newest(landing.names(table)) if pages.cursor else None
    began, number, total, reached = now(), 0, 0, None
    for records in in_files(fetch(config, pages, since), config.pages_per_file):
        number += 1
        total += len(records)
        reached = furthest(reached, records, pages.cursor)
        land(landing, table, f"{began:%Y%m%dT%H%M%S%f}-{number:06}", records, began)
    through = reached if reached is not None else since
    ending = f"-through-{quote(str(through), safe='')}" if through is not None else ""
    # Also where nothing came: an empty file says that the day was asked for.
    land(landing, table, f"{began:%Y%m%dT%H%M%S%f}-{number + 1:06}{ending}", [], began)
    return total


def fetch(config: Config, pages: Pages, since: str | None) -> Iterator[list[object]]:
    """The pages of a table, from a value of the cursor on."""
    parameters: dict[str, object] = dict(pages.parameters)
    if pages.cursor:
        parameters[pages.cursor.parameter] = pages.cursor.initial if since is None else since
    session = Client(request_max_attempts=ATTEMPTS, raise_for_status=False).session
    client = RESTClient(
        base_url=config.base_url,
        headers=config.headers,
        auth=BearerTokenAuth(config.token) if config.token else None,  # type: ignore[arg-type]
        paginator=create_paginator(pages.pages) if pages.pages else None,  # type: ignore[arg-type]
        session=session,
    )
    for page in client.paginate(pages.path, params=parameters, data_selector=pages.records):
        yield list(page)


def in_files(pages: Iterable[list[object]], at_most: int) -> Iterator[list[object]]:
    """Records of several pages together."""
    records: list[object] = []
    for number, page in enumerate(pages, 1):
        records += page
        if number % at_most == 0 and records:
            yield records
            records = []
    if records:
        yield records


def furthest(reached: str | int | None, records: list[object], cursor: Cursor | None) -> str | int | None:
    """The greatest value of the cursor so far; whole numbers are compared as such, all else as text."""
    if cursor is None:
        return None
    values = [record[cursor.field] for record in records if isinstance(record, dict) and record.get(cursor.field)]
    if reached is not None:
        values.append(reached)
    if all(isinstance(value, int) for value in values):
        return max(values, default=None)
    return max(map(str, values), default=None)


def newest(names: Iterable[str]) -> str | None:
    """Up to which value of the cursor the last whole run has come."""
    runs = [(match[1], unquote(match[2])) for name in names if (match := NAME.fullmatch(name))]
    return max(runs)[1] if runs else None


def land(landing: Landing, table: str, name: str, records: list[object], at: datetime) -> None:
    """Land records as lines; what is no object lands as it is, for the quarantine."""
    stamp = {"_ingested_at": at.isoformat()}
    lines = [
        json.dumps(record | stamp if isinstance(record, dict) else record, ensure_ascii=False) for record in records
    ]
    content = "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
    landing.land([NewFile(table, f"{name}.jsonl", Bytes(content))], now())
