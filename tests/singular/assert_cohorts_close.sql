-- Months in which the orders or money of cohorts are not those of daily_sales for new and returning customers; and cohorts whose size, or whose customers
-- who bought in a month, are not what orders say without the aggregates.
{%- set sales_day = complete_up_to(['sales']) %}
{%- set measures = ['order_count', 'net_revenue_amount', 'contribution_margin_amount'] %}
with

cohorts as (

    select *
    from {{ ref('cohorts') }}

),

months_of_cohorts as (

    select
        {%- for measure in measures %}
            {{ null_propagating_sum(measure) }} as {{ measure }},
        {%- endfor %}
        month_start
    from cohorts
    group by month_start

),

months_of_days as (

    select
        {%- for measure in measures %}
            {{ null_propagating_sum('days.' ~ measure) }} as {{ measure }},
        {%- endfor %}
        calendar.month_start
    from {{ ref('daily_sales') }} as days
    inner join {{ ref('dim_date') }} as calendar
        on days.date_day = calendar.date_day
    where
        days.customer_type in ('new', 'returning')
        and days.date_day <= {{ sales_day }}
    group by calendar.month_start

),

purchases as (

    select
        customer_key,
        cast(date_trunc('month', order_date) as date) as month_start,
        cast(date_trunc('month', min(order_date) over (partition by customer_key)) as date) as cohort_month
    from {{ ref('fct_order') }}
    where
        is_purchase
        and has_customer
        and order_date <= {{ sales_day }}

),

buyers as (

    select
        cohort_month,
        month_start,
        count(distinct customer_key) as customer_count
    from purchases
    group by cohort_month, month_start

),

differences as (
    {% for measure in measures %}
        select
            '{{ measure }}' as measure,
            cast(null as date) as cohort_month,
            coalesce(cohorts.month_start, days.month_start) as month_start,
            cast(case when cohorts.month_start is null then 0 else cohorts.{{ measure }} end as decimal(28, 3))
                as cohort_value,
            cast(case when days.month_start is null then 0 else days.{{ measure }} end as decimal(28, 3))
                as expected_value
        from months_of_cohorts as cohorts
        full join months_of_days as days
            on cohorts.month_start = days.month_start
        -- Before the first cohort daily_sales may have days, on which nothing is known of customers.
        where
            cohorts.month_start is not null
            or days.{{ measure }} <> 0

        union all
    {% endfor %}
    select
        'active_customer_count' as measure,
        coalesce(cohorts.cohort_month, buyers.cohort_month) as cohort_month,
        coalesce(cohorts.month_start, buyers.month_start) as month_start,
        coalesce(cohorts.active_customer_count, 0) as cohort_value,
        coalesce(buyers.customer_count, 0) as expected_value
    from cohorts
    full join buyers
        on
            cohorts.cohort_month = buyers.cohort_month
            and cohorts.month_start = buyers.month_start

    union all

    select
        'customer_count' as measure,
        cohorts.cohort_month,
        cohorts.month_start,
        cohorts.customer_count as cohort_value,
        coalesce(buyers.customer_count, 0) as expected_value
    from cohorts
    left join buyers
        on
            cohorts.cohort_month = buyers.cohort_month
            and buyers.month_start = buyers.cohort_month
)

select *
from differences
where cohort_value is distinct from expected_value
