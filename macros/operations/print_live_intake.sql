{#- `dbt run-operation print_live_intake`: print, as JSON, the SQL by which the live service (pylib/techco/live) reads landed files, for each table
    and format: `read`, with $files and $path_begins where the names of files and the length of their folder's name go, and `judge`: the very checks
    and keys of base models, over what was read, which is called landed_rows. CSV is left to the build: each header would need SQL of its own. -#}
{% macro print_live_intake(tables) %}
    {%- set intake = {} -%}
    {%- for source_name, table_name in tables -%}
        {%- set of_format = {} -%}
        {%- for format in ['jsonl', 'parquet'] -%}
            {%- set table = dict(contract(source_name, table_name), format=format) -%}
            {%- do of_format.update({format: {
                'read': landed_rows(table, [{'header': none, 'files': '$files', 'path_begins': '$path_begins'}]),
                'judge': rows_with_keys(table, 'select * from landed_rows'),
            }}) -%}
        {%- endfor -%}
        {%- do intake.update({source_name ~ '.' ~ table_name: of_format}) -%}
    {%- endfor -%}
    {%- do print(tojson(intake)) -%}
{% endmacro %}

{#- The landed rows of one format as base would hold them, good or not, with the keys of persons and devices beside their ids. -#}
{% macro rows_with_keys(table, landed) %}
with

{{ checked_rows(table, landed) }}

select
    *,
    {% for column in keyed_columns(table) -%}
    {{ pseudonym(column.name, column.classification) }} as {{ key_column(column) }},
    {% endfor -%}
    {{ row_version(table.feed) }} as _version
from {{ table.format }}_rows
{% endmacro %}
