with

held_back_counts as (

    select *
    from {{ ref('held_back_counts') }}

)

select
    ---------- keys
    source_name,
    table_name,
    column_name,
    ingested_on,

    ---------- measures
    cast(sum(held_back_rows) as bigint) as held_back_rows
from held_back_counts
group by
    source_name,
    table_name,
    column_name,
    ingested_on
