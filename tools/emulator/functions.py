"""Functions of Snowflake that DuckDB lacks, as macros of every database."""

from typing import Any

import fakesnow.info_schema
import fakesnow.macros

from tools.emulator.patching import around

MACROS = """
create or replace macro {catalog}.is_object(value) as json_type(to_json(value)) = 'OBJECT';
create or replace macro {catalog}.is_array(value) as json_type(to_json(value)) = 'ARRAY';
create or replace macro {catalog}.check_json(text) as
    case when text is not null and not json_valid(text) then 'this is no JSON' end;
create or replace macro {catalog}._emulator_elements(value) as
    case when json_type(to_json(value)) = 'ARRAY' then cast(to_json(value) as json[]) end;
create or replace macro {catalog}._emulator_flatten(input, keep_empty) as table
    select
        hash(to_json(input)) as SEQ,
        entry.k as KEY,
        coalesce(entry.k, '[' || (place - 1) || ']') as PATH,
        case when entry.k is null and entry.v is not null then cast(place - 1 as bigint) end as INDEX,
        entry.v as VALUE,
        to_json(input) as THIS
    from (
        select unnest(entries) as entry, generate_subscripts(entries, 1) as place
        from (
            select
                case
                    when len(found) > 0 then found
                    when keep_empty then [struct_pack(k := null::varchar, v := null::json)]
                end as entries
            from (
                select
                    case json_type(to_json(input))
                        when 'OBJECT' then list_transform(
                            json_keys(to_json(input)),
                            lambda x: struct_pack(k := x, v := cast(to_json(input) -> ('$."' || x || '"') as json))
                        )
                        when 'ARRAY' then list_transform(
                            cast(to_json(input) as json[]), lambda x: struct_pack(k := null::varchar, v := x)
                        )
                    end as found
            )
        )
    );
"""


@around(fakesnow.macros, "creation_sql")
def creation_sql(original: Any, catalog: str) -> str:
    """The macros of a new database: fakesnow's and these."""
    return original(catalog) + MACROS.format(catalog=catalog)


@around(fakesnow.info_schema, "insert_table_comment_sql")
def insert_table_comment_sql(original: Any, catalog: str, schema: str, table: str, comment: Any) -> str:
    """A table's comment, which may hold quotes."""
    return original(catalog, schema, table, str(comment).replace("'", "''"))


TABLES = fakesnow.info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW
before, behind = TABLES.template.split("from duckdb_tables tables")
# Views are tables of the information schema too; without them no documentation shows one.
TABLES.template = (
    before.replace("'BASE TABLE' AS \"TABLE_TYPE\"", 'tables.kind AS "TABLE_TYPE"')
    + """from (
        select database_name, schema_name, table_name, estimated_size, 'BASE TABLE' as kind from duckdb_tables
        union all
        select database_name, schema_name, view_name, null, 'VIEW' from duckdb_views where not internal
    ) tables"""
    + behind
)
