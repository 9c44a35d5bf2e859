{#- What all events of a visit share: the source's session id; of events without one the device, else the customer, else nothing but the event.
    With var visits_by_gaps_alone the source's own ids come last. Base works out the same of rows that are superseded or lose what they tell
    of a person (macros/incremental/former_parents.sql), so that the visits of their scope are made again. -#}
{% set of_somebody = ["'device:' || device_key", "'customer:' || customer_key"] %}
{% set by_gaps = var('visits_by_gaps_alone') %}
{% set parts = of_somebody + ["'session:' || session_id"] if by_gaps else ['session_id'] + of_somebody %}
{% set visit_scope = 'coalesce(' ~ (parts + ["'event:' || event_id"]) | join(', ') ~ ')' %}
{{ config(materialized='view', unique_key='event_id', meta={'derived_parents': {'_visit_scope': visit_scope}}) }}

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
    user_agent,
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
    {{ visit_scope }} as _visit_scope,
    _version,
    _file,
    _row,
    _load_id
from events
