{{ config(materialized='view') }}

with

deliveries as (

    select
        *,
        {{ row_version('append') }} as _version
    from {{ ref('base_support__tickets') }}
    where _issues is null

)

select
    ---------- ids
    ticket_id,

    ---------- attributes
    ticket_status,

    ---------- timestamps
    solved_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from deliveries
