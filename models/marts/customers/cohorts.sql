{% set so_far = 'partition by cohort_month order by month_start rows between unbounded preceding and current row' %}

with

booked_months as (

    select *
    from {{ ref('agg_customer__cohort_months') }}

),

-- Who is in it, bought in it.
cohorts as (

    select
        cohort_month,
        sum(case when month_start = cohort_month then active_customer_count else 0 end) as customer_count
    from booked_months
    group by cohort_month

),

-- Up to the last day that all sales are known of, which may lie within the last month.
months as (

    select
        month_start,
        max(date_day) as last_known_day
    from {{ ref('dim_date') }}
    where date_day <= {{ complete_up_to(['sales']) }}
    group by month_start

),

known_days as (

    select
        {{ complete_up_to(['sales', 'refunds']) }} as refunds_up_to,
        {{ counted_up_to(['sales', 'cost', 'parcels', 'payments']) }} as costs_up_to

),

-- A month without anything is zero; it is unknown where the tables of a measure were not delivered.
cohort_months as (

    select
        cohorts.cohort_month,
        months.month_start,
        months.last_known_day = last_day(months.month_start) as is_complete,
        cohorts.customer_count,
        coalesce(booked_months.active_customer_count, 0) as active_customer_count,
        coalesce(booked_months.order_count, 0) as order_count,
        case
            when months.last_known_day > known_days.refunds_up_to then null
            when booked_months.month_start is null then 0
            else booked_months.net_revenue_amount
        end as net_revenue_amount,
        case
            when months.last_known_day > known_days.refunds_up_to or known_days.costs_up_to is null then null
            when months.last_known_day > known_days.costs_up_to then null
            when booked_months.month_start is null then 0
            else booked_months.contribution_margin_amount
        end as contribution_margin_amount
    from cohorts
    inner join months
        on cohorts.cohort_month <= months.month_start
    cross join known_days
    left join booked_months
        on
            cohorts.cohort_month = booked_months.cohort_month
            and months.month_start = booked_months.month_start

),

cohort_months_with_totals as (

    select
        *,
        sum(net_revenue_amount) over ({{ so_far }}) as revenue_so_far,
        sum(case when net_revenue_amount is null then 1 else 0 end) over ({{ so_far }}) as unknown_months_so_far
    from cohort_months

)

select
    ---------- keys
    cohort_month,
    cast({{ months_between('cohort_month', 'month_start') }} as bigint) as months_since,

    ---------- attributes
    month_start,
    is_complete,

    ---------- counts
    cast(customer_count as bigint) as customer_count,
    cast(active_customer_count as bigint) as active_customer_count,
    cast(order_count as bigint) as order_count,

    ---------- money
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,
    cast(contribution_margin_amount as decimal(18, 3)) as contribution_margin_amount,

    ---------- per customer of the cohort, not additive
    cast(round(
        cast(active_customer_count as double) / nullif(customer_count, 0), 4
    ) as decimal(18, 4)) as retention_rate,
    case
        when unknown_months_so_far = 0
            then {{ safe_decimal('round(cast(revenue_so_far as double) / nullif(customer_count, 0), 2)') }}
    end as cumulative_revenue_per_customer,

    '{{ var("reporting_currency") }}' as currency_code
from cohort_months_with_totals
