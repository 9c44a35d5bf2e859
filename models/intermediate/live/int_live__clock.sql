-- The newest event, and never the engine's clock: a build says the same next year.
{{ config(materialized='table') }}

select max(occurred_at) as live_at
from {{ ref('stg_web__events') }}
where {{ business_date('occurred_at') }} <= {{ as_of() }}
