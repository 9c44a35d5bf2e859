"""COPY INTO loads each file once, keeps the rest where one is broken, and tells which row came from where."""

import gzip

import duckdb
import pytest
from snowflake.connector.errors import Error
from techco.privacy import vault

LINES = "type = csv field_delimiter = none record_delimiter = '\\n' null_if = ()"
FIELDS = (
    "type = csv field_delimiter = ';' record_delimiter = '\\n' field_optionally_enclosed_by = '\"' "
    "encoding = 'ISO88591' null_if = ()"
)


@pytest.fixture
def stage(cursor, tmp_path):
    """A function that puts files, given as name and content, on a new stage."""
    cursor.execute("create or replace stage TECHCO.T.FILES")

    def put(**files):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
            cursor.execute(
                f"put 'file://{tmp_path}/{name}' '@TECHCO.T.FILES/day=1' auto_compress = false overwrite = false"
            )

    return put


def copy(cursor, select, columns, file_format):
    """Load the stage into TECHCO.T.A; (file, status, rows loaded) of each file, none where there was none."""
    cursor.execute(f"create or replace file format TECHCO.T.KIND {file_format}")
    cursor.execute(
        f"copy into TECHCO.T.A ({columns}) from (select {select} from '@TECHCO.T.FILES/') "
        "file_format = (format_name = 'TECHCO.T.KIND') on_error = skip_file"
    )
    rows = cursor.fetchall()
    return [(row[0], row[1], row[3]) for row in rows] if len(rows[0]) > 1 else []


def test_lines_are_loaded_as_they_are_with_file_and_number(cursor, stage):
    cursor.execute("create table TECHCO.T.A (line varchar, payload variant, file varchar, place bigint)")
    stage(one=b'{"a": 1, "b": "x;y"}\nno json\n{"a": 2}\n', two=gzip.compress(b"x"))
    select = "$1, iff(check_json($1) is null, parse_json($1), null), metadata$filename, metadata$file_row_number"
    copy(cursor, select, "line, payload, file, place", LINES)
    rows = cursor.execute(
        "select line, payload:a::bigint, file, place from TECHCO.T.A where file = 'day=1/one' order by place"
    ).fetchall()
    assert rows == [
        ('{"a": 1, "b": "x;y"}', 1, "day=1/one", 1),
        ("no json", None, "day=1/one", 2),
        ('{"a": 2}', 2, "day=1/one", 3),
    ]


def test_fields_are_loaded_by_place_in_their_encoding(cursor, stage):
    cursor.execute("create table TECHCO.T.A (f array, place bigint)")
    stage(one='name;note\nMüller;"a;b"\nx;\ny\n'.encode("latin-1"))
    copy(cursor, "array_construct($1, $2, $3), metadata$file_row_number", "f, place", FIELDS)
    rows = cursor.execute(
        "select f[0]::varchar, f[1]::varchar, f[2]::varchar from TECHCO.T.A order by place"
    ).fetchall()
    assert rows == [("name", "note", None), ("Müller", "a;b", None), ("x", "", None), ("y", None, None)]


def test_parquet_is_loaded_by_name_and_what_no_file_has_is_null(cursor, stage, tmp_path):
    cursor.execute(
        "create table TECHCO.T.A (id bigint, amount decimal(18, 2), at_time timestamp_ntz, other varchar, place bigint)"
    )
    query = (
        "select 7 as id, cast(1.25 as decimal(18, 2)) as amount, timestamp '2026-01-31 10:00:00.123456' as at_time, "
        "1 as unknown"
    )
    duckdb.sql(query).write_parquet(str(tmp_path / "source"))
    stage(one=(tmp_path / "source").read_bytes())
    select = (
        "$1:id::bigint, $1:amount::decimal(18, 2), $1:at_time::timestamp_ntz, $1:other::varchar, "
        "metadata$file_row_number"
    )
    copy(cursor, select, "id, amount, at_time, other, place", "type = parquet")
    assert [str(value) for value in cursor.execute("select * from TECHCO.T.A").fetchone()] == [
        "7",
        "1.25",
        "2026-01-31 10:00:00.123456",
        "None",
        "1",
    ]


def test_each_file_is_loaded_once(cursor, stage):
    cursor.execute("create table TECHCO.T.A (line varchar)")
    stage(one=b"a\nb\n")
    assert copy(cursor, "$1", "line", LINES) == [("day=1/one", "LOADED", 2)]
    assert copy(cursor, "$1", "line", LINES) == []
    stage(two=b"c\n")
    assert copy(cursor, "$1", "line", LINES) == [("day=1/two", "LOADED", 1)]
    assert cursor.execute("select count(*) from TECHCO.T.A").fetchone() == (3,)


def test_a_table_that_is_made_if_missing_remembers_what_it_loaded(cursor, stage):
    cursor.execute("create table TECHCO.T.A (line varchar)")
    stage(one=b"a\n")
    copy(cursor, "$1", "line", LINES)
    cursor.execute("create table if not exists TECHCO.T.A (line varchar)")
    assert copy(cursor, "$1", "line", LINES) == []
    cursor.execute("create or replace table TECHCO.T.A (line varchar)")
    assert copy(cursor, "$1", "line", LINES) == [("day=1/one", "LOADED", 1)]


def test_a_broken_file_is_told_and_the_rest_is_loaded(cursor, stage, tmp_path):
    cursor.execute("create table TECHCO.T.A (id bigint)")
    duckdb.sql("select 1 as id").write_parquet(str(tmp_path / "source"))
    stage(good=(tmp_path / "source").read_bytes(), truncated=(tmp_path / "source").read_bytes()[:-9])
    answers = copy(cursor, "$1:id::bigint", "id", "type = parquet")
    assert sorted(answers) == [("day=1/good", "LOADED", 1), ("day=1/truncated", "LOAD_FAILED", 0)]


def test_a_stage_and_a_format_that_do_not_exist_are_errors_that_name_them(cursor):
    cursor.execute("create table TECHCO.T.A (line varchar)")
    for stage_name, kind, named in (("NOWHERE", "KIND", "NOWHERE"), ("NOWHERE", "NO_KIND", "NO_KIND")):
        cursor.execute(f"create or replace file format TECHCO.T.KIND {LINES}")
        with pytest.raises(Error, match=named):
            cursor.execute(
                f"copy into TECHCO.T.A (line) from (select $1 from '@TECHCO.T.{stage_name}/') "
                f"file_format = (format_name = 'TECHCO.T.{kind}')"
            )


def test_a_file_that_is_not_there_cannot_be_put(cursor, stage, tmp_path):
    with pytest.raises(Error, match="missing"):
        cursor.execute(f"put 'file://{tmp_path}/missing' '@TECHCO.T.FILES/' auto_compress = false")


def test_the_pads_of_a_key_are_loaded_from_one_line(cursor, stage):
    inner, outer = vault.pads("a key of some length")
    cursor.execute("create table TECHCO.T.A (inner_pad varchar, outer_pad varchar)")
    stage(one=f"{inner.hex()} {outer.hex()}\n".encode())
    copy(cursor, "split_part($1, ' ', 1), split_part($1, ' ', 2)", "inner_pad, outer_pad", LINES)
    assert cursor.execute("select * from TECHCO.T.A").fetchall() == [(inner.hex(), outer.hex())]
