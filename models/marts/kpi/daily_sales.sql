{% set kept_as = full_refresh_materialization() %}
{{ config(materialized=kept_as, persist_docs={'relation': true, 'columns': kept_as == 'table'}) }}

{% set keys = ['country_code', 'sales_channel', 'customer_type'] %}
{% set reporting_currency = "'" ~ var('reporting_currency') ~ "'" %}

with

-- New is who had bought on no day before. Guests are many people, and nobody knows whether they come back.
orders as (

    select
        orders.*,
        coalesce(orders.shipping_country_code, 'unknown') as country_code,
        case
            when orders.is_guest then 'guest'
            when not orders.has_customer then 'unknown'
            when orders.order_date > customers.first_order_date then 'returning'
            else 'new'
        end as customer_type
    from {{ ref('fct_order') }} as orders
    left join {{ ref('agg_customer__sales') }} as customers
        on orders.customer_key = customers.customer_key

),

-- Money and pieces are those of all sales, so that a reversal takes back what it reverses; orders are purchases.
orders_by_day as (

    select
        order_date as date_day,
        {{ keys | join(', ') }},
        count_if(is_purchase) as order_count,
        count_if(is_purchase or not is_sale) as placed_order_count,
        count_if(order_status = 'cancelled') as cancelled_order_count,
        sum(case when is_sale then unit_count else 0 end) as unit_count,
        {%- for amount, measure in [
            ('gross_amount', 'gross_sales_amount'), ('discount_amount', 'discount_amount'), ('tax_amount', 'tax_amount'),
            ('cost_amount', 'cost_amount'), ('shipping_amount', 'shipping_amount'),
            ('shipping_tax_amount', 'shipping_tax_amount'), ('shipping_cost_amount', 'shipping_cost_amount'),
            ('payment_fee_amount', 'payment_fee_amount'),
        ] %}
            {{ null_propagating_sum('case when is_sale then ' ~ amount ~ '_reporting else 0 end') }} as {{ measure }},
        {%- endfor %}
        {{ null_propagating_sum('case when is_purchase then net_amount_reporting else 0 end') }} as purchase_amount
    from orders
    group by order_date, {{ keys | join(', ') }}

),

-- Refunds and returns of sales, and those whose order nobody knows. A known order that is no sale, such as a cancelled one, has no sale to reduce.
refunds as (

    select
        refunds.refund_date as date_day,
        coalesce(refunds.country_code, 'unknown') as country_code,
        coalesce(orders.sales_channel, 'unknown') as sales_channel,
        coalesce(orders.customer_type, 'unknown') as customer_type,
        refunds.amount_reporting as refund_amount,
        case when orders.order_id is null then refunds.amount_reporting else 0 end as unmatched_refund_amount,
        {{ refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', reporting_currency) }}
            as refund_tax_amount
    from {{ ref('fct_refund') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.is_sale

),

refunds_by_day as (

    select
        date_day,
        {{ keys | join(', ') }},
        {{ null_propagating_sum('refund_amount') }} as refund_amount,
        {{ null_propagating_sum('unmatched_refund_amount') }} as unmatched_refund_amount,
        {{ null_propagating_sum('refund_tax_amount') }} as refund_tax_amount
    from refunds
    group by date_day, {{ keys | join(', ') }}

),

returns as (

    select
        returns.return_date as date_day,
        coalesce(returns.country_code, 'unknown') as country_code,
        coalesce(orders.sales_channel, 'unknown') as sales_channel,
        coalesce(orders.customer_type, 'unknown') as customer_type,
        returns.quantity
    from {{ ref('fct_return') }} as returns
    left join orders
        on returns.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.is_sale

),

returns_by_day as (

    select
        date_day,
        {{ keys | join(', ') }},
        sum(quantity) as returned_unit_count
    from returns
    group by date_day, {{ keys | join(', ') }}

),

days_with_rows as (
    {% for process in ['orders', 'refunds', 'returns'] %}
        {{ 'union' if not loop.first }}
        select
            date_day,
            {{ keys | join(', ') }}
        from {{ process }}_by_day
    {% endfor %}
),

markets as (

    select distinct {{ keys | join(', ') }}
    from days_with_rows

),

-- Every day since the first one, for each country, channel and type of customers that there is: a day without any is zero.
market_days as (

    select
        dates.date_day,
        markets.*
    from {{ ref('dim_date') }} as dates
    cross join markets
    where
        dates.date_day >= (select min(days_with_rows.date_day) from days_with_rows)
        and dates.date_day <= {{ as_of() }}

),

-- Refunds of a company that lands none are unknown, and reduce its revenue as little as they do that of its orders.
known_days as (

    select
        {{ counted_up_to(['sales']) }} as sales_up_to,
        {{ complete_up_to(['sales', 'refunds']) }} as refunds_up_to,
        {{ counted_up_to(['refunds']) }} is not null as has_refunds,
        {{ counted_up_to(['sales', 'cost']) }} as costs_up_to,
        {{ counted_up_to(['returns']) }} as returns_up_to,
        {{ counted_up_to(['sales', 'parcels']) }} as parcels_up_to,
        {{ counted_up_to(['sales', 'payments']) }} as payments_up_to

),

-- A measure is unknown, and not zero, for a day that its tables were not delivered for.
market_measures as (

    select
        market_days.*,
        {%- for process, known_up_to, measures in [
            ('orders', 'sales_up_to', [
                'order_count', 'placed_order_count', 'cancelled_order_count', 'unit_count', 'gross_sales_amount',
                'discount_amount', 'tax_amount', 'shipping_amount', 'shipping_tax_amount', 'purchase_amount',
            ]),
            ('orders', 'costs_up_to', ['cost_amount']),
            ('orders', 'parcels_up_to', ['shipping_cost_amount']),
            ('orders', 'payments_up_to', ['payment_fee_amount']),
            ('refunds', 'refunds_up_to', ['refund_amount', 'unmatched_refund_amount', 'refund_tax_amount']),
            ('returns', 'returns_up_to', ['returned_unit_count']),
        ] %}
            {%- for measure in measures %}
                case
                    when market_days.date_day <= known_days.{{ known_up_to }} and {{ process }}.date_day is null then 0
                    when market_days.date_day <= known_days.{{ known_up_to }} then {{ process }}.{{ measure }}
                end as {{ measure }},
            {%- endfor %}
        {%- endfor %}
        known_days.has_refunds
    from market_days
    cross join known_days
    {%- for process in ['orders', 'refunds', 'returns'] %}
        left join {{ process }}_by_day as {{ process }}
            on
                market_days.date_day = {{ process }}.date_day
                {%- for key in keys %}
                    and market_days.{{ key }} = {{ process }}.{{ key }}
                {%- endfor %}
    {%- endfor %}

),

market_revenues as (

    select
        *,
        gross_sales_amount - discount_amount - tax_amount - (refund_amount - refund_tax_amount) as net_revenue_amount
    from market_measures

)

select
    ---------- keys
    date_day,
    country_code,
    sales_channel,
    customer_type,

    ---------- counts
    cast(order_count as bigint) as order_count,
    cast(placed_order_count as bigint) as placed_order_count,
    cast(cancelled_order_count as bigint) as cancelled_order_count,
    cast(unit_count as bigint) as unit_count,
    cast(returned_unit_count as bigint) as returned_unit_count,

    ---------- revenue
    cast(gross_sales_amount as decimal(18, 3)) as gross_sales_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    cast(case when has_refunds then refund_amount end as decimal(18, 3)) as refund_amount,
    cast(case when has_refunds then refund_tax_amount end as decimal(18, 3)) as refund_tax_amount,
    cast(case when has_refunds then unmatched_refund_amount end as decimal(18, 3)) as unmatched_refund_amount,
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,

    ---------- margins
    cast(cost_amount as decimal(18, 3)) as cost_amount,
    cast(net_revenue_amount - cost_amount as decimal(18, 3)) as gross_margin_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(shipping_tax_amount as decimal(18, 3)) as shipping_tax_amount,
    cast(shipping_cost_amount as decimal(18, 3)) as shipping_cost_amount,
    cast(payment_fee_amount as decimal(18, 3)) as payment_fee_amount,
    cast(
        net_revenue_amount - cost_amount + shipping_amount - shipping_tax_amount
        - shipping_cost_amount - payment_fee_amount as decimal(18, 3)
    ) as contribution_margin_amount,

    ---------- what purchases are worth
    cast(purchase_amount as decimal(18, 3)) as purchase_amount,
    {{ reporting_currency }} as currency_code
from market_revenues
