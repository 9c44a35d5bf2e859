with

quarantined as (

    {% for source_name in var('raw_tables') %}
        {{ 'union all' if not loop.first }}
        select
            source_name,
            table_name,
            ingested_on,
            file_path,
            reasons,
            resolved_on
        from {{ ref('quarantine_' ~ source_name) }}
    {% endfor %}

)

select
    ---------- keys
    source_name,
    table_name,
    ingested_on,
    file_path,
    reasons,

    ---------- measures
    cast(count(*) as bigint) as quarantined_rows,
    cast(count(resolved_on) as bigint) as resolved_rows
from quarantined
group by source_name, table_name, ingested_on, file_path, reasons
