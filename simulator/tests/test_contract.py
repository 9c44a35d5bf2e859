"""Files have the columns and types of the raw contract, and only its accepted values."""

from pathlib import Path

import pytest
import yaml

MODELS = Path(__file__).parents[2] / "models" / "staging"
SOURCES = ("shop", "erp", "wms", "web", "fx")
DOMAINS = {"currencies": ("EUR", "USD", "BRL", "GBP"), "countries": ("DE", "US", "BR", "GB")}
FEED_COLUMNS = {
    "cdc": {"_op": "varchar", "_lsn": "bigint", "_committed_at": "timestamp", "_ingested_at": "timestamp"},
    "append": {"_ingested_at": "timestamp"},
}


def tables():
    """(source, feed, format, table) of the contract."""
    for source in SOURCES:
        declared = yaml.safe_load((MODELS / source / f"_{source}__sources.yml").read_text())["sources"][0]
        meta = declared["config"]["meta"]
        for table in declared["tables"]:
            yield source, meta["feed"], meta["format"], table


TABLES = list(tables())
NAMES = [f"{source}_{table['name']}" for source, _, _, table in TABLES]


def meta_of(column: dict) -> dict:
    """What the contract says about a column besides its type."""
    return column.get("config", {}).get("meta", {})


@pytest.mark.parametrize(("source", "feed", "file_format", "table"), TABLES, ids=NAMES)
def test_columns_and_types(long_zone, source, feed, file_format, table):
    declared = {column["name"]: column["data_type"] for column in table["columns"]} | FEED_COLUMNS[feed]
    if file_format == "parquet":
        view = f"{source}_{table['name']}"
        found = {name: kind.lower() for name, kind, *_ in long_zone.rows(f"describe {view}")}
        del found["ingested_on"], found["file_row_number"]
        assert found == declared
    else:
        found = {name for name, *_ in long_zone.rows(f"describe {source}_{table['name']}")} - {"ingested_on"}
        paths = {meta_of(column).get("path", column["name"]).split(".")[0] for column in table["columns"]}
        assert found == paths | {"_ingested_at"}


@pytest.mark.parametrize(("source", "feed", "file_format", "table"), TABLES, ids=NAMES)
def test_values(long_zone, source, feed, file_format, table):
    view = f"{source}_{table['name']}"
    alive = "_op <> 'd'" if feed == "cdc" else "true"
    for column in table["columns"]:
        meta = meta_of(column)
        path = meta.get("path", column["name"])
        if meta.get("required"):
            long_zone.none(f"from {view} where {path} is null and {alive}")
        allowed = meta.get("accepted_values") or DOMAINS.get(meta.get("domain"))
        if allowed:
            long_zone.none(f"select {path} from {view} where {path} not in {tuple(allowed)}")
        if path != column["name"] or file_format == "jsonl":
            long_zone.none(
                f"from {view} where try_cast({path} as {column['data_type']}) is null and {path} is not null"
            )


@pytest.mark.parametrize(("source", "feed", "file_format", "table"), TABLES, ids=NAMES)
def test_rows_land_on_their_day(long_zone, source, feed, file_format, table):
    view = f"{source}_{table['name']}"
    long_zone.none(f"from {view} where cast(_ingested_at as date) <> ingested_on")
    if feed == "cdc":
        long_zone.none(f"from {view} where cast(_committed_at as date) <> ingested_on or _ingested_at < _committed_at")


def test_documents_keep_every_path(long_zone):
    table = next(table for source, _, _, table in TABLES if source == "web")
    for column in table["columns"]:
        path = meta_of(column).get("path", column["name"])
        assert long_zone.value(f"select count({path}) from web_events") > 0, column["name"]
