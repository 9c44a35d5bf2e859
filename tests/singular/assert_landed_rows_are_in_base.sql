-- Source tables of which base does not hold exactly the rows that the ledger of loaded files counted when they were loaded.
{%- set tables = [] %}
{%- for source_name, names in var('raw_tables').items() %}
    {%- for table_name in names %}
        {%- do tables.append([source_name, table_name]) %}
    {%- endfor %}
{%- endfor %}

with

base as (
    {% for source_name, table_name in tables %}
        {{ 'union all' if not loop.first }}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            count(*) as row_count
        from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
    {% endfor %}
),

ledger as (

    select
        source_name,
        table_name,
        sum(landed_rows) as row_count
    from {{ ledger('loaded_files') }}
    group by source_name, table_name

)

select
    coalesce(base.source_name, ledger.source_name) as source_name,
    coalesce(base.table_name, ledger.table_name) as table_name,
    ledger.row_count as landed_rows,
    base.row_count as base_rows
from base
full join ledger
    on
        base.source_name = ledger.source_name
        and base.table_name = ledger.table_name
where
    base.source_name is null
    or base.row_count <> coalesce(ledger.row_count, 0)
