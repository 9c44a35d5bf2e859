{#- A model of schema pii: the classified columns of a raw table in clear, as they stand now, beside the key of the table and the
    pseudonymous key of the person. Written from the contract, so that no classified column is forgotten. -#}
{% macro clear_values(source_name, table_name) %}
    {%- if not execute -%}{{ return('select * from ' ~ ref('base_' ~ source_name ~ '__' ~ table_name)) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
with

latest as (

    {{ latest_rows(source_name, table_name, forget_deleted=true) }}

)

select
    ---------- keys
    {{ table.key | join(', ') }},
    {%- for column in table.columns if column.classification == 'person_id' %}
    {{ pseudonym(column.name) }} as {{ key_column(column) }},
    {%- endfor %}

    ---------- clear values
    {%- for column in table.columns if column.classification and column.name not in table.key %}
    {{ column.name }},
    {%- endfor %}

    ---------- technical
    {{ 'is_deleted,' if table.feed == 'cdc' }}
    _version,
    _file,
    _row,
    _load_id
from latest
{% endmacro %}
