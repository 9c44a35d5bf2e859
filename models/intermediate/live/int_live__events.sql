{% set bots = var('bots') %}
{#- A day is longer than any visit of a person; it is what lets an engine skip the storage of history. -#}
{{ config(materialized='table') }}

with

clock as (

    select *
    from {{ ref('int_live__clock') }}

),

recent_events as (

    select events.*
    from {{ ref('stg_web__events') }} as events
    cross join clock
    where
        events.occurred_at <= clock.live_at
        and events.occurred_at > cast({{ dbt.dateadd('hour', -24, 'clock.live_at') }} as timestamp)

),

scopes_of_late as (

    select distinct events._visit_scope
    from recent_events as events
    cross join clock
    where events.occurred_at > cast({{ dbt.dateadd('minute', -var('live_minutes'), 'clock.live_at') }} as timestamp)

)

select
    ---------- ids
    recent_events.event_id,
    recent_events.session_id,
    recent_events.customer_key,
    recent_events.product_id,

    ---------- attributes
    recent_events.event_type,
    recent_events.device_type,
    recent_events.country_code,
    recent_events.utm_source,
    recent_events.utm_campaign,
    recent_events.in_stock,
    coalesce(
        {%- for pattern in bots.user_agents %}
            {{ 'or ' if not loop.first }}lower(recent_events.user_agent) like '{{ pattern }}'
        {%- else %}
            false
        {%- endfor %},
        false
    ) as has_agent_of_bot,

    ---------- numerics
    recent_events.quantity,

    ---------- timestamps
    recent_events.occurred_at,

    ---------- technical
    recent_events._visit_scope,
    recent_events._version
from recent_events
inner join scopes_of_late
    on recent_events._visit_scope = scopes_of_late._visit_scope
