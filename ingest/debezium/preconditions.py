"""What a database has to be like, looked at first; what is missing is said with the statement that makes it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from ingest.debezium.config import Config
from ingest.preconditions import NotReady, require_columns
from ingest.tables import Followed


class Database(Protocol):
    """A connection for questions."""

    def ask(self, query: str, *parameters: str) -> list[tuple[str | None, ...]]:
        """The rows of an answer, as text."""

    def columns(self, folder: str, table: str) -> list[str]:
        """The columns of a table, none where there is no such table."""

    def unique_keys(self, folder: str, table: str) -> list[frozenset[str]]:
        """The sets of columns by which rows of a table are unique, that of the primary key too."""


def require(database: Database, config: Config, tables: Iterable[Followed]) -> dict[str, list[str]]:
    """The columns of each table; raises NotReady where the server or a table is not as it has to be."""
    LOOKS[config.engine](database, config)
    return {table.name: look_up(database, config, table) for table in tables}


def look_up(database: Database, config: Config, table: Followed) -> list[str]:
    """The columns of a table: it has those that the contract requires, and its key is one."""
    name = table.source.table
    folder, own = name.split(".")
    there = database.columns(folder, own)
    if not there:
        raise NotReady(
            f"there is no table {name} that {config.connection.user} may read. Correct the configuration, "
            f"make the table, or run `grant select on {name} to {config.connection.user}`"
        )
    names = {column.lower() for column in there}
    require_columns(table, lambda column: column.lower() in names)
    key = frozenset(table.name_in_database(column).lower() for column in table.declared.key)
    if key not in [frozenset(column.lower() for column in unique) for unique in database.unique_keys(folder, own)]:
        raise NotReady(
            f"{name} has no unique index on ({', '.join(sorted(key))}) alone, and the contract knows its rows by that. "
            "Make one, or change the key in the contract"
        )
    if config.engine == "sqlserver":
        require_captured(database, folder, own)
    if config.engine == "oracle":
        require_logged(database, folder, own)
    return there


# ---------- servers


def require_binlog(database: Database, config: Config) -> None:
    """MySQL: a log of whole rows, which this user may read."""
    wanted = {
        "log_bin": ("ON", "1"),
        "binlog_format": ("ROW",),
        "binlog_row_image": ("FULL",),
        # Rows of a compressed event have no positions of their own.
        "binlog_transaction_compression": ("OFF", "0"),
        "log_bin_compress": ("OFF", "0"),
    }
    names = ", ".join(f"'{name}'" for name in wanted)
    found = {
        str(name).lower(): str(value)
        for name, value in database.ask(f"show global variables where variable_name in ({names})")
    }
    for name, values in wanted.items():
        if name not in found or found[name].upper() in values:
            continue
        how = (
            "Start the server with `log_bin = binlog` and a `server_id` in its my.cnf"
            if name == "log_bin"
            else f"Run `set global {name} = {values[0]}`, note it in the server's my.cnf, and reconnect its sessions"
        )
        raise NotReady(f"{name} is {found[name]}, and has to be {values[0]}. {how}")
    grants = " ".join(str(grant) for (grant,) in database.ask("show grants")).upper()
    if not any(right in grants for right in ("ALL PRIVILEGES ON *.*", "REPLICATION SLAVE", "REPLICATION REPLICA")):
        raise NotReady(
            f"{config.connection.user} may not read the log. Run `grant select, reload, show databases, "
            f"replication slave, replication client, lock tables on *.* to {config.connection.user}`"
        )


def require_redo_log(database: Database, config: Config) -> None:
    """Oracle: redo logs are archived, and say what identifies a row."""
    ((mode, supplemental),) = database.ask("select log_mode, supplemental_log_data_min from v$database")
    if mode != "ARCHIVELOG":
        raise NotReady(f"the database is in mode {mode}. Run `alter database archivelog` while it is mounted")
    if supplemental == "NO":
        raise NotReady("redo logs do not tell rows apart. Run `alter database add supplemental log data`")


def require_logged(database: Database, folder: str, table: str) -> None:
    """Oracle: redo logs hold whole rows of a table."""
    found = database.ask(
        "select 1 from all_log_groups where owner = ? and table_name = ? and log_group_type = 'ALL COLUMN LOGGING'",
        folder, table,
    )  # fmt: skip
    if not found:
        raise NotReady(
            f"redo logs lack columns of {folder}.{table} that did not change. "
            f"Run `alter table {folder}.{table} add supplemental log data (all) columns`"
        )


def require_change_tables(database: Database, config: Config) -> None:
    """SQL Server: change data capture is on in the database."""
    ((is_on,),) = database.ask("select cast(is_cdc_enabled as int) from sys.databases where name = db_name()")
    if is_on != "1":
        raise NotReady(
            f"change data capture is off in {config.connection.database}. Run `exec sys.sp_cdc_enable_db` there, and "
            "see that SQL Server Agent runs"
        )


def require_captured(database: Database, folder: str, table: str) -> None:
    """SQL Server: a table's changes are captured."""
    found = database.ask(
        "select 1 from sys.tables t join sys.schemas s on s.schema_id = t.schema_id "
        "where s.name = ? and t.name = ? and t.is_tracked_by_cdc = 1",
        folder, table,
    )  # fmt: skip
    if not found:
        raise NotReady(
            f"changes of {folder}.{table} are not captured. Run `exec sys.sp_cdc_enable_table "
            f"@source_schema = '{folder}', @source_name = '{table}', @role_name = null`"
        )


LOOKS: dict[str, Callable[[Database, Config], None]] = {
    "mysql": require_binlog,
    "oracle": require_redo_log,
    "sqlserver": require_change_tables,
}
