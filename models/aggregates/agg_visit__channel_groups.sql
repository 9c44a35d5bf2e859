-- A view, so that a changed rule changes all visits at the next build, and no visit is stored twice.
{{ config(materialized='view', unique_key='session_id') }}

select
    ---------- keys
    sessions.session_id,
    sessions.order_id,
    sessions.session_date,

    ---------- attributes
    origins.channel_group,
    sessions.device_type,
    sessions.country_code,
    sessions.has_cart,
    sessions.has_checkout,
    sessions.has_purchase,
    sessions.funnel_step,
    sessions.is_bot,

    ---------- measures
    sessions.event_count,
    sessions.product_view_count,

    ---------- timestamp
    sessions.started_at,

    ---------- technical
    sessions._load_id
from {{ ref('fct_web_session') }} as sessions
inner join {{ ref('agg_web_traffic__channel_groups') }} as origins
    on
        coalesce(sessions.utm_source, '') = origins.utm_source
        and coalesce(sessions.utm_campaign, '') = origins.utm_campaign
        and coalesce(sessions.referrer, '') = origins.referrer
