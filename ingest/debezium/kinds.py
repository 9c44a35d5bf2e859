"""The kinds of databases that Debezium's engine is used for, and what differs between them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.debezium.positions import Source, of_binlog, of_oracle, of_sql_server


@dataclass(frozen=True)
class Kind:
    """A kind of database.

    `folder`: what the first part of a table's name is, `db` or `schema`. `url` is JDBC's. `settings` are Debezium's,
    for all databases of the kind.
    """

    name: str
    connector: str
    port: int
    url: str
    folder: str
    position: Callable[[Source], int]
    settings: dict[str, str] = field(default_factory=dict)


KINDS = {
    "mysql": Kind(
        "MySQL", "io.debezium.connector.mysql.MySqlConnector", 3306,
        "jdbc:mysql://{host}:{port}/{database}", "db", of_binlog,
        {
            # So often the server says that it is alive, by which an idle connector knows that it is not behind.
            "connect.keep.alive.interval.ms": "5000",
            # The year 1 is the year 1, and not 2001: the server has read years of two digits already.
            "enable.time.adjuster": "false",
        },
    ),
    "oracle": Kind(
        "Oracle", "io.debezium.connector.oracle.OracleConnector", 1521,
        "jdbc:oracle:thin:@//{host}:{port}/{database}", "schema", of_oracle,
    ),
    "sqlserver": Kind(
        "SQL Server", "io.debezium.connector.sqlserver.SqlServerConnector", 1433,
        "jdbc:sqlserver://{host}:{port};databaseName={database}", "schema", of_sql_server,
    ),
}  # fmt: skip
