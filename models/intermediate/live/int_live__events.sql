{% set columns = [
    'event_id', 'session_id', 'customer_key', 'product_id', 'event_type', 'device_type', 'user_agent', 'country_code',
    'utm_source', 'utm_campaign', 'in_stock', 'quantity', 'occurred_at', '_visit_scope', '_version',
] %}
{{ config(materialized=live_materialization()) }}

with

clock as (

    select
        live_at,
        -- A day is longer than any visit of a person; it is what lets an engine skip the storage of history.
        cast({{ dbt.dateadd('hour', -24, 'live_at') }} as timestamp) as day_before,
        cast({{ dbt.dateadd('minute', -var('live_minutes'), 'live_at') }} as timestamp) as live_since
    from {{ ref('int_live__clock') }}

),

deliveries as (

    select {{ columns | join(', ') }}
    from {{ ref('stg_web__events') }}
    {{ union_events_landed_since(columns) }}

),

-- What has landed since the last run may be of an event that is loaded.
recent_events as (

    select
        deliveries.*,
        clock.live_since
    from deliveries
    inner join clock
        on
            deliveries.occurred_at <= clock.live_at
            and deliveries.occurred_at > clock.day_before
    qualify row_number() over (partition by deliveries.event_id order by deliveries._version desc nulls last) = 1

),

live_scopes as (

    select distinct _visit_scope
    from recent_events
    where occurred_at > live_since

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
        {%- for pattern in var('bots').user_agents %}
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
inner join live_scopes
    on recent_events._visit_scope = live_scopes._visit_scope
