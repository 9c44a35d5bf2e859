{#- Gross sales of each day without core and without the project's cross rates: staging's lines, times the day's landed rate of one currency
    over that of the other. It rounds nothing, so a line may differ by the half cent that rounding it makes. -#}
with

lines as (

    select
        orders.currency_code,
        {{ business_date('orders.ordered_at') }} as date_day,
        cast(items.quantity * items.unit_price as double) as gross_amount
    from {{ ref('stg_shop__order_items') }} as items
    inner join {{ ref('stg_shop__orders') }} as orders
        on items.order_id = orders.order_id
    where
        not items.is_deleted
        and not orders.is_deleted
        and orders.order_status not in ('pending', 'cancelled')

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
        reporting.units / own.units as price
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

converted as (

    select
        lines.date_day,
        case
            when lines.currency_code = '{{ var("reporting_currency") }}'
                then lines.gross_amount
            else lines.gross_amount * prices.price
        end as gross_amount_reporting
    from lines
    left join prices
        on
            lines.date_day = prices.rate_date
            and lines.currency_code = prices.currency_code
    where lines.date_day <= {{ as_of() }}

),

by_day as (

    select
        date_day,
        count(*) as line_count,
        sum(gross_amount_reporting) as gross_sales_amount,
        count_if(gross_amount_reporting is null) as lines_without_rate
    from converted
    group by date_day

)

select
    by_day.date_day,
    kpis.gross_sales_amount,
    by_day.gross_sales_amount as gross_sales_amount_of_staging,
    by_day.line_count
from by_day
left join {{ ref('daily_sales_kpis') }} as kpis
    on by_day.date_day = kpis.date_day
where
    kpis.date_day is null
    or (kpis.gross_sales_amount is null) <> (by_day.lines_without_rate > 0)
    or abs(kpis.gross_sales_amount - by_day.gross_sales_amount)
    > 0.005 * by_day.line_count + 0.01
