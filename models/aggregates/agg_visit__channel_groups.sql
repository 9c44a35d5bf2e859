-- A view, so that a changed rule changes all visits at the next build, and no visit is stored twice.
{{ config(materialized='view', unique_key='session_id') }}

select
    sessions.*,
    origins.channel_group
from {{ ref('fct_web_session') }} as sessions
inner join {{ ref('agg_web_traffic__channel_groups') }} as origins
    on
        coalesce(sessions.utm_source, '') = origins.utm_source
        and coalesce(sessions.utm_campaign, '') = origins.utm_campaign
        and coalesce(sessions.referrer, '') = origins.referrer
