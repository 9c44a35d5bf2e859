{{ config(materialized='view', unique_key=['tracking_number', 'event_type', 'occurred_at']) }}

with

tracking_events as (

    {{ current_rows('carriers', 'tracking_events') }}

)

select
    ---------- ids
    tracking_number,
    event_type,
    occurred_at,

    ---------- attributes
    carrier_code,
    location,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from tracking_events
