{{
    config(
        incremental_strategy='merge',
        unique_key=['source_name', 'table_name', 'column_name', 'file_path'],
        post_hook='{{ remember_run() }}',
    )
}}
{% set tables = tables_with_news() %}
{% set new = is_new() %}

with

found as (

    {% for source_name, table_name, is_renewed in tables %}
    {{ 'union all' if not loop.first }}
    select *
    from ({{ held_back_in(source_name, table_name, '_batch > 0' if is_renewed else new) }}) as {{ source_name }}__{{ table_name }}
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
    {{ current_batch() }} as _batch
from found
