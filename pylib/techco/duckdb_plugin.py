"""What dbt-duckdb attaches to each connection: the vault with the pepper, and the listing of the landing zone.

Both are databases in memory. The pepper therefore stands in no SQL text, compiled file, log or warehouse file.
"""

import fcntl
import glob
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from dbt.adapters.duckdb.credentials import DuckDBCredentials
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from techco import dbt_overhead, owner_only, run_origin, settings
from techco.contract.landing_zone import LandedFile, LandingZone, LandingZoneError, list_files, read_zone
from techco.contract.raw_contract import Contract, ContractError, load_contract
from techco.contract.validation.ahead import Subject, findings_of
from techco.contract.validation.causes import by_cause
from techco.contract.validation.csv_files import csv_header
from techco.contract.validation.file_paths import misplacement
from techco.contract.validation.findings import Finding
from techco.operations import news
from techco.privacy import vault
from techco.serving.publish_lock import wait_for_publish
from techco.sql import literal, only_row

# Schemas that no folder of dbt_project.yml names.
OTHER_SCHEMAS = frozenset({"raw", "base", "personal"})
# Four days of 30 orders do not build in 200MB; with a tenth of this, DuckDB fails before dbt can say why.
LEAST_MEMORY = "100MB"
# Type and values of each column.
Columns = Mapping[str, tuple[pa.DataType, Sequence[object]]]


class Plugin(BasePlugin):
    """dbt-duckdb finds a plugin by this name."""

    def update_connection_config(self, creds: DuckDBCredentials, config: dict[str, Any]) -> None:
        """Refuse a warehouse file that DuckDB could not tell from a schema, and a memory limit that is none.

        Makes the warehouse's folder, closes what holds clear values to all but their owner, and waits where a release
        is being written from the warehouse.
        """
        owner_only.set_umask()
        if (limit := (creds.settings or {}).get("memory_limit")) is not None:
            require_memory_limit(limit)
        if not settings.warehouse_is_named():
            creds.path = str(in_project(creds.path))
        path = Path(creds.path)
        if path.stem in schemas():
            raise DbtRuntimeError(
                f"The warehouse file {path} has the name of a schema, which DuckDB calls ambiguous. "
                "Set TECHCO_WAREHOUSE to another file name, for example warehouse/techco.duckdb."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        if str(path) != ":memory:":
            owner_only.close_warehouse(path)
        close_files_of_dbt()
        wait_for_publish(path)
        require_free(path)
        dbt_overhead.spare_work()

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach `vault` and `landing`; raise where no pepper may be used or the contract is wrong."""
        landing = settings.landing_folder(in_project("."))
        try:
            # Without a landing zone there is nothing to build, but documentation and linters still connect.
            zone = read_zone(landing) if landing.exists() else None
            files = list_files(landing) if zone else []
            vault.attach(conn, holds_persons=bool(zone and files and not zone.simulated))
            attach_landing(conn, landing, zone, files)
        except (LandingZoneError, ContractError, vault.VaultError) as error:
            raise DbtRuntimeError(str(error)) from error


def flag_of_dbt(name: str) -> str | None:
    """A flag of the dbt command."""
    # dbt declares no type for it.
    return getattr(get_flags(), name, None)  # type: ignore[no-untyped-call]


def project_folder() -> Path:
    """The folder of the project that dbt works on, which `--project-dir` may name from elsewhere."""
    return Path(flag_of_dbt("PROJECT_DIR") or "")


def schemas() -> frozenset[str]:
    """The schemas of the warehouse."""
    project = (project_folder() / "dbt_project.yml").read_text(encoding="utf-8")
    return OTHER_SCHEMAS | frozenset(re.findall(r"\+schema: (\w+)", project))


def in_project(name: str) -> Path:
    """A path that nobody has set, which is one in the project; as it stands where dbt runs in the project's folder."""
    project = project_folder().resolve()
    return Path(name) if project == Path.cwd() or name == ":memory:" else project / name


def close_files_of_dbt() -> None:
    """Close dbt's log and what it compiles, which hold no values, but what a company sells, and how it is counted."""
    for folder in (flag_of_dbt("LOG_PATH") or "logs", flag_of_dbt("TARGET_PATH") or "target"):
        owner_only.close_tree(Path(folder))


def require_free(warehouse: Path) -> None:
    """Raise DbtRuntimeError where another process has the warehouse open, which DuckDB itself tells by a process id."""
    if not warehouse.is_file():
        return
    with open(warehouse, "rb+") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DbtRuntimeError(
                f"The warehouse {warehouse} is in use: a build is running, or somebody reads it. "
                "Nothing was changed; try again when it is done."
            ) from error


def require_memory_limit(limit: str) -> None:
    """Raise DbtRuntimeError where `limit` is no size, or less than LEAST_MEMORY."""
    advice = "Set it to a size such as 6GB, up to three quarters of the machine's memory."
    with duckdb.connect() as conn:
        try:
            sizes = "select parse_formatted_bytes(?), parse_formatted_bytes(?)"
            given, least = only_row(conn, sizes, [limit, LEAST_MEMORY])
        except duckdb.Error as error:
            raise DbtRuntimeError(f"TECHCO_MEMORY_LIMIT is {limit!r}, which is no size ({error}). {advice}") from error
    if given < least:
        raise DbtRuntimeError(f"TECHCO_MEMORY_LIMIT is {limit}; no build fits into less than {LEAST_MEMORY}. {advice}")


def attach_landing(conn: DuckDBPyConnection, landing: Path, zone: LandingZone | None, files: list[LandedFile]) -> None:
    """Attach `landing` in memory: the landing zone's files, what is wrong with those not loaded, whose run it is."""
    known = loaded_files(conn)
    if settings.is_run_of_erasure():
        files = [file for file in files if file.path_in_zone in known]
    new = [file for file in files if file.path_in_zone not in known]
    loaded = [file for file in files if file.path_in_zone in known]
    contract = load_contract(project_folder()) if files else Contract({})
    findings = findings_of(Subject(new, loaded, contract, landing))
    # A full refresh would read them again, and leave out in silence what has become a link to elsewhere. The run of an
    # erasure opens none.
    odd = [] if settings.is_run_of_erasure() else [file for file in loaded if not (file.is_regular and file.is_inside)]
    moved = (misplacement(file, contract) for file in odd)
    findings += [found for found in moved if found]
    findings += closing(zone) if zone else []
    # A file without rows is the delivery of a day on which there was nothing, as many days are: no news for a build.
    causes = by_cause([finding for finding in findings if finding.code != "empty"])
    conn.execute("attach ':memory:' as landing")
    create_table(conn, "zone", {"landing_zone_id": (pa.string(), [zone.landing_zone_id] if zone else [])})
    listing: Columns = {
        "file": (pa.string(), [file.path_in_zone for file in files]),
        # The file for a reader, which takes patterns, as a literal of SQL.
        "literal": (pa.string(), [literal(glob.escape(str(landing / file.path_in_zone))) for file in files]),
        "source_name": (pa.string(), [file.source for file in files]),
        "table_name": (pa.string(), [file.table for file in files]),
        "ingested_on": (pa.date32(), [file.ingested_on for file in files]),
        "bytes": (pa.int64(), [file.bytes for file in files]),
        # Of a file that no table reads there is no format: what is read is what was checked.
        "format": (pa.string(), [file.format if is_read(file, contract) else None for file in files]),
        "header": (pa.string(), [header_of(file, contract, landing) for file in files]),
    }
    create_table(conn, "files", listing)
    found: Columns = {
        "severity": (pa.string(), [cause.severity for cause in causes]),
        "message": (pa.string(), [str(cause) for cause in causes]),
    }
    create_table(conn, "findings", found)
    origin = {
        "started_by": (pa.string(), [run_origin.started_by()]),
        "git_commit": (pa.string(), [run_origin.git_commit(project_folder())]),
        "landing_folder": (pa.string(), [str(landing)]),
        "project_fingerprint": (pa.string(), [news.read_files(project_folder()).shared]),
    }
    create_table(conn, "run", origin)


def is_read(file: LandedFile, contract: Contract) -> bool:
    """Whether a table reads the file: it lies where it should, under a name that can be read."""
    return misplacement(file, contract) is None


def closing(zone: LandingZone) -> list[Finding]:
    """Close an invented zone; a warning where others can read a real one, which is not this project's to change."""
    if zone.simulated:
        owner_only.close(zone.root.resolve())
    if zone.simulated or not owner_only.is_open(zone.root):
        return []
    return [
        Finding(
            "warning",
            str(zone.root),
            None,
            "a landing zone that its owner alone can read, as it holds clear values of persons",
            "a folder that others on this machine can read",
            f"Let the job that lands files write with umask 077, and run: chmod -R go-rwx {zone.root}",
            "open_to_others",
        )
    ]


def header_of(file: LandedFile, contract: Contract, landing: Path) -> str | None:
    """The header of a CSV file as a JSON array; None for other formats and what cannot be read."""
    if file.format != "csv" or not is_read(file, contract):
        return None
    header = csv_header(landing / file.path_in_zone, contract.tables[file.named])
    return json.dumps(header) if header else None


def create_table(conn: DuckDBPyConnection, name: str, columns: Columns) -> None:
    """Make a table of the `landing` database; `columns` maps name to type and values."""
    rows = pa.table({column: pa.array(values, data_type) for column, (data_type, values) in columns.items()})
    conn.register("arrow_rows", rows)
    conn.execute(f"create table landing.main.{name} as select * from arrow_rows")
    conn.unregister("arrow_rows")


def loaded_files(conn: DuckDBPyConnection) -> set[str]:
    """The files that base models have loaded, as paths within the landing zone; empty for a new warehouse."""
    table_exists = "select count(*) from information_schema.tables where table_schema = 'base' and table_name = ?"
    if not only_row(conn, table_exists, ["loaded_files"])[0]:
        return set()
    files = conn.execute("select file_path from base.loaded_files").fetchall()
    # A warehouse of before this table has none; its empty files are looked at once more.
    if only_row(conn, table_exists, ["empty_files"])[0]:
        files += conn.execute("select file_path from base.empty_files").fetchall()
    return {row[0] for row in files}
