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

tallies as (

    select *
    from {{ ref('delivery_tallies') }}

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
    coalesce(tallies.current_rows, 0) as current_rows,
    coalesce(tallies.first_rows - tallies.current_rows - tallies.tied_rows, 0) as superseded_rows,
    cast(coalesce(tallies.tied_rows, 0) as bigint) as tied_rows,
    coalesce(tallies.good_rows - tallies.first_rows, 0) as duplicate_rows,
    cast(coalesce(quarantined.quarantined_rows, 0) as bigint) as quarantined_rows,
    cast(coalesce(tallies.suppressed_rows, 0) as bigint) as suppressed_rows
from landed
left join tallies
    on
        landed.source_name = tallies.source_name
        and landed.table_name = tallies.table_name
        and landed.ingested_on = tallies.ingested_on
left join quarantined
    on
        landed.source_name = quarantined.source_name
        and landed.table_name = quarantined.table_name
        and landed.ingested_on = quarantined.ingested_on
