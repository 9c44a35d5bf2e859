{% set kept_as = full_refresh_materialization() %}
{{ config(materialized=kept_as, persist_docs={'relation': true, 'columns': kept_as == 'table'}) }}

with

all_orders as (

    select
        *,
        coalesce(shipping_country_code, 'unknown') as country_code
    from {{ ref('fct_order') }}

),

sold_orders as (

    select *
    from all_orders
    where is_sale

),

-- Refunds of sales, and those whose order nobody knows. A known order that is no sale, such as a cancelled one, has no
-- sale to reduce. The tax in a refund is what the refund says, else its share of the order's tax, else none.
refunds_of_sales as (

    select
        refunds.refund_date,
        coalesce(refunds.country_code, 'unknown') as country_code,
        coalesce(orders.sales_channel, 'unknown') as sales_channel,
        refunds.amount_reporting,
        case when orders.order_id is null then refunds.amount_reporting else 0 end
            as unmatched_amount_reporting,
        {{ refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', "'" ~ var('reporting_currency') ~ "'") }}
            as tax_amount_reporting
    from {{ ref('fct_refund') }} as refunds
    left join all_orders as orders
        on refunds.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.is_sale

),

-- A visit says its country, and not through which channel somebody would buy.
visits as (

    select
        session_date,
        has_purchase,
        coalesce(country_code, 'unknown') as country_code,
        'unknown' as sales_channel
    from {{ ref('fct_web_session') }}

),

-- Money and pieces are those of all sales, so that a reversal takes back what it reverses; orders are purchases.
sales_by_day as (

    select
        order_date as date_day,
        country_code,
        sales_channel,
        count_if(is_purchase) as order_count,
        sum(unit_count) as unit_count,
        {{ null_propagating_sum('gross_amount_reporting') }} as gross_sales_amount,
        {{ null_propagating_sum('discount_amount_reporting') }} as discount_amount,
        {{ null_propagating_sum('tax_amount_reporting') }} as tax_amount,
        {{ null_propagating_sum('shipping_amount_reporting') }} as shipping_amount,
        {{ null_propagating_sum('cost_amount_reporting') }} as cost_amount,
        {{
            null_propagating_sum(
                'case when is_purchase then gross_amount_reporting - discount_amount_reporting else 0 end'
            )
        }} as purchase_amount,
        count_if(is_purchase and is_guest) as guest_order_count
    from sold_orders
    group by order_date, country_code, sales_channel

),

refunds_by_day as (

    select
        refund_date as date_day,
        country_code,
        sales_channel,
        {{ null_propagating_sum('amount_reporting') }} as refund_amount,
        {{ null_propagating_sum('unmatched_amount_reporting') }} as unmatched_refund_amount,
        {{ null_propagating_sum('tax_amount_reporting') }} as refund_tax_amount
    from refunds_of_sales
    group by refund_date, country_code, sales_channel

),

visits_by_day as (

    select
        session_date as date_day,
        country_code,
        sales_channel,
        count(*) as session_count,
        count_if(has_purchase) as converted_session_count
    from visits
    group by session_date, country_code, sales_channel

),

days_with_rows as (

    select
        date_day,
        country_code,
        sales_channel
    from sales_by_day

    union

    select
        date_day,
        country_code,
        sales_channel
    from refunds_by_day

    union

    select
        date_day,
        country_code,
        sales_channel
    from visits_by_day

),

-- Every day since the first one, for each country and channel that there is: a day without any is zero.
calendar as (

    select dates.date_day
    from {{ ref('dim_date') }} as dates
    where
        dates.date_day >= (select min(days_with_rows.date_day) from days_with_rows)
        and dates.date_day <= {{ as_of() }}

),

markets as (

    select distinct
        country_code,
        sales_channel
    from days_with_rows

),

complete_days as (

    select
        {{ complete_up_to(['sales']) }} as sales_up_to,
        {{ complete_up_to(['sales', 'cost']) }} as cost_up_to,
        {{ complete_up_to(['sales', 'refunds']) }} as refunds_up_to,
        {{ complete_up_to(['sessions']) }} as sessions_up_to

),

market_days as (

    select
        calendar.date_day,
        markets.country_code,
        markets.sales_channel,
        calendar.date_day <= complete_days.sales_up_to as has_sales,
        calendar.date_day <= complete_days.cost_up_to as has_cost,
        calendar.date_day <= complete_days.refunds_up_to as has_refunds,
        calendar.date_day <= complete_days.sessions_up_to as has_sessions
    from calendar
    cross join markets
    cross join complete_days

),

-- A measure is unknown, and not zero, for a day that its tables were not delivered for.
market_measures as (

    select
        market_days.date_day,
        market_days.country_code,
        market_days.sales_channel,
        {%- for has_process, process, measure in [
            ('has_sales', 'sales', 'order_count'),
            ('has_sales', 'sales', 'unit_count'),
            ('has_sales', 'sales', 'guest_order_count'),
            ('has_sales', 'sales', 'gross_sales_amount'),
            ('has_sales', 'sales', 'discount_amount'),
            ('has_sales', 'sales', 'tax_amount'),
            ('has_sales', 'sales', 'shipping_amount'),
            ('has_sales', 'sales', 'purchase_amount'),
            ('has_cost', 'sales', 'cost_amount'),
            ('has_refunds', 'refunds', 'refund_amount'),
            ('has_refunds', 'refunds', 'unmatched_refund_amount'),
            ('has_refunds', 'refunds', 'refund_tax_amount'),
            ('has_sessions', 'visits', 'session_count'),
            ('has_sessions', 'visits', 'converted_session_count'),
        ] %}
        case
            when market_days.{{ has_process }} and {{ process }}.date_day is null then 0
            when market_days.{{ has_process }} then {{ process }}.{{ measure }}
        end as {{ measure }}
        {{- ',' if not loop.last }}
    {%- endfor %}
    from
        market_days
    {%- for process in ['sales', 'refunds', 'visits'] %}
        left join {{ process }}_by_day as {{ process }}
            on
                market_days.date_day = {{ process }}.date_day
                and market_days.country_code = {{ process }}.country_code
                and market_days.sales_channel = {{ process }}.sales_channel
    {%- endfor %}

)

select
    ---------- keys
    date_day,
    country_code,
    sales_channel,

    ---------- additive measures
    cast(order_count as bigint) as order_count,
    cast(unit_count as bigint) as unit_count,
    cast(gross_sales_amount as decimal(18, 3)) as gross_sales_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    cast(refund_amount as decimal(18, 3)) as refund_amount,
    cast(unmatched_refund_amount as decimal(18, 3)) as unmatched_refund_amount,
    cast(
        gross_sales_amount - discount_amount - tax_amount - (refund_amount - refund_tax_amount) as decimal(18, 3)
    ) as net_revenue_amount,
    cast(cost_amount as decimal(18, 3)) as cost_amount,
    cast(
        gross_sales_amount - discount_amount - tax_amount - (refund_amount - refund_tax_amount) - cost_amount
        as decimal(18, 3)
    ) as margin_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(purchase_amount as decimal(18, 3)) as purchase_amount,
    cast(guest_order_count as bigint) as guest_order_count,
    cast(session_count as bigint) as session_count,
    cast(converted_session_count as bigint) as converted_session_count,

    '{{ var("reporting_currency") }}' as currency_code
from market_measures
