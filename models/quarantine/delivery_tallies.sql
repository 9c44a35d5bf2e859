{{
    config(
        incremental_strategy='merge',
        unique_key=['source_name', 'table_name', 'ingested_on'],
    )
}}
{% set tables = tables_with_news() %}
{% set new = is_new() %}
{#- A warehouse of before suppressions or ties has no such column yet. -#}
{% set known_columns = adapter.get_columns_in_relation(this) | map(attribute='name') | map('lower') | list if execute and is_incremental() else [] %}

with

changes as (

    {% for source_name, table_name, is_renewed in tables %}
    {{ 'union all' if not loop.first }}
    select *
    from ({{ tally(source_name, table_name, '_batch > 0' if is_renewed else new) }}) as {{ source_name }}__{{ table_name }}
    {% if not is_renewed %}

    union all

    select
        known.source_name,
        known.table_name,
        known.ingested_on,
        known.good_rows,
        known.first_rows,
        known.current_rows,
        {{ 'known.tied_rows' if 'tied_rows' in known_columns else '0' }} as tied_rows,
        {{ 'known.suppressed_rows' if 'suppressed_rows' in known_columns else '0' }} as suppressed_rows
    from {{ this }} as known
    where
        known.source_name = '{{ source_name }}'
        and known.table_name = '{{ table_name }}'
    {% endif %}
    {% else %}
        select
            source_name,
            table_name,
            ingested_on,
            good_rows,
            first_rows,
            current_rows,
            0 as tied_rows,
            0 as suppressed_rows
        from {{ this }}
        where false
    {% endfor %}

)

select
    ---------- keys
    source_name,
    table_name,
    ingested_on,

    ---------- measures
    cast(sum(good_rows) as bigint) as good_rows,
    cast(sum(first_rows) as bigint) as first_rows,
    cast(sum(current_rows) as bigint) as current_rows,
    cast(sum(tied_rows) as bigint) as tied_rows,
    cast(sum(suppressed_rows) as bigint) as suppressed_rows,

    ---------- technical
    {{ current_batch() }} as _batch
from changes
group by
    source_name,
    table_name,
    ingested_on
