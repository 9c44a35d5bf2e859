-- Source tables of which staging does not hold as many keys as the ledger, which is counted from base, calls current.
{%- set tables = [] %}
{%- for source_name, names in var('raw_tables').items() %}
    {%- for table_name in names %}
        {%- do tables.append([source_name, table_name]) %}
    {%- endfor %}
{%- endfor %}

with

staged as (
    {% for source_name, table_name in tables %}
        {{ 'union all' if not loop.first }}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            count(*) as row_count
        from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }}
    {% endfor %}
),

ledger as (

    select
        source_name,
        table_name,
        sum(current_rows) as current_rows
    from {{ ref('data_quality_ledger') }}
    group by
        source_name,
        table_name

)

select
    staged.source_name,
    staged.table_name,
    staged.row_count as staged_rows,
    ledger.current_rows
from staged
left join ledger
    on
        staged.source_name = ledger.source_name
        and staged.table_name = ledger.table_name
where staged.row_count <> coalesce(ledger.current_rows, 0)
