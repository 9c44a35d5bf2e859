{#- What daily_sales says of a day, a country and a channel against what its orders and its lines add up to; net revenue against its parts, and in total
    against that of orders; months of products against the days. A sum with an unknown part is unknown. measure: [amount, groups]. -#}
{%- set of_orders = {
    'order_count': ['case when is_purchase then 1 else 0 end', ['sales']],
    'unit_count': ['unit_count', ['sales']],
    'gross_sales_amount': ['gross_amount_reporting', ['sales']],
    'discount_amount': ['discount_amount_reporting', ['sales']],
    'tax_amount': ['tax_amount_reporting', ['sales']],
    'shipping_amount': ['shipping_amount_reporting', ['sales']],
    'shipping_tax_amount': ['shipping_tax_amount_reporting', ['sales']],
    'purchase_amount': ['case when is_purchase then net_amount_reporting else 0 end', ['sales']],
    'cost_amount': ['cost_amount_reporting', ['sales', 'cost']],
    'shipping_cost_amount': ['shipping_cost_amount_reporting', ['sales', 'parcels']],
    'payment_fee_amount': ['payment_fee_amount_reporting', ['sales', 'payments']],
} %}
{%- set of_products = {
    'unit_count': ['sales'], 'gross_sales_amount': ['sales'], 'net_revenue_amount': ['sales', 'refunds'],
    'gross_margin_amount': ['sales', 'refunds', 'cost'],
    'contribution_margin_amount': ['sales', 'refunds', 'cost', 'parcels', 'payments'], 'returned_unit_count': ['returns'],
} %}
{%- set keys = ['date_day', 'country_code', 'sales_channel'] %}
{%- set is_sale = "order_status in ('paid', 'shipped', 'delivered', 'returned')" %}
{%- set last_day = complete_up_to(['sales', 'refunds', 'cost', 'parcels', 'payments', 'returns']) %}
with

orders as (

    select
        *,
        order_date as date_day,
        shipping_country_code as country_code
    from {{ ref('fct_order') }}
    where {{ is_sale }}

),

-- Lines, and orders of which none has come. Whether a line's order is a purchase is left to the orders.
lines as (

    select
        * exclude (tax_amount_reporting),
        false as is_purchase,
        quantity as unit_count,
        case when tax_amount is null then 0 else tax_amount_reporting end as tax_amount_reporting,
        order_date as date_day,
        shipping_country_code as country_code
    from {{ ref('fct_order_line') }}
    where {{ is_sale }}

),

lines_and_empty_orders as (

    select *
    from lines

    union all by name

    select orders.*
    from orders
    left join lines
        on orders.order_id = lines.order_id
    where lines.order_id is null

),

booked as (
    {% for grain in ['orders', 'lines_and_empty_orders'] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ grain }}' as grain,
            {%- for measure, (amount, groups) in of_orders.items() %}
                {{ null_propagating_sum(amount) }} as {{ measure }},
            {%- endfor %}
            {{ keys | join(', ') }}
        from {{ grain }}
        group by {{ keys | join(', ') }}
    {% endfor %}
),

shown as (

    select
        {%- for measure in of_orders %}
            {{ null_propagating_sum(measure) }} as {{ measure }},
        {%- endfor %}
        {{ keys | join(', ') }}
    from {{ ref('daily_sales') }}
    group by {{ keys | join(', ') }}

),

-- Beside each grain, so that a market of a day on which it books nothing is compared too.
shown_of_grains as (
    {% for grain in ['orders', 'lines_and_empty_orders'] %}
        {{ 'union all' if not loop.first }}
        select
            shown.*,
            '{{ grain }}' as grain
        from shown
    {% endfor %}
),

months_of_days as (

    select
        {%- for measure in of_products %}
            {{ null_propagating_sum('days.' ~ measure) }} as {{ measure }},
        {%- endfor %}
        calendar.month_start
    from {{ ref('daily_sales') }} as days
    inner join {{ ref('dim_date') }} as calendar
        on days.date_day = calendar.date_day
    group by calendar.month_start
    having max(days.date_day) <= {{ last_day }}

),

months_of_products as (

    select
        {%- for measure in of_products %}
            {{ null_propagating_sum(measure) }} as {{ measure }},
        {%- endfor %}
        month_start
    from {{ ref('monthly_product_sales') }}
    group by month_start

),

total_of_days as (

    select {{ null_propagating_sum('net_revenue_amount') }} as net_revenue_amount
    from {{ ref('daily_sales') }}
    where date_day <= {{ last_day }}

),

total_of_orders as (

    select
        max(order_date) as last_order_date,
        {{ null_propagating_sum('net_revenue_amount_reporting') }} as net_revenue_amount
    from orders

),

-- Refunds of unknown orders reduce the revenue of days, and of no order.
total_of_refunds as (

    select
        max(refunds.refund_date) as last_refund_date,
        coalesce(sum(
            case
                when known_orders.order_id is null
                    then refunds.amount_reporting - coalesce(refunds.tax_amount_reporting, 0)
            end
        ), 0) as unmatched_amount
    from {{ ref('fct_refund') }} as refunds
    left join {{ ref('fct_order') }} as known_orders
        on refunds.order_id = known_orders.order_id

),

differences as (
    {% for measure, (amount, groups) in of_orders.items() %}
        select
            coalesce(booked.grain, shown.grain) as compared_with,
            '{{ measure }}' as measure,
            coalesce(booked.date_day, shown.date_day) as period_start,
            coalesce(booked.country_code, shown.country_code) as country_code,
            coalesce(booked.sales_channel, shown.sales_channel) as sales_channel,
            cast(case when booked.date_day is null then 0 else booked.{{ measure }} end as decimal(28, 3))
                as booked_value,
            cast(shown.{{ measure }} as decimal(28, 3)) as shown_value
        from booked
        full join shown_of_grains as shown
            on
                booked.grain = shown.grain
                {%- for key in keys %}
                    and booked.{{ key }} = shown.{{ key }}
                {%- endfor %}
        where
            coalesce(booked.date_day, shown.date_day) <= {{ counted_up_to(groups) }}
            {%- if measure in ['order_count', 'purchase_amount'] %}
                and coalesce(booked.grain, shown.grain) = 'orders'
            {%- endif %}

        union all
    {% endfor %}
    {% for measure, groups in of_products.items() %}
        select
            'products' as compared_with,
            '{{ measure }}' as measure,
            days.month_start as period_start,
            null as country_code,
            null as sales_channel,
            cast(case when products.month_start is null then 0 else products.{{ measure }} end as decimal(28, 3))
                as booked_value,
            cast(days.{{ measure }} as decimal(28, 3)) as shown_value
        from months_of_days as days
        left join months_of_products as products
            on days.month_start = products.month_start
        where {{ counted_up_to(groups) }} is not null

        union all
    {% endfor %}
    select
        'its parts' as compared_with,
        'net_revenue_amount' as measure,
        date_day as period_start,
        country_code,
        sales_channel,
        gross_sales_amount - discount_amount - tax_amount - (refund_amount - refund_tax_amount) as booked_value,
        net_revenue_amount as shown_value
    from {{ ref('daily_sales') }}
    where {{ counted_up_to(['refunds']) }} is not null

    union all

    -- It says something only where nothing is later.
    select
        'orders, in total' as compared_with,
        'net_revenue_amount' as measure,
        null as period_start,
        null as country_code,
        null as sales_channel,
        total_of_orders.net_revenue_amount - total_of_refunds.unmatched_amount as booked_value,
        total_of_days.net_revenue_amount as shown_value
    from total_of_days
    cross join total_of_orders
    cross join total_of_refunds
    where
        total_of_days.net_revenue_amount is not null
        and total_of_orders.net_revenue_amount is not null
        and total_of_orders.last_order_date <= {{ last_day }}
        and coalesce(total_of_refunds.last_refund_date, total_of_orders.last_order_date) <= {{ last_day }}
)

select *
from differences
where booked_value is distinct from shown_value
