{#- Units, gross sales, discounts and refunds, those without a known order too, of each day without core and without the project's cross rates:
    what staging holds, times the day's landed rate of one currency over that of the other. It rounds nothing, so a booking may differ by half of
    the smallest unit of its own currency, and by half of that of the reporting one. -#}
{%- set amounts = ['gross_sales_amount', 'discount_amount', 'refund_amount', 'unmatched_refund_amount'] %}
{#- Amounts of lines are worked out of prices that have more decimals, or land without their currency. -#}
{%- set computed = ['gross_sales_amount', 'discount_amount'] %}
{%- set half_unit = 0.5 / 10 ** minor_unit(var('reporting_currency')) %}
with

orders as (

    select
        order_id,
        currency_code,
        discount_amount,
        total_amount - coalesce(shipping_amount, 0) as net_amount,
        {{ business_date('ordered_at') }} as date_day,
        order_status not in ('pending', 'cancelled') as is_sale
    from {{ ref('stg_shop__orders') }}
    where not is_deleted

),

sales as (

    select *
    from orders
    where is_sale

),

bookings as (

    select
        sales.currency_code,
        sales.date_day,
        items.quantity as unit_count,
        cast(items.quantity * items.unit_price as double) as gross_sales_amount,
        cast(coalesce(items.discount_amount, 0) as double) as discount_amount,
        cast(null as double) as refund_amount,
        cast(null as double) as unmatched_refund_amount
    from {{ ref('stg_shop__order_items') }} as items
    inner join sales
        on items.order_id = sales.order_id
    where not items.is_deleted

    union all

    -- What an order was given beyond its lines, where it adds up with it.
    select
        max(sales.currency_code) as currency_code,
        max(sales.date_day) as date_day,
        0 as unit_count,
        cast(null as double) as gross_sales_amount,
        cast(max(sales.discount_amount) - sum(coalesce(items.discount_amount, 0)) as double) as discount_amount,
        cast(null as double) as refund_amount,
        cast(null as double) as unmatched_refund_amount
    from sales
    inner join {{ ref('stg_shop__order_items') }} as items
        on sales.order_id = items.order_id
    where not items.is_deleted
    group by sales.order_id
    having
        max(sales.discount_amount) > sum(coalesce(items.discount_amount, 0))
        and max(sales.net_amount + sales.discount_amount)
        = sum({{ round_money('items.quantity * items.unit_price', 'sales.currency_code') }})

    union all

    select
        refunds.currency_code,
        {{ business_date('refunds.refunded_at') }} as date_day,
        0 as unit_count,
        cast(null as double) as gross_sales_amount,
        cast(null as double) as discount_amount,
        cast(refunds.amount as double) as refund_amount,
        case when orders.order_id is null then cast(refunds.amount as double) end
            as unmatched_refund_amount
    from {{ ref('stg_shop__refunds') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id
    where
        not refunds.is_deleted
        and coalesce(orders.is_sale, true)

),

landed_rates as (

    select *
    from {{ ref('stg_fx__daily_rates') }}

),

-- Units of a currency for one unit of the base; the base itself is 1.
units as (

    select
        rate_date,
        base_currency_code,
        quote_currency_code as currency_code,
        cast(rate as double) as units
    from landed_rates

    union distinct

    select
        rate_date,
        base_currency_code,
        base_currency_code as currency_code,
        cast(1 as double) as units
    from landed_rates

),

prices as (

    select
        own.rate_date,
        own.currency_code,
        cast(reporting.units as double) / nullif(own.units, 0) as price
    from units as own
    inner join units as reporting
        on
            own.rate_date = reporting.rate_date
            and own.base_currency_code = reporting.base_currency_code
    where
        reporting.currency_code = '{{ var("reporting_currency") }}'
        and own.units <> 0
    -- The bases that int_currency__daily_rates prefers, where there are several.
    qualify
        row_number() over (
            partition by own.rate_date, own.currency_code
            order by
                case when own.base_currency_code = reporting.currency_code then 0 else 1 end,
                own.base_currency_code
        ) = 1

),

-- A day without a price has the last one that may be carried to it.
prices_of_days as (

    select
        days.date_day,
        days.currency_code,
        prices.price
    from (
        select distinct
            date_day,
            currency_code
        from bookings
    ) as days
    inner join prices
        on
            days.currency_code = prices.currency_code
            and prices.rate_date between {{ add_days('days.date_day', -carried_days()) }} and days.date_day
    qualify
        row_number() over (
            partition by days.date_day, days.currency_code
            order by prices.rate_date desc nulls last
        ) = 1

),

converted as (

    select
        bookings.*,
        case
            when bookings.currency_code = '{{ var("reporting_currency") }}' then 1
            else prices.price
        end as price,
        cast(
            case bookings.currency_code
                {%- for currency in var('domains').currencies %}
                    when '{{ currency }}' then {{ 0.5 / 10 ** minor_unit(currency) }}
                {%- endfor %}
            end as double
        ) as half_of_own_unit,
        case
            when bookings.currency_code = '{{ var("reporting_currency") }}' then 0
            else {{ half_unit }}
        end as half_of_reporting_unit
    from bookings
    left join prices_of_days as prices
        on
            bookings.date_day = prices.date_day
            and bookings.currency_code = prices.currency_code
    where bookings.date_day <= {{ as_of() }}

),

by_day as (

    select
        {%- for amount in amounts %}
            coalesce(sum({{ amount }} * price), 0) as {{ amount }},
            count_if({{ amount }} is not null and price is null) as unknown_{{ amount }},
            coalesce(sum(
                case
                    when {{ amount }} is not null
                        then half_of_reporting_unit + {{ 'half_of_own_unit' if amount in computed else 0 }} * price
                end
            ), 0) as tolerance_of_{{ amount }},
        {%- endfor %}
        date_day,
        sum(unit_count) as unit_count
    from converted
    group by date_day

),

kpis_by_day as (

    select
        {%- for measure in amounts + ['unit_count'] %}
            case when count(*) = count({{ measure }}) then sum({{ measure }}) end as {{ measure }},
        {%- endfor %}
        date_day
    from {{ ref('daily_sales') }}
    group by date_day

),

compared as (
    {% for amount in amounts %}
        {{ 'union all' if not loop.first }}
        select
            '{{ amount }}' as measure,
            by_day.date_day,
            by_day.{{ amount }} as expected_value,
            by_day.unknown_{{ amount }} > 0
            or by_day.date_day > {{ complete_up_to(['sales', 'refunds'] if 'refund' in amount else ['sales']) }}
            or {{ counted_up_to(['refunds'] if 'refund' in amount else ['sales']) }} is null
                as is_unknown,
            by_day.tolerance_of_{{ amount }} + 2 * {{ half_unit }} as tolerance,
            kpis.{{ amount }} as actual_value
        from by_day
        left join kpis_by_day as kpis
            on by_day.date_day = kpis.date_day
    {% endfor %}

    union all

    select
        'unit_count' as measure,
        by_day.date_day,
        by_day.unit_count as expected_value,
        by_day.date_day > {{ complete_up_to(['sales']) }}
        or {{ counted_up_to(['sales']) }} is null as is_unknown,
        0 as tolerance,
        kpis.unit_count as actual_value
    from by_day
    left join kpis_by_day as kpis
        on by_day.date_day = kpis.date_day

)

select *
from compared
where
    (actual_value is null) <> is_unknown
    or abs(actual_value - expected_value) > tolerance
