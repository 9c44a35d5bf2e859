"""`python -m techco.operations.rekey`: give every person a new key, under a new pepper, while nobody builds.

A pepper that got known undoes every pseudonym; so each key is replaced in every table that holds it, snapshots among
them, which no build could make again. Keys of erased persons stay: nobody can tell any more whose they were.
"""

import sys
from pathlib import Path

import duckdb

from techco import settings
from techco.command import run
from techco.contract.landing_zone import LandingZoneError, list_files, read_zone
from techco.operations.erase import EraseError, connect, read_unfinished, renew_releases, rewrite_warehouse, tables_of
from techco.privacy import vault
from techco.settings import landing_folder, warehouse_file
from techco.sql import only_row

# Keys that are made of a person's key, as their models make them: table, column, and what is hashed beside the key.
MADE_OF_KEYS = {
    ("core", "dim_customer_version"): ("customer_version_key", ("valid_from",)),
    ("core", "fct_consent"): ("consent_key", ("purpose", "valid_from")),
}


class RekeyError(Exception):
    """Nothing was changed; the message says why."""


def rekey(warehouse: Path, old_pepper: str, new_pepper: str) -> dict[str, int]:
    """Replace all keys of living persons and devices, in one transaction; return the rows changed by table.

    Raises RekeyError where `old_pepper` is not this warehouse's, and EraseError where the warehouse is in use.
    """
    changed: dict[str, int] = {}
    with connect(warehouse) as connection:
        known = {f"{schema}.{table}" for schema, table in tables_of(connection, connection_name(connection))}
        if not {"base.identity", "pii.person_keys"} <= known:
            raise RekeyError(f"The warehouse {warehouse} holds no persons yet; run `make build` first.")
        remembered = connection.execute("select pepper_fingerprint from base.identity").fetchall()
        if remembered != [(vault.fingerprint(old_pepper),)]:
            raise RekeyError(f"TECHCO_PEPPER is not the pepper that {warehouse} was built with. Set that one.")
        connection.create_function("old_key", lambda value: vault.pseudonym(old_pepper, value), ["varchar"], "varchar")
        connection.create_function("new_key", lambda value: vault.pseudonym(new_pepper, value), ["varchar"], "varchar")
        connection.begin()
        make_mapping(connection, known)
        for schema, table in sorted(name.split(".") for name in known):
            if rows := replace_keys(connection, schema, table):
                changed[f"{schema}.{table}"] = rows
        if "base.tested_loads" in known:
            # The rows keep their load ids, and hold values that nobody has tested.
            connection.execute("delete from base.tested_loads")
        connection.execute("update base.identity set pepper_fingerprint = ?", [vault.fingerprint(new_pepper)])
        connection.commit()
    return changed


def connection_name(connection: duckdb.DuckDBPyConnection) -> str:
    """What DuckDB calls the open warehouse."""
    return str(only_row(connection, "select current_database()")[0])


def make_mapping(connection: duckdb.DuckDBPyConnection, known: set[str]) -> None:
    """A table of old and new keys: of persons, of their devices, of what is hashed from them."""
    persons = "select person_key as old, new_key(person_id) as new from pii.person_keys"
    connection.execute(f"create temp table mapping as {persons}")
    if "base.base_web__events" in known:
        connection.execute(
            "insert into mapping select old_key(device_id), new_key(device_id) "
            "from (select distinct device_id from base.base_web__events where device_id is not null)"
        )
    for (schema, table), (key, others) in MADE_OF_KEYS.items():
        if f"{schema}.{table}" in known:
            told = "".join(f" || '|' || cast({column} as varchar)" for column in others)
            connection.execute(
                f"insert into mapping select made.{key}, md5(mapping.new{told}) "
                f"from {schema}.{table} as made inner join mapping on made.customer_key = mapping.old"
            )
    # Rows whose retention is over name their person by the key; visits without a session id their device or person.
    connection.execute(
        "insert into mapping select prefix || old, prefix || new "
        "from mapping cross join (values ('erased:'), ('device:'), ('customer:')) as prefixes (prefix)"
    )


def replace_keys(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Replace the keys in all columns of text of a table; return how many values were replaced."""
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = ? and table_name = ? and data_type = 'VARCHAR'",
        [schema, table],
    ).fetchall()
    rows = 0
    for (column,) in columns:
        rows += connection.execute(
            f'update "{schema}"."{table}" as held set "{column}" = mapping.new '
            f'from mapping where held."{column}" = mapping.old'
        ).fetchall()[0][0]
    return rows


def main() -> int:
    """Rekey the warehouse of TECHCO_WAREHOUSE from TECHCO_PEPPER to TECHCO_NEW_PEPPER; returns 1 where it cannot."""
    warehouse = warehouse_file()
    landing = landing_folder()
    new_pepper = settings.new_pepper()
    try:
        zone = read_zone(landing)
        old_pepper = vault.pepper(holds_persons=bool(list_files(landing)) and not zone.simulated)
        if len(new_pepper) < vault.MINIMUM_LENGTH or new_pepper == old_pepper:
            raise RekeyError(
                f"TECHCO_NEW_PEPPER must be another pepper of {vault.MINIMUM_LENGTH} characters or more: make one with "
                "`python -c 'import secrets; print(secrets.token_hex(32))'`."
            )
        if not warehouse.exists():
            raise RekeyError(f"There is no warehouse at {warehouse}. Set TECHCO_WAREHOUSE to the one that is meant.")
        if read_unfinished(warehouse).keys:
            raise RekeyError("An erasure is not finished, and its keys are of the old pepper: run `make erase` first.")
        changed = rekey(warehouse, old_pepper, new_pepper)
        # The old keys must not stay readable in free blocks, nor in releases.
        rewrite_warehouse(warehouse)
        published = renew_releases(warehouse)
    except (RekeyError, EraseError, LandingZoneError, vault.VaultError) as error:
        print(error, file=sys.stderr)
        return 1
    for table, rows in changed.items():
        print(f"{table}: {rows} keys replaced")
    print(published or "no release was there to be renewed")
    print("Done. From now on TECHCO_PEPPER is the new one; backups of before belong to the old one: make a new one.")
    return 0


if __name__ == "__main__":
    run(
        main,
        "Keys change in one transaction: all are new, or none. "
        "A build tells which pepper fits; run it again if it is the old one.",
    )
