"""COPY INTO from a stage, through a select: each file once, what cannot be read is left out and told.

Of the forms that the statement has, those that the project writes: a stage and a file format by their names, and lines
of text, separated fields or Parquet.
"""

import os
import re
from dataclasses import dataclass

import duckdb
import snowflake.connector.errors as errors
import sqlglot
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.expr import normalise_ident
from fakesnow.transforms import stage
from sqlglot import exp

from tools.emulator.governance import literal
from tools.emulator.skipped import without_comments

COPY = re.compile(
    r"copy\s+into\s+(?P<table>[\w.$]+)\s*(?:\((?P<columns>[^)]*)\))?\s*from\s+(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
FILE_FORMAT = re.compile(
    r"create\s+(or\s+replace\s+)?file\s+format\s+(?:if\s+not\s+exists\s+)?(?P<name>[\w.$]+)\s+(?P<options>.*)",
    re.IGNORECASE | re.DOTALL,
)
STAGED = re.compile(r"'@(?P<stage>[\w.$]+)/(?P<path>[^']*)'")
FORMAT_NAME = re.compile(r"format_name\s*=\s*'(?P<name>[^']+)'", re.IGNORECASE)
PATTERN = re.compile(r"\bpattern\s*=\s*'(?P<pattern>[^']+)'", re.IGNORECASE)
OPTION = re.compile(r"(\w+)\s*=\s*('(?:[^']|'')*'|\([^)]*\)|[^\s,]+)")
# What a row is told of its file, as the readers below name it.
METADATA = {
    "METADATA$FILENAME": "_filename",
    "METADATA$FILE_ROW_NUMBER": "_file_row",
    "METADATA$START_SCAN_TIME": "cast(now() as timestamp)",
}
# Snowflake takes lines of 128 MB; DuckDB wants to know, and keeps two such buffers for each file.
LONGEST_LINE = 64 * 2**20
ENCODINGS = {"UTF8": "utf-8", "ISO88591": "latin-1", "UTF16": "utf-16"}

STAGES = "_fs_global._fs_information_schema._fs_stages"

file_formats: dict[str, dict[str, str]] = {}


@dataclass(frozen=True)
class Copy:
    """One COPY statement: the table's names, the stage's folder, the kind of file, and how rows become columns."""

    table: tuple[str, str, str]
    columns: list[str]
    folder: str
    path: str
    options: dict[str, str]
    select: str
    pattern: str
    purge: bool


def is_copy(statement: str) -> bool:
    """Whether a statement is a COPY INTO a table, or makes a file format, which are run here."""
    text = without_comments(statement)
    return COPY.match(text) is not None or FILE_FORMAT.match(text) is not None


def copy_into(cursor: FakeSnowflakeCursor, statement: str) -> str:
    """Load what is new; DuckDB's query for the answer. Raises ProgrammingError for an unknown stage or format."""
    text = without_comments(statement)
    if made := FILE_FORMAT.match(text):
        file_formats[made["name"].upper()] = {
            name.upper(): value.strip("'") for name, value in OPTION.findall(made["options"])
        }
        return f"select 'File format {made['name'].upper()} successfully created.' as status"
    copy = parsed(cursor, text)
    answers = load(cursor, copy, new_files(cursor, copy))
    if not answers:
        return "select 'Copy executed with 0 files processed.' as status"
    return answered(answers)


def answered(answers: list[tuple[str, int, str | None]]) -> str:
    """What Snowflake tells of files, as a query; a message of None is of one that is loaded."""
    columns = {
        "file": [literal(file) for file, _, _ in answers],
        "status": [literal("LOADED" if message is None else "LOAD_FAILED") for _, _, message in answers],
        "rows_parsed": [str(rows) for _, rows, _ in answers],
        "rows_loaded": [str(rows if message is None else 0) for _, rows, message in answers],
        "errors_seen": [str(int(message is not None)) for _, _, message in answers],
        "first_error": [literal(message) for _, _, message in answers],
    }
    kinds = {"rows_parsed": "bigint", "rows_loaded": "bigint", "errors_seen": "bigint"}
    # Lists and not a select for each file: 120 of them take a third of a second to parse and rewrite.
    told = (
        f'unnest(cast([{", ".join(values)}] as {kinds.get(name, "varchar")}[])) as "{name}"'
        for name, values in columns.items()
    )
    return "select " + ", ".join(told)


def parsed(cursor: FakeSnowflakeCursor, text: str) -> Copy:
    """The parts of a COPY statement."""
    match = COPY.match(text)
    rest = match["rest"]
    staged, named = STAGED.search(rest), FORMAT_NAME.search(rest)
    if not staged or not named:
        raise failure(f"the emulator wants a quoted stage and a named file format: {text[:200]}")
    if named["name"].upper() not in file_formats:
        raise failure(f"SQL compilation error: File format '{named['name'].upper()}' does not exist or not authorized.")
    catalog, schema, name = (normalise_ident(part) for part in match["table"].split("."))
    stage_name = ".".join(normalise_ident(part) for part in staged["stage"].split("."))
    known = f"select url from {STAGES} where concat_ws('.', database_name, schema_name, name) = ?"
    found = cursor._duck_conn.execute(known, [stage_name]).fetchone()
    if not found:
        raise failure(f"SQL compilation error: Stage '{stage_name}' does not exist or not authorized.")
    return Copy(
        table=(catalog, schema, name),
        columns=[column.strip() for column in (match["columns"] or "").split(",") if column.strip()],
        folder=folder_of(stage_name, found[0]),
        path=staged["path"],
        options=file_formats[named["name"].upper()],
        select=inner_select(rest),
        pattern=(PATTERN.search(rest) or {"pattern": ".*"})["pattern"],
        purge=re.search(r"purge\s*=\s*true", rest, re.IGNORECASE) is not None,
    )


def folder_of(stage_name: str, url: str) -> str:
    """Where a stage's files lie, with a slash at its end: a stage on a `file://` address stands for one on a bucket."""
    if not url:
        return stage.internal_dir(stage_name)
    if not url.startswith("file://"):
        raise failure(f"the emulator reaches no other external stage than one of file://, and {stage_name} is of {url}")
    return url.removeprefix("file://").rstrip("/") + "/"


def inner_select(rest: str) -> str:
    """The select in brackets that a COPY transforms rows with, reading from _staged."""
    depth, quoted = 0, False
    for place, character in enumerate(rest):
        quoted ^= character == "'"
        depth += 0 if quoted else {"(": 1, ")": -1}.get(character, 0)
        if depth == 0:
            return STAGED.sub("_staged", rest[1:place])
    raise failure("a bracket of COPY INTO is never closed")


def new_files(cursor: FakeSnowflakeCursor, copy: Copy) -> list[str]:
    """Files of the stage that fit the pattern and that the table has not loaded, as paths within the stage."""
    catalog, schema, name = copy.table
    loaded = cursor._duck_conn.execute(
        f"select file_name from {catalog}._fs_information_schema._fs_load_history "
        "where schema_name = ? and table_name = ? and status = 'LOADED'",
        [schema, name],
    ).fetchall()
    known = {file for (file,) in loaded}
    found = []
    for folder, _, files in os.walk(os.path.join(copy.folder, copy.path)):
        found += [os.path.relpath(os.path.join(folder, file), copy.folder) for file in files]
    return sorted(file for file in found if file not in known and re.fullmatch(copy.pattern, file))


def load(cursor: FakeSnowflakeCursor, copy: Copy, files: list[str]) -> list[tuple[str, int, str | None]]:
    """Load files into the table: together where all can be read, else one by one. (file, rows, error) of each."""
    if not files:
        return []
    try:
        return insert(cursor, copy, files)
    except duckdb.Error as error:
        if len(files) == 1:
            return [(files[0], 0, str(error).split("\n")[0])]
        return [answer for file in files for answer in load(cursor, copy, [file])]


def insert(cursor: FakeSnowflakeCursor, copy: Copy, files: list[str]) -> list[tuple[str, int, str | None]]:
    """Load files in one transaction, with the table's memory of them."""
    connection = cursor._duck_conn
    catalog, schema, name = copy.table
    target = f'"{catalog}"."{schema}"."{name}"'
    connection.begin()
    try:
        connection.execute(f"create or replace temp view _staged as {reader(copy, files)}")
        connection.execute(transformed(cursor, copy, target))
        counts = dict(connection.execute("select _filename, count(*) from _staged group by all").fetchall())
        # One statement: to remember 120 files one by one takes as long as to load them.
        connection.execute(
            f"insert into {catalog}._fs_information_schema._fs_load_history "
            "(schema_name, file_name, table_name, last_load_time, status, row_count, row_parsed, error_count) "
            "select ?, file, ?, now(), 'LOADED', row_count, row_count, 0 "
            "from (select unnest(?) as file, unnest(?) as row_count)",
            [schema, name, files, [counts.get(file, 0) for file in files]],
        )
        connection.commit()
    except duckdb.Error:
        connection.rollback()
        raise
    for file in files if copy.purge else []:
        os.remove(os.path.join(copy.folder, file))
    return [(file, counts.get(file, 0), None) for file in files]


def transformed(cursor: FakeSnowflakeCursor, copy: Copy, target: str) -> str:
    """The insert of what the statement's select makes of the staged rows."""
    staged = {row[0].lower() for row in cursor._duck_conn.execute("describe _staged").fetchall()}
    tree = sqlglot.parse_one(copy.select, read="snowflake").transform(lambda node: staged_column(node, staged))
    query = cursor._transform(tree, None).sql(dialect="duckdb")
    return f"insert into {target} ({', '.join(copy.columns)}) {query}"


def staged_column(node: exp.Expression, staged: set[str]) -> exp.Expression:
    """`$1`, `$1:name` of Parquet and `metadata$filename` as the readers name them; null for a column no file has."""
    if isinstance(node, exp.JSONExtract) and isinstance(node.this, exp.Parameter) and "_c1" not in staged:
        name = node.expression.sql(dialect="duckdb").strip("'").removeprefix("$.")
        return exp.column(name) if name.lower() in staged else exp.null()
    if isinstance(node, exp.Parameter):
        return exp.column(f"_c{node.name}")
    if isinstance(node, exp.Column) and node.name.upper() in METADATA:
        return sqlglot.parse_one(METADATA[node.name.upper()], read="duckdb")
    return node


def reader(copy: Copy, files: list[str]) -> str:
    """A query on the rows of files: columns, _filename within the stage, and _file_row from 1."""
    listed = ", ".join(literal(os.path.join(copy.folder, file)) for file in files)
    within_stage = f"substr(filename, {len(copy.folder) + 1}) as _filename"
    if copy.options["TYPE"].lower() == "parquet":
        return (
            f"select * exclude (filename, file_row_number), {within_stage}, file_row_number + 1 as _file_row "
            f"from read_parquet([{listed}], union_by_name = true, filename = true, file_row_number = true, "
            "hive_partitioning = false)"
        )
    delimiter = copy.options.get("FIELD_DELIMITER", ",")
    quote = copy.options.get("FIELD_OPTIONALLY_ENCLOSED_BY", "none")
    quote = "" if quote.lower() == "none" else quote
    separator = "chr(0)" if delimiter.lower() == "none" else "'" + delimiter.replace("\\t", "\t") + "'"
    fields = max(int(number) for number in re.findall(r"\$(\d+)", copy.select))
    columns = ", ".join(f"'_c{number}': 'varchar'" for number in range(1, fields + 1))
    encoding = ENCODINGS[copy.options.get("ENCODING", "UTF8").upper().replace("-", "")]
    return (
        f"select * exclude (filename, _line), {within_stage}, "
        "_line - min(_line) over (partition by filename) + 1 as _file_row "
        f"from (select *, row_number() over () as _line from read_csv([{listed}], columns = {{{columns}}}, "
        f"delim = {separator}, quote = '{quote}', escape = '{quote}', nullstr = chr(1), encoding = '{encoding}', "
        "header = false, auto_detect = false, null_padding = true, parallel = false, strict_mode = false, "
        f"new_line = '\\n', max_line_size = {LONGEST_LINE}, buffer_size = {2 * LONGEST_LINE}, filename = true, "
        "hive_partitioning = false))"
    )


def failure(message: str) -> Exception:
    """An error as Snowflake's compiler gives it."""
    return errors.ProgrammingError(msg=message, errno=2003, sqlstate="02000")
