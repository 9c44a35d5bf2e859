{{ config(materialized='view', unique_key='request_id') }}

with

privacy_requests as (

    {{ current_rows('crm', 'privacy_requests') }}

)

select
    ---------- ids
    request_id,
    customer_key,

    ---------- attributes
    request_type,
    privacy_regime,

    ---------- numerics
    length(details) as details_length,

    ---------- timestamps
    requested_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from privacy_requests
