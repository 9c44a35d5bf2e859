{{ config(materialized='view', unique_key='event_id') }}

with

events as (

    {{ current_rows('web', 'events') }}

)

select
    ---------- ids
    event_id,
    session_id,
    customer_key,
    device_key,
    product_id,
    order_id,

    ---------- attributes
    event_type,
    device_type,
    os,
    country_code,
    page_path,
    referrer,
    utm_source,
    utm_campaign,
    in_stock,
    analytics_consent,

    ---------- numerics
    quantity,

    ---------- timestamps
    occurred_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from events
