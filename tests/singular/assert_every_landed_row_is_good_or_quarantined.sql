-- Landed files of which a row is neither good nor in the quarantine, or is in the quarantine twice.
{% set tables = var('raw_tables') %}
with

ledger as (

    select
        source_name,
        table_name,
        file_path,
        sum(landed_rows) as landed_rows
    from {{ ledger('loaded_files') }}
    group by source_name, table_name, file_path

),

good as (
    {% for source_name in tables %}
        {% set last_source = loop.last %}
        {% for table_name in tables[source_name] %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name,
                _file as file_path,
                count(*) as good_rows
            from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
            where _issues is null
            group by _file
            {{ 'union all' if not (loop.last and last_source) }}
        {% endfor %}
    {% endfor %}
),

quarantined as (
    {% for source_name in tables %}
        select
            source_name,
            table_name,
            file_path,
            count(*) as quarantined_rows
        from {{ ref('quarantine_' ~ source_name) }}
        group by source_name, table_name, file_path
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    ledger.source_name,
    ledger.table_name,
    ledger.file_path,
    ledger.landed_rows,
    good.good_rows,
    quarantined.quarantined_rows
from ledger
left join good
    on
        ledger.source_name = good.source_name
        and ledger.table_name = good.table_name
        and ledger.file_path = good.file_path
left join quarantined
    on
        ledger.source_name = quarantined.source_name
        and ledger.table_name = quarantined.table_name
        and ledger.file_path = quarantined.file_path
where
    ledger.landed_rows
    <> coalesce(good.good_rows, 0) + coalesce(quarantined.quarantined_rows, 0)
