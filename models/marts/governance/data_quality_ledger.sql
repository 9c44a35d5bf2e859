with

landed as (

    select
        source_name,
        table_name,
        ingested_on,
        sum(landed_rows) as landed_rows
    from {{ ledger('loaded_files') }}
    group by
        source_name,
        table_name,
        ingested_on

),

row_counts as (

    select *
    from {{ ref('delivery_row_counts') }}

),

quarantined as (

    select
        source_name,
        table_name,
        ingested_on,
        sum(quarantined_rows) as quarantined_rows
    from {{ ref('quarantine_summary') }}
    group by
        source_name,
        table_name,
        ingested_on

)

select
    ---------- keys
    landed.source_name,
    landed.table_name,
    landed.ingested_on,

    ---------- measures
    cast(landed.landed_rows as bigint) as landed_rows,
    coalesce(row_counts.current_rows, 0) as current_rows,
    coalesce(row_counts.first_rows - row_counts.current_rows - row_counts.tied_rows, 0) as superseded_rows,
    cast(coalesce(row_counts.tied_rows, 0) as bigint) as tied_rows,
    coalesce(row_counts.good_rows - row_counts.first_rows, 0) as duplicate_rows,
    cast(coalesce(quarantined.quarantined_rows, 0) as bigint) as quarantined_rows,
    cast(coalesce(row_counts.suppressed_rows, 0) as bigint) as suppressed_rows
from landed
left join row_counts
    on
        landed.source_name = row_counts.source_name
        and landed.table_name = row_counts.table_name
        and landed.ingested_on = row_counts.ingested_on
left join quarantined
    on
        landed.source_name = quarantined.source_name
        and landed.table_name = quarantined.table_name
        and landed.ingested_on = quarantined.ingested_on
