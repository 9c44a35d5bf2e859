{#- `dbt run-operation print_live_intake`: print, as JSON, the SQL by which the live service (pylib/techco/live) reads landed files: the very
    checks and keys of base models, by format, with $files and $path_begins where the names of files and the length of their folder's name go.
    CSV is left to the build: each header would need a query of its own. -#}
{% macro print_live_intake(tables) %}
    {%- set intake = {} -%}
    {%- for source_name, table_name in tables -%}
        {%- set table, of_format = contract(source_name, table_name), {} -%}
        {%- for format in ['jsonl', 'parquet'] -%}
            {%- set landed = landed_rows(dict(table, format=format), [{'header': none, 'files': '$files', 'path_begins': '$path_begins'}]) -%}
            {%- do of_format.update({format: rows_with_keys(dict(table, format=format), landed)}) -%}
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
