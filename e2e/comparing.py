"""Compare warehouses table by table, row by row."""

from pathlib import Path

import duckdb
import yaml

# What tells of the builds and not of the business: which run wrote a row.
OF_THE_BUILD = {"_load_id", "load_id", "invocation_id"}
# Snapshots say when the warehouse came to believe something: they may differ in times, and in what no build saw. Where
# the same data were there for the same builds, only the times may: when a row began to hold, and the id made of it.
SNAPSHOTS = "snapshots"
# Which runs there were, what they tested, and what rows named in between: two warehouses may be the same by other ways.
# They may also have been built in other months, which is what segment_movements, made of a snapshot, is about.
RUNS = [
    "runs",
    "run_audit",
    "model_timings",
    "node_timings",
    "former_parents",
    "node_runs",
    "tested_loads",
    "segment_movements",
]
# What data tests found; many builds of tests run none.
FOUND_BY_TESTS = "audit"
OF_THE_CLOCK = {"dbt_valid_from", "dbt_updated_at", "dbt_scd_id"}
# Of when a row ceased to hold, or in which run, there remains whether it did.
CEASED = {"dbt_valid_to": "dbt_valid_to is null", "_superseded_load_id": "_superseded_load_id is null"}


def differences(left: Path, right: Path, snapshots: bool = False) -> list[str]:
    """What is not the same: tables, columns, or rows in either direction; empty where all is equal.

    `snapshots` are compared too where both warehouses saw the same data in the same builds, except for times.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{left}' as one (read_only)")
        connection.execute(f"attach '{right}' as other (read_only)")
        one, other = tables(connection, "one", snapshots), tables(connection, "other", snapshots)
        alone = (one.keys() ^ other.keys()) | (views(connection, "one") ^ views(connection, "other"))
        found = [f"{name} is on one side only" for name in sorted(alone)]
        for name in sorted(one.keys() & other.keys()):
            if one[name] != other[name]:
                found.append(f"{name} has other columns")
                continue
            columns = ", ".join(CEASED.get(column, f'"{column}"') for column in one[name])
            for a, b in (("one", "other"), ("other", "one")):
                missing = f"select {columns} from {a}.{name} except all select {columns} from {b}.{name}"
                if rows := connection.execute(f"select count(*) from ({missing})").fetchone()[0]:
                    found.append(f"{name}: {rows} rows of {a} are not in the {b}")
    return found


def tables(connection: duckdb.DuckDBPyConnection, database: str, snapshots: bool) -> dict[str, list[str]]:
    """The columns of each table, by qualified name."""
    rows = connection.execute(
        "select schema_name || '.' || table_name, list(column_name order by column_index) from duckdb_columns() "
        "inner join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = ? and not list_contains(?, schema_name) and not list_contains(?, column_name) "
        "and not list_contains(?, table_name) group by all",
        [
            database,
            [FOUND_BY_TESTS] if snapshots else [FOUND_BY_TESTS, SNAPSHOTS],
            sorted(OF_THE_BUILD | OF_THE_CLOCK),
            RUNS,
        ],
    ).fetchall()
    return dict(rows)


def views(connection: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    """The qualified names of all views; what they show is in tables."""
    named = "select schema_name || '.' || view_name from duckdb_views() where database_name = ? and not internal"
    return {row[0] for row in connection.execute(named, [database]).fetchall()}


def query(warehouse: Path, sql: str, *parameters) -> list[tuple]:
    """Rows of a finished warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


def declared_models() -> dict[str, dict]:
    """What the YAML files below models/ declare of each model."""
    files = (Path(__file__).resolve().parent.parent / "models").rglob("*.yml")
    documents = [yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for file in files]
    return {model["name"]: model for document in documents for model in document.get("models", ())}
