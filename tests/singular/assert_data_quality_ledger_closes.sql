-- Source tables and landing days of which what landed is not the sum of what became of it, or of which a part is less than nothing.
with

ledger as (

    select *
    from {{ ref('data_quality_ledger') }}

)

select
    source_name,
    table_name,
    ingested_on,
    landed_rows,
    current_rows,
    superseded_rows,
    tied_rows,
    duplicate_rows,
    quarantined_rows,
    suppressed_rows
from ledger
where
    landed_rows <> current_rows + superseded_rows + tied_rows + duplicate_rows + quarantined_rows + suppressed_rows
    or coalesce(current_rows, -1) < 0
    or coalesce(superseded_rows, -1) < 0
    or coalesce(tied_rows, -1) < 0
    or coalesce(duplicate_rows, -1) < 0
    or coalesce(quarantined_rows, -1) < 0
    or coalesce(suppressed_rows, -1) < 0
