"""Files have the columns and types of the raw contract, and only its accepted values."""

import pytest

from tools.simulator.tests.conftest import FEED_COLUMNS, contract

DOMAINS = {"currencies": ("EUR", "USD", "BRL", "GBP"), "countries": ("DE", "US", "BR", "GB")}
TABLES = contract()
NAMES = [f"{source}_{table['name']}" for source, _, table in TABLES]
each_table = pytest.mark.parametrize(("source", "meta", "table"), TABLES, ids=NAMES)


def meta_of(column: dict) -> dict:
    """What the contract says about a column besides its type."""
    return column.get("config", {}).get("meta", {})


def path_of(column: dict) -> str:
    """Where a column's value stands in a document."""
    return meta_of(column).get("path", column["name"])


def held(found: str, declared: str) -> str:
    """The declared type where the one found is it, or has two decimals where the contract keeps more."""
    return declared if found.endswith(",2)") and declared.startswith("decimal(") else found


@each_table
def test_columns_and_types(long_zone, source, meta, table):
    declared = {column["name"]: column["data_type"] for column in table["columns"]} | FEED_COLUMNS[meta["feed"]]
    found = {name: kind.lower() for name, kind, *_ in long_zone.rows(f"describe {source}_{table['name']}")}
    del found["ingested_on"]
    found.pop("file_row_number", None)
    if meta["format"] == "jsonl":
        paths = {path_of(column).split(".")[0] for column in table["columns"]}
        assert set(found) == paths | set(FEED_COLUMNS[meta["feed"]])
    else:
        assert {name: held(found[name], kind) for name, kind in declared.items()} == declared and len(found) == len(
            declared
        )


@each_table
def test_values(long_zone, source, meta, table):
    view = f"{source}_{table['name']}"
    alive = "_op <> 'd'" if meta["feed"] == "cdc" else "true"
    for column in table["columns"]:
        said, path = meta_of(column), path_of(column)
        if said.get("required"):
            long_zone.none(f"from {view} where {path} is null and {alive}")
        allowed = said.get("accepted_values") or DOMAINS.get(said.get("domain"))
        if allowed:
            long_zone.none(f"select {path} from {view} where cast({path} as varchar) not in {tuple(allowed)}")
        if meta["format"] == "jsonl":
            long_zone.none(
                f"from {view} where try_cast({path} as {column['data_type']}) is null and {path} is not null"
            )


@each_table
def test_elements_of_arrays(long_zone, source, meta, table):
    view = f"{source}_{table['name']}"
    for column in table["columns"]:
        declared = meta_of(column).get("elements")
        if not declared:
            continue
        elements = f"(select unnest({path_of(column)}) as element from {view})"
        found = {name for name, *_ in long_zone.rows(f"describe select unnest(element) from {elements}")}
        assert found == set(declared)
        for name, kind in declared.items():
            member = f"element.{name}"
            long_zone.none(f"from {elements} where try_cast({member} as {kind}) is null and {member} is not null")
        for name in meta_of(column)["required_elements"]:
            long_zone.none(f"from {elements} where element.{name} is null")


@each_table
def test_rows_land_on_their_day(long_zone, source, meta, table):
    view = f"{source}_{table['name']}"
    long_zone.none(f"from {view} where cast(_ingested_at as date) <> ingested_on")
    if meta["feed"] == "cdc":
        long_zone.none(f"from {view} where cast(_committed_at as date) <> ingested_on or _ingested_at < _committed_at")
    if meta["feed"] == "upsert":
        long_zone.none(f"from {view} where _ingested_at < _written_at")


@each_table
def test_documents_keep_every_path(long_zone, source, meta, table):
    if meta["format"] == "parquet":
        return
    for column in table["columns"]:
        path = path_of(column) if meta["format"] == "jsonl" else column["name"]
        assert long_zone.value(f"select count({path}) from {source}_{table['name']}") > 0, column["name"]
