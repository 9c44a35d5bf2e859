"""What a connector by Debezium is told: a YAML file that says which tables of a database are which of the contract."""

import os
import re
import zlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from techco.contract.declarations import Declaration, Place, Refusal, read_yaml, validated
from techco.contract.raw_contract import Contract

from ingest.debezium.kinds import KINDS, Kind
from ingest.tables import Followed, SourceTable, as_mapping, followed

# What Debezium is told by the connector itself, by their beginnings: with other values changes could be passed over,
# or land in another form.
OWN_SETTINGS = (
    "name connector.class topic.prefix offset. schema.history. snapshot.mode table.include.list table.exclude.list "
    "column. database.server.id database.hostname database.port database.user database.password database.dbname "
    "database.names database.include.list database.exclude.list tombstones.on.delete include.schema.changes "
    "skipped.operations decimal.handling.mode time.precision.mode bigint.unsigned.handling.mode value.converter "
    "key.converter max.batch.size max.queue.size poll.interval.ms heartbeat.interval.ms errors.max.retries "
    "message.key.columns transforms"
).split()


class Connection(Declaration):
    """Where the database is; its password comes by the environment."""

    host: str
    user: str
    # Oracle: the service.
    database: str
    port: int | None = Field(default=None, gt=0, lt=2**16)


class Config(Declaration):
    """A database and its tables, by their names in the contract."""

    source: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_]+$"),
        Refusal("the source {found} is no name", "Use letters, digits and underscores"),
    ]
    engine: Literal["mysql", "oracle", "sqlserver"]
    connection: Connection
    tables: dict[str, Annotated[SourceTable, BeforeValidator(as_mapping)]]
    # Settings of Debezium, as `database.ssl.mode`; and of the database's JDBC driver, as `sslMode`.
    settings: dict[str, str] = Field(default_factory=dict)
    driver: dict[str, str] = Field(default_factory=dict)
    # A file for each table that has changes, so often at most (Debezium waits five seconds at the longest) and after
    # so many rows at the latest. They are in the Java machine's memory until then.
    land_every_seconds: float = Field(default=5.0, gt=0, le=5)
    land_rows: int = Field(default=20_000, gt=0)
    java_memory: Annotated[
        str, Field(pattern=r"^[0-9]+[mg]$"), Refusal("java_memory {found} is no size", "Write it as `1g` or `768m`")
    ] = "1g"
    # Where the positions of this server begin, if those of the server before it were greater.
    positions_from: int = Field(default=0, ge=0)

    @property
    def kind(self) -> Kind:
        """The kind of database."""
        return KINDS[self.engine]

    @property
    def port(self) -> int:
        """The port, that of the kind where none is named."""
        return self.connection.port or self.kind.port

    @property
    def password_variable(self) -> str:
        """The variable of the environment that holds the password."""
        return f"TECHCO_{self.source.upper()}_PASSWORD"

    @property
    def password(self) -> str:
        """The password."""
        return os.environ.get(self.password_variable, "")

    @property
    def url(self) -> str:
        """The address for JDBC."""
        at = self.connection
        return self.kind.url.format(host=at.host, port=self.port, database=at.database)


def read_config(file: Path, contract: Contract) -> tuple[Config, list[Followed]]:
    """The configuration and its tables, held against the contract; raises ContractError."""
    place = Place(file)
    config: Config = validated(Config, read_yaml(file), place)
    for name in (*config.settings, *config.driver):
        if "password" in name.lower():
            place.fail(f"it holds a password ({name})", f"Put it into {config.password_variable}")
    for name in config.settings:
        if any(re.match(re.escape(own) + ("" if own.endswith(".") else r"($|\.)"), name) for own in OWN_SETTINGS):
            place.fail(f"it sets {name}, which the connector sets itself", "Leave it out")
    if config.source not in contract.sources:
        place.fail(
            f"the contract knows no source {config.source!r}", f"Use one of {', '.join(sorted(contract.sources))}"
        )
    if not config.tables:
        example = f"{config.connection.database}.orders" if config.kind.folder == "db" else "dbo.orders"
        place.fail("it names no tables", f"Add `tables: {{orders: {example}}}`")
    names = [table.table.lower() for table in config.tables.values()]
    if len(set(names)) < len(names):
        place.fail("two tables of the contract come from one of the database", "Name each once")
    return config, [followed(config.source, name, table, contract, place) for name, table in config.tables.items()]


def settings(config: Config, offsets: Path, history: Path) -> dict[str, str]:
    """What Debezium is told."""
    at, every = config.connection, str(int(config.land_every_seconds * 1000))
    of_kind = {
        "mysql": {
            "database.include.list": re.escape(at.database),
            # Servers tell replicas apart by it, and let go of an older one of the same: that of a killed connector.
            "database.server.id": str(2**30 + zlib.crc32(str(history.resolve()).encode()) % 2**30),
        },
        "oracle": {"database.dbname": at.database},
        "sqlserver": {"database.names": at.database},
    }
    return {
        **config.kind.settings,
        **{f"driver.{name}": value for name, value in config.driver.items()},
        **config.settings,
        **of_kind[config.engine],
        "name": f"techco-{config.source}",
        "connector.class": config.kind.connector,
        "topic.prefix": config.source,
        "database.hostname": at.host,
        "database.port": str(config.port),
        "database.user": at.user,
        "database.password": config.password,
        "table.include.list": ",".join(re.escape(table.table) for table in config.tables.values()),
        # A snapshot where there is no offset, and where the server has no log any more for the one there is.
        "snapshot.mode": "when_needed",
        # Written before each start from what has landed, so that what Debezium makes of it is never read.
        "offset.storage": "org.apache.kafka.connect.storage.FileOffsetBackingStore",
        "offset.storage.file.filename": str(offsets),
        "offset.flush.interval.ms": "0",
        "schema.history.internal": "io.debezium.storage.file.history.FileSchemaHistory",
        "schema.history.internal.file.filename": str(history),
        "schema.history.internal.store.only.captured.tables.ddl": "true",
        # Values as text, with all digits: numbers, days, instants.
        "decimal.handling.mode": "string",
        "bigint.unsigned.handling.mode": "precise",
        "time.precision.mode": "isostring",
        "tombstones.on.delete": "false",
        "include.schema.changes": "false",
        # Truncates, too, which Debezium leaves out by default.
        "skipped.operations": "none",
        "key.converter.schemas.enable": "false",
        "value.converter.schemas.enable": "false",
        "value.converter.decimal.format": "NUMERIC",
        # A batch of Debezium is what lands at once.
        "max.batch.size": str(config.land_rows),
        "max.queue.size": str(config.land_rows * 2),
        "poll.interval.ms": every,
        "heartbeat.interval.ms": every,
        # The connector waits, and says what it waits for.
        "errors.max.retries": "0",
    }
