{#- `dbt run` takes no snapshot: before the first build there is no history yet. -#}
{% set is_taken = not execute or relation_if_exists('snapshots', 'snap_customer_segments') is not none %}
{% set history %}
    {%- if is_taken -%}
        {{ ref('snap_customer_segments') }}
    {%- else -%}
        (
            select
                cast(null as varchar) as customer_key,
                cast(null as varchar) as segment_name,
                cast(null as timestamp) as dbt_valid_from,
                cast(null as timestamp) as dbt_valid_to
            from {{ ref('dim_date') }}
            where false
        ) as no_history
    {%- endif -%}
{% endset %}

with

periods as (

    select
        customer_key,
        segment_name,
        cast(date_trunc('month', {{ business_date('dbt_valid_from') }}) as date) as from_month,
        cast(date_trunc('month', {{ business_date('dbt_valid_to') }}) as date) as to_month
    from {{ history }}

),

-- A customer is in a segment at the end of a month from the one in which the period begins to the one before it ends. What came and went within a
-- month stood at the end of none.
periods_over_month_ends as (

    select *
    from periods
    where from_month is distinct from to_month

),

periods_with_neighbours as (

    select
        *,
        lag(segment_name) over (partition by customer_key order by from_month) as former_segment,
        lag(to_month) over (partition by customer_key order by from_month) as former_to_month,
        lead(from_month) over (partition by customer_key order by from_month) as next_from_month
    from periods_over_month_ends

),

months as (

    select distinct dates.month_start
    from {{ ref('dim_date') }} as dates
    where
        dates.month_start >= (select min(periods.from_month) from periods)
        and dates.month_start <= (select max(coalesce(periods.to_month, periods.from_month)) from periods)

),

-- So that months meet counts, and not customers.
customers_by_period as (

    select
        segment_name,
        from_month,
        to_month,
        count(*) as customer_count
    from periods_over_month_ends
    group by segment_name, from_month, to_month

),

ways as (

    -- Into a segment: out of the one that ended in the same month, else out of none.
    select
        from_month as month_start,
        case when former_to_month = from_month then former_segment else 'none' end as from_segment,
        segment_name as to_segment,
        1 as customer_count
    from periods_with_neighbours

    union all

    -- Out of a segment, and into none.
    select
        to_month as month_start,
        segment_name as from_segment,
        'none' as to_segment,
        1 as customer_count
    from periods_with_neighbours
    where
        to_month is not null
        and next_from_month is distinct from to_month

    union all

    -- In a segment before the month, and after it.
    select
        months.month_start,
        customers.segment_name as from_segment,
        customers.segment_name as to_segment,
        customers.customer_count
    from customers_by_period as customers
    inner join months
        on
            customers.from_month < months.month_start
            and (customers.to_month is null or customers.to_month > months.month_start)

),

movements as (

    select
        month_start,
        from_segment,
        to_segment,
        sum(customer_count) as customer_count
    from ways
    group by month_start, from_segment, to_segment

)

select
    ---------- keys
    month_start,
    from_segment,
    to_segment,

    ---------- attributes
    case
        when from_segment = 'none' then 'came'
        when to_segment = 'none' then 'left'
        when from_segment = to_segment then 'stayed'
        else 'moved'
    end as movement,
    month_start < max(month_start) over () as is_complete,

    ---------- measure
    cast(customer_count as bigint) as customer_count
from movements
