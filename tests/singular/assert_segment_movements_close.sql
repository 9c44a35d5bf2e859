-- Segments whose customers at the start or the end of a month, as the movements say, are not those of the snapshot: begun periods less ended ones up to
-- then, counted apart. At the start of a month are those at the end of the one before, so the months follow from each other.
with

movements as (

    select *
    from {{ ref('segment_movements') }}

),

months as (

    select distinct month_start
    from {{ ref('dim_date') }}
    where
        month_start >= (select min(movements.month_start) from movements)
        and month_start <= (select max(movements.month_start) from movements)

),

steps as (

    select
        segment_name,
        {{ business_date('dbt_valid_from') }} as step_date,
        1 as step
    from {{ ref('snap_customer_segments') }}

    union all

    select
        segment_name,
        {{ business_date('dbt_valid_to') }} as step_date,
        -1 as step
    from {{ ref('snap_customer_segments') }}
    where dbt_valid_to is not null

),

-- At both ends of each month.
believed as (

    select
        months.month_start,
        steps.segment_name,
        sum(case when steps.step_date < months.month_start then steps.step else 0 end) as opening_count,
        sum(case when steps.step_date <= last_day(months.month_start) then steps.step else 0 end) as closing_count
    from months
    cross join steps
    group by months.month_start, steps.segment_name

),

openings as (

    select
        month_start,
        from_segment as segment_name,
        sum(customer_count) as customer_count
    from movements
    where from_segment <> 'none'
    group by month_start, from_segment

),

closings as (

    select
        month_start,
        to_segment as segment_name,
        sum(customer_count) as customer_count
    from movements
    where to_segment <> 'none'
    group by month_start, to_segment

),

compared as (

    {% for end in ['opening', 'closing'] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ end }}' as compared_end,
            coalesce(believed.month_start, shown.month_start) as month_start,
            coalesce(believed.segment_name, shown.segment_name) as segment_name,
            coalesce(believed.{{ end }}_count, 0) as believed_count,
            coalesce(shown.customer_count, 0) as shown_count
        from believed
        full join {{ end }}s as shown
            on
                believed.month_start = shown.month_start
                and believed.segment_name = shown.segment_name
    {% endfor %}

)

select *
from compared
where believed_count <> shown_count
