with

periods as (

    select
        customer_key,
        segment_name,
        cast(date_trunc('month', {{ business_date('dbt_valid_from') }}) as date) as from_month,
        cast(date_trunc('month', {{ business_date('dbt_valid_to') }}) as date) as to_month
    from {{ ref('snap_customer_segments') }}

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
        customer_key,
        segment_name,
        from_month,
        to_month,
        lag(segment_name) over (partition by customer_key order by from_month) as former_segment,
        lag(to_month) over (partition by customer_key order by from_month) as former_to_month,
        lead(from_month) over (partition by customer_key order by from_month) as next_from_month
    from periods_over_month_ends

),

-- Who went from one segment to another did so in one month; anyone else came from none, or went to none.
changes as (

    select
        from_month as month_start,
        case when former_to_month = from_month then former_segment else 'none' end as from_segment,
        segment_name as to_segment
    from periods_with_neighbours

    union all

    select
        to_month as month_start,
        segment_name as from_segment,
        'none' as to_segment
    from periods_with_neighbours
    where
        to_month is not null
        and next_from_month is distinct from to_month

),

changed_customers as (

    select
        month_start,
        from_segment,
        to_segment,
        count(*) as customer_count
    from changes
    where from_segment <> to_segment
    group by month_start, from_segment, to_segment

),

months as (

    select distinct dates.month_start
    from {{ ref('dim_date') }} as dates
    where
        dates.month_start >= (select min(periods.from_month) from periods)
        and dates.month_start <= (select max(coalesce(periods.to_month, periods.from_month)) from periods)

),

segments as (

    select distinct segment_name
    from periods

),

flows as (

    select
        month_start,
        to_segment as segment_name,
        customer_count as arrived_count,
        0 as departed_count
    from changed_customers

    union all

    select
        month_start,
        from_segment as segment_name,
        0 as arrived_count,
        customer_count as departed_count
    from changed_customers

    union all

    -- Each segment has a row in each month, whether or not anybody came or went.
    select
        months.month_start,
        segments.segment_name,
        0 as arrived_count,
        0 as departed_count
    from months
    cross join segments

),

flows_by_month as (

    select
        month_start,
        segment_name,
        sum(arrived_count) as arrived_count,
        sum(departed_count) as departed_count
    from flows
    where segment_name <> 'none'
    group by month_start, segment_name

),

-- Who has arrived so far and not departed, less who arrived in the month.
stayed_customers as (

    select
        month_start,
        segment_name,
        sum(arrived_count - departed_count) over (
            partition by segment_name order by month_start rows between unbounded preceding and current row
        ) - arrived_count as customer_count
    from flows_by_month

),

movements as (

    select
        month_start,
        from_segment,
        to_segment,
        customer_count
    from changed_customers

    union all

    select
        month_start,
        segment_name as from_segment,
        segment_name as to_segment,
        customer_count
    from stayed_customers
    where customer_count > 0

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
