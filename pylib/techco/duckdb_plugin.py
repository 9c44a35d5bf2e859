"""What dbt-duckdb attaches to each connection: the vault with the pepper, and the listing of the landing zone.

Both are databases in memory. The pepper therefore stands in no SQL text, compiled file, log or warehouse file.
"""

import os
from pathlib import Path

import pyarrow as pa
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from techco import vault
from techco.contract import ContractError, load_contract
from techco.landing_check import check
from techco.landing_zone import LandingZoneError, list_files, read_zone

SCHEMAS = frozenset(
    "raw base pii quarantine audit staging intermediate snapshots reference "
    "core kpi customers inventory marketing service governance".split()
)


class Plugin(BasePlugin):
    """dbt-duckdb finds a plugin by this name."""

    def update_connection_config(self, creds, config):
        """Refuse a warehouse file that DuckDB could not tell from a schema, and make its folder."""
        path = Path(creds.path)
        if path.stem in SCHEMAS:
            raise DbtRuntimeError(
                f"The warehouse file {path} has the name of a schema, which DuckDB calls ambiguous. "
                "Set TECHCO_WAREHOUSE to another file name, for example warehouse/techco.duckdb."
            )
        path.parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn: DuckDBPyConnection):
        """Attach `vault` and `landing`; raise where no pepper may be used or the contract is wrong."""
        landing = Path(os.environ.get("TECHCO_LANDING", "landing"))
        try:
            zone = read_zone(landing)
            vault.attach(conn, zone)
            attach_landing(conn, landing, zone)
        except (LandingZoneError, ContractError, vault.VaultError) as error:
            raise DbtRuntimeError(str(error)) from error


def attach_landing(conn: DuckDBPyConnection, landing: Path, zone) -> None:
    """Attach `landing` in memory: what lies in the landing zone and what is wrong with the files not loaded yet."""
    files = list_files(landing)
    loaded = loaded_files(conn)
    new = [file for file in files if file.path_in_zone not in loaded]
    findings = check(new, load_contract(Path.cwd()), landing, depth="sample")
    conn.execute("attach ':memory:' as landing")
    zone_row = {"landing_zone_id": [zone.landing_zone_id], "is_simulated": [zone.simulated]}
    create_table(conn, "zone", pa.table(zone_row))
    listing = {
        "file": pa.array([file.path_in_zone for file in files], pa.string()),
        "source_name": pa.array([file.source for file in files], pa.string()),
        "table_name": pa.array([file.table for file in files], pa.string()),
        "ingested_on": pa.array([file.ingested_on for file in files], pa.date32()),
    }
    create_table(conn, "files", pa.table(listing))
    found = {
        "severity": pa.array([finding.severity for finding in findings], pa.string()),
        "message": pa.array([str(finding) for finding in findings], pa.string()),
    }
    create_table(conn, "findings", pa.table(found))


def create_table(conn: DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Keep Arrow rows as a table of the `landing` database."""
    conn.register("arrow_rows", rows)
    conn.execute(f"create table landing.main.{name} as select * from arrow_rows")
    conn.unregister("arrow_rows")


def loaded_files(conn: DuckDBPyConnection) -> set[str]:
    """The files that base models have loaded, as paths within the landing zone; empty for a new warehouse."""
    known = conn.execute(
        "select count(*) from information_schema.tables where table_schema = 'base' and table_name = 'loaded_files'"
    ).fetchone()
    if not known[0]:
        return set()
    return {row[0] for row in conn.execute("select file_path from base.loaded_files").fetchall()}

