-- Days, and the total of all days, whose gross sales or purchases are not what staging says, converted here a second time. A sum with an unknown
-- part is unknown.
{%- set gross_amount = round_money('items.quantity * items.unit_price', 'sales.currency_code') %}
with

sales as (

    select
        order_id,
        currency_code,
        {{ business_date('ordered_at') }} as order_date,
        order_id in (
            select items.order_id
            from {{ ref('stg_shop__order_items') }} as items
            where
                not items.is_deleted
                and items.quantity > 0
                and items.unit_price >= 0
        ) as is_purchase
    from {{ ref('stg_shop__orders') }}
    where
        not is_deleted
        and order_status in ('paid', 'shipped', 'delivered', 'returned')

),

lines as (

    select
        sales.order_date,
        case
            when sales.currency_code = '{{ var("reporting_currency") }}'
                then {{ gross_amount }}
            else
                round(
                    cast({{ gross_amount }} as decimal(28, 3))
                    * rates.reporting_rate, {{ minor_unit(var('reporting_currency')) }}
                )
        end as gross_sales_amount
    from {{ ref('stg_shop__order_items') }} as items
    inner join sales
        on items.order_id = sales.order_id
    left join {{ ref('int_currency__daily_rates') }} as rates
        on
            sales.order_date = rates.rate_date
            and sales.currency_code = rates.currency_code
    where
        not items.is_deleted
        and sales.order_date <= {{ complete_up_to(['sales']) }}

),

gross_by_day as (

    select
        order_date,
        case
            when count(*) = count(gross_sales_amount)
                then sum(gross_sales_amount)
        end as gross_sales_amount
    from lines
    group by order_date

),

orders_by_day as (

    select
        order_date,
        coalesce(count_if(is_purchase), 0) as order_count
    from sales
    where order_date <= {{ complete_up_to(['sales']) }}
    group by order_date

),

expected_by_day as (

    select
        orders_by_day.order_date,
        orders_by_day.order_count,
        case
            when gross_by_day.order_date is null then 0
            else gross_by_day.gross_sales_amount
        end as gross_sales_amount
    from orders_by_day
    left join gross_by_day
        on orders_by_day.order_date = gross_by_day.order_date

),

daily as (

    select
        date_day,
        sum(order_count) as order_count,
        case when count(*) = count(gross_sales_amount) then sum(gross_sales_amount) end as gross_sales_amount
    from {{ ref('daily_sales') }}
    where date_day <= {{ as_of() }}
    group by date_day

),

delivered_days as (

    select *
    from daily
    where date_day <= {{ counted_up_to(['sales']) }}

),

days as (

    select
        coalesce(daily.date_day, expected_by_day.order_date) as date_day,
        coalesce(expected_by_day.order_count, 0) as expected_order_count,
        daily.order_count as actual_order_count,
        case
            when expected_by_day.order_date is null then 0
            else expected_by_day.gross_sales_amount
        end as expected_gross_sales_amount,
        daily.gross_sales_amount as actual_gross_sales_amount
    from delivered_days as daily
    full join expected_by_day
        on daily.date_day = expected_by_day.order_date

),

totals as (

    select
        (
            select count(*)
            from sales
            where
                order_date <= {{ complete_up_to(['sales']) }}
                and is_purchase
        ) as expected_order_count,
        (select coalesce(sum(gross_sales_amount), 0) from lines)
            as expected_gross_sales_amount,
        (select coalesce(sum(order_count), 0) from daily) as actual_order_count,
        (select coalesce(sum(gross_sales_amount), 0) from daily)
            as actual_gross_sales_amount,
        -- A day with one unknown line is unknown as a whole, so then the totals say nothing.
        (
            select count(*)
            from daily
            where
                gross_sales_amount is null
                and date_day <= {{ complete_up_to(['sales']) }}
        ) as unknown_days

),

compared as (

    {%- for measure in ['order_count', 'gross_sales_amount'] %}
        select
            'staging' as compared_with,
            date_day as period_start,
            '{{ measure }}' as measure,
            cast(expected_{{ measure }} as decimal(28, 3)) as expected_value,
            cast(actual_{{ measure }} as decimal(28, 3)) as actual_value
        from days

        union all

        select
            'staging, in total' as compared_with,
            cast(null as date) as period_start,
            '{{ measure }}' as measure,
            cast(expected_{{ measure }} as decimal(28, 3)) as expected_value,
            cast(actual_{{ measure }} as decimal(28, 3)) as actual_value
        from totals
        {{ 'where unknown_days = 0' if measure == 'gross_sales_amount' }}

        {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select *
from compared
where expected_value is distinct from actual_value
