-- The newest event, and never the engine's clock: a build says the same next year.
{{ config(materialized=live_materialization()) }}

with

events as (

    select occurred_at
    from {{ ref('stg_web__events') }}
    {{ union_events_landed_since(['occurred_at']) }}

)

select max(occurred_at) as live_at
from events
where {{ business_date('occurred_at') }} <= {{ live_until() }}
having max(occurred_at) is not null
