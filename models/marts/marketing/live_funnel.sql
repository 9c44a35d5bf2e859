{{ config(materialized=live_materialization()) }}

with

steps as (

    select
        0 as step_number,
        'visit' as step_name
    {%- for step in ['product', 'cart', 'checkout', 'purchase'] %}
        union all
        select
            {{ loop.index }},
            '{{ step }}'
    {%- endfor %}

),

visits as (

    select funnel_step
    from {{ ref('live_interactions') }}
    where not is_bot

),

all_visits as (

    select count(*) as visit_count
    from visits

)

select
    ---------- key
    cast(steps.step_number as bigint) as step_number,

    ---------- attribute
    steps.step_name,

    ---------- measures
    count(visits.funnel_step) as visit_count,
    cast(
        cast(count(visits.funnel_step) as double) / nullif(max(all_visits.visit_count), 0) as decimal(18, 4)
    ) as share_of_visits
from steps
cross join all_visits
left join visits
    on steps.step_number <= visits.funnel_step
group by steps.step_number, steps.step_name
