"""Python models: the body of the procedure that dbt-snowflake writes is run here, with a real Snowpark session.

The session speaks to this same emulator. Of Snowpark only `create_dataframe` of a pandas frame is replaced, as it
uploads through a stage that fakesnow does not have.
"""

import os
import re
import sys
import threading
import types
import uuid
import zipfile
from typing import Any

import fakesnow.server
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.transforms import stage

from tools.emulator.skipped import without_comments

ANONYMOUS = re.compile(
    r"with\s+\S+\s+as\s+procedure\s*\(\s*\)(?P<head>.*?)\bas\s*\$\$(?P<code>.*)\$\$\s*call\s", re.IGNORECASE | re.DOTALL
)
IMPORTS = re.compile(r"\bimports\s*=\s*\((.*?)\)", re.IGNORECASE | re.DOTALL)
# Modules and their search path belong to the whole process.
one_at_a_time = threading.Lock()
port: int | None = None


def is_procedure(statement: str) -> bool:
    """Whether a statement is the anonymous procedure of a Python model."""
    return ANONYMOUS.match(without_comments(statement)) is not None


def run(cursor: FakeSnowflakeCursor, statement: str) -> str:
    """Run the procedure; the statement that gives its answer."""
    found = ANONYMOUS.match(without_comments(statement))
    with one_at_a_time:
        answer = call(cursor, found["code"], imported(found["head"]))
    return "select '" + str(answer).replace("'", "''") + '\' as "anonymous block"'


def imported(head: str) -> list[str]:
    """The files that a procedure imports; raises FileNotFoundError for one that was never put on its stage."""
    listed = IMPORTS.search(head)
    paths = []
    for reference in re.findall(r"'@([^']+)'", listed[1]) if listed else []:
        name, _, path = reference.partition("/")
        folder = stage.internal_dir(".".join(part.upper() for part in name.split(".")))
        paths.append(os.path.join(folder, path))
        if not zipfile.is_zipfile(paths[-1]):
            raise FileNotFoundError(f"import @{reference}: no zip file of this name was put on the stage")
    return paths


def call(cursor: FakeSnowflakeCursor, code: str, imports: list[str]) -> Any:
    """Run the code's `main` with a session of its own; modules out of `imports` are forgotten afterwards."""
    from snowflake.snowpark import Session

    known = set(sys.modules)
    sys.path[:0] = imports
    place = {
        "host": "127.0.0.1",
        "port": port,
        "protocol": "http",
        "database": cursor._conn.database,
        "schema": cursor._conn.schema,
    }
    limits = {"network_timeout": 60, "platform_detection_timeout_seconds": 0.0}
    session = Session.builder.configs(
        {"account": "local", "user": "local", "password": "local"} | place | limits
    ).create()
    frames = Frames(session)
    try:
        module = types.ModuleType("python_model")
        exec(compile(code, "<python model>", "exec"), module.__dict__)
        return module.main(session)
    finally:
        frames.drop()
        session.close()
        for path in imports:
            sys.path.remove(path)
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", None)).startswith(tuple(imports) or "-"):
                del sys.modules[name]


class Frames:
    """Pandas frames as tables that live as long as a session does."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.tables: list[str] = []
        self.connection = fakesnow.server.shared_fs.duck_conn.cursor()
        self.of_snowpark = session.create_dataframe
        session.create_dataframe = session.createDataFrame = self.create_dataframe

    def create_dataframe(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        """A frame of rows; one of pandas is refused where Snowflake would give it quoted columns."""
        import pandas

        if not isinstance(data, pandas.DataFrame):
            return self.of_snowpark(data, *args, **kwargs)
        if lower := [column for column in data.columns if column != str(column).upper()]:
            raise ValueError(
                f"pandas columns {lower} would become quoted identifiers in Snowflake; write them in upper case"
            )
        database, schema = (
            name.strip('"') for name in (self.session.get_current_database(), self.session.get_current_schema())
        )
        table = f"{database}.{schema}.SNOWPARK_{uuid.uuid4().hex.upper()}"
        self.connection.register("frame", data)
        self.connection.execute(f"create table {table} as select * from frame")
        self.connection.unregister("frame")
        self.tables.append(table)
        return self.session.table(table)

    def drop(self) -> None:
        """Drop all of them."""
        for table in self.tables:
            self.connection.execute(f"drop table if exists {table}")
