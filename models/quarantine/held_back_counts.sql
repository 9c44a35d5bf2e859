{{
    config(
        incremental_strategy='merge',
        unique_key=['source_name', 'table_name', 'column_name', 'file_path'],
        post_hook='{{ remember_run() }}',
    )
}}
{% set new = is_new_load() %}
{#- The columns that could hold such a value, of tables that have something new: source, table, column, base model, which rows are new. While dbt
    parses, all tables have, and the contract cannot be read yet. -#}
{% set columns = [] %}
{% for source_name, table_name, is_renewed in tables_with_news() %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) %}
    {%- set table = contract(source_name, table_name) if execute else {'columns': []} %}
    {%- for column in table.columns if could_look_personal(column, table) %}
        {%- do columns.append([source_name, table_name, column.name, base, '_load_id > 0' if is_renewed else new]) %}
    {%- endfor %}
{% endfor %}

with

-- Of files with new rows, as a file is counted whole.
held_back as (

    {% for source_name, table_name, column_name, base, has_news in columns %}
    {{ 'union all' if not loop.first }}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name,
        _file as file_path,
        min(_ingested_on) as ingested_on,
        count(*) as held_back_rows
    from {{ base }}
    where
        {{ column_name }} = '[held back]'
        and _file in (select _file from {{ base }} where {{ has_news }})
    group by _file
    {% else %}
    select
        source_name,
        table_name,
        column_name,
        file_path,
        ingested_on,
        held_back_rows
    from {{ this }}
    where false
    {% endfor %}

)

select
    ---------- keys
    source_name,
    table_name,
    column_name,
    file_path,

    ---------- attributes
    ingested_on,

    ---------- measures
    cast(held_back_rows as bigint) as held_back_rows,

    ---------- technical
    {{ current_load_id() }} as _load_id
from held_back
