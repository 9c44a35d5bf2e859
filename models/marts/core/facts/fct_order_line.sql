{{ config(unique_key='order_item_id', cluster_by='order_date') }}

{% set stg_items = ref('stg_shop__order_items') %}
{% set stg_orders = ref('stg_shop__orders') %}
{% set order_lines = ref('int_order_line__amounts') %}
{% set fct_orders = ref('fct_order') %}
{% set fct_refunds = ref('fct_refund') %}
{# Whatever changes an amount of a line, its cost and its rate too, changes its order. #}
{% set where_changed = where_keys_changed('order_id', [stg_orders, stg_items, fct_orders]) %}
{#
    The amounts of an order that its lines bear, and what of them a line has by itself. What the order has beyond that is shared out by the value of
    the lines after their own discounts, equally where all are zero: line by line, in the order of their ids, what falls on the value
    so far is rounded to the smallest unit, and a line bears what it adds. So shares are off by less than one unit, and close to the order.
#}
{% set own_amounts = ['discount_amount', 'tax_amount', 'refunded_amount', 'refunded_tax_amount'] %}
{% set order_amounts = ['shipping_amount', 'shipping_tax_amount', 'shipping_cost_amount', 'payment_fee_amount'] %}
{% set suffixes = ['', '_reporting'] %}
{% set lines_of_order = 'partition by order_id, is_deleted' %}

with

order_lines as (

    select *
    from {{ order_lines }}
    {{ where_changed }}

),

orders as (

    select *
    from {{ fct_orders }}
    {{ where_changed }}

),

refunds as (

    select *
    from {{ fct_refunds }}
    {{ where_changed }}

),

-- As in fct_order, an amount in another currency than the order's counts in the reporting currency alone.
refunds_by_line as (

    select
        refunds.order_id,
        refunds.order_item_id,
        sum(case when refunds.currency_code = orders.currency_code then refunds.amount else 0 end) as refunded_amount,
        {{ null_propagating_sum(
            'case when refunds.currency_code = orders.currency_code then '
            ~ refund_tax('refunds.amount', 'refunds.tax_amount', 'orders.currency_code') ~ ' else 0 end'
        ) }} as refunded_tax_amount,
        {{ null_propagating_sum('refunds.amount_reporting') }} as refunded_amount_reporting,
        {{ null_propagating_sum(
            refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', "'" ~ var('reporting_currency') ~ "'")
        ) }} as refunded_tax_amount_reporting
    from refunds
    inner join orders
        on refunds.order_id = orders.order_id
    where refunds.order_item_id is not null
    group by refunds.order_id, refunds.order_item_id

),

-- Beside each line, what it has by itself and what its order has.
lines_with_orders as (

    select
        {%- for suffix in suffixes %}
            {%- for amount in own_amounts + order_amounts %}
                orders.{{ amount ~ suffix }} as order_{{ amount ~ suffix }},
            {%- endfor %}
            {%- for amount in ['refunded_amount', 'refunded_tax_amount'] %}
                case when refunds_by_line.order_id is null then 0 else refunds_by_line.{{ amount ~ suffix }} end
                    as own_{{ amount ~ suffix }},
            {%- endfor %}
            order_lines.discount_amount{{ suffix }} as own_discount_amount{{ suffix }},
            order_lines.tax_amount{{ suffix }} as own_tax_amount{{ suffix }},
        {%- endfor %}
        order_lines.*,
        abs(order_lines.gross_amount - order_lines.discount_amount) as line_value
    from order_lines
    left join orders
        on order_lines.order_id = orders.order_id
    left join refunds_by_line
        on
            order_lines.order_id = refunds_by_line.order_id
            and order_lines.order_item_id = refunds_by_line.order_item_id

),

-- What of an order's amounts is spread, and the value of the lines up to each. Deleted lines are on their way out and bear nothing.
lines_with_values as (

    select
        *,
        {%- for suffix in suffixes %}
            {%- for amount in own_amounts %}
                cast(
                    order_{{ amount ~ suffix }}
                    - sum(coalesce(own_{{ amount ~ suffix }}, 0)) over ({{ lines_of_order }}) as decimal(18, 3)
                ) as spread_{{ amount ~ suffix }},
            {%- endfor %}
            {%- for amount in order_amounts %}
                order_{{ amount ~ suffix }} as spread_{{ amount ~ suffix }},
            {%- endfor %}
        {%- endfor %}
        count(*) over ({{ lines_of_order }}) as line_count,
        row_number() over ({{ lines_of_order }} order by order_item_id) as line_position,
        sum(line_value) over ({{ lines_of_order }}) as order_value,
        sum(line_value) over (
            {{ lines_of_order }} order by order_item_id rows between unbounded preceding and current row
        ) as value_so_far
    from lines_with_orders

),

lines_with_parts as (

    select
        *,
        case
            when order_value = 0 then cast(line_position - 1 as double) / nullif(line_count, 0)
            else cast(value_so_far - line_value as double) / nullif(cast(order_value as double), 0)
        end as part_before,
        case
            when order_value = 0 then cast(line_position as double) / nullif(line_count, 0)
            else cast(value_so_far as double) / nullif(cast(order_value as double), 0)
        end as part_so_far
    from lines_with_values

),

lines_with_shares as (

    select
        {%- for suffix in suffixes %}
            {%- set currency = "'" ~ var('reporting_currency') ~ "'" if suffix else 'currency_code' %}
            {%- for amount in own_amounts + order_amounts %}
                {%- set spread = 'spread_' ~ amount ~ suffix %}
                case
                    when {{ spread }} = 0 or line_count = 1 then {{ spread }}
                    else
                        {{ round_money('cast(' ~ spread ~ ' as double) * part_so_far', currency) }}
                        - {{ round_money('cast(' ~ spread ~ ' as double) * part_before', currency) }}
                end as {{ amount ~ suffix }}_share,
            {%- endfor %}
        {%- endfor %}
        *
    from lines_with_parts

),

-- A line whose order has not come has what it says itself, and nothing of what an order would have.
lines_with_amounts as (

    select
        {%- for suffix in suffixes %}
            own_discount_amount{{ suffix }} + coalesce(discount_amount{{ suffix }}_share, 0)
                as {{ 'discount_amount' ~ suffix }},
            coalesce(
                own_tax_amount{{ suffix }},
                case when spread_tax_amount <> 0 then tax_amount{{ suffix }}_share end
            ) as tax_amount{{ suffix }},
            own_refunded_amount{{ suffix }} + refunded_amount{{ suffix }}_share
                as {{ 'refunded_amount' ~ suffix }},
            own_refunded_tax_amount{{ suffix }} + refunded_tax_amount{{ suffix }}_share
                as {{ 'refunded_tax_amount' ~ suffix }},
            {%- for amount in order_amounts %}
                {{ amount ~ suffix }}_share as {{ amount ~ suffix }},
            {%- endfor %}
        {%- endfor %}
        *
    from lines_with_shares

),

lines_with_revenues as (

    select
        {%- for suffix in suffixes %}
            gross_amount{{ suffix }} - discount_amount{{ suffix }} - coalesce(tax_amount{{ suffix }}, 0)
            - (refunded_amount{{ suffix }} - refunded_tax_amount{{ suffix }}) as net_revenue_amount{{ suffix }},
        {%- endfor %}
        *
    from lines_with_amounts

)

select
    ---------- keys
    order_item_id,
    order_id,
    coalesce(customer_key, 'unknown') as customer_key,
    {{ surrogate_key('product_id') }} as product_key,
    {{ surrogate_key('promotion_id') }} as promotion_key,
    order_date,

    ---------- attributes
    line_number,
    sales_channel,
    order_status,
    shipping_country_code,
    currency_code,
    cost_currency_code,
    is_order_known,
    quantity < 0 as has_negative_quantity,

    ---------- measures in the order's currency
    quantity,
    unit_price,
    gross_amount,
    cast(discount_amount as decimal(18, 3)) as discount_amount,
    cast(discount_amount - own_discount_amount as decimal(18, 3)) as order_discount_amount,
    cast(gross_amount - discount_amount as decimal(18, 3)) as net_amount,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    cast(shipping_amount as decimal(18, 3)) as shipping_amount,
    cast(shipping_tax_amount as decimal(18, 3)) as shipping_tax_amount,
    cast(refunded_amount as decimal(18, 3)) as refunded_amount,
    cast(refunded_tax_amount as decimal(18, 3)) as refunded_tax_amount,
    cast(net_revenue_amount as decimal(18, 3)) as net_revenue_amount,
    cost_amount,
    cost_of_goods_amount,
    cast(net_revenue_amount - cost_of_goods_amount as decimal(18, 3)) as gross_margin_amount,
    cast(shipping_cost_amount as decimal(18, 3)) as shipping_cost_amount,
    cast(payment_fee_amount as decimal(18, 3)) as payment_fee_amount,
    cast(
        net_revenue_amount + shipping_amount - shipping_tax_amount
        - cost_of_goods_amount - shipping_cost_amount - payment_fee_amount as decimal(18, 3)
    ) as contribution_margin_amount,

    ---------- measures in the reporting currency
    gross_amount_reporting,
    cast(discount_amount_reporting as decimal(18, 3)) as discount_amount_reporting,
    cast(gross_amount_reporting - discount_amount_reporting as decimal(18, 3))
        as net_amount_reporting,
    cast(tax_amount_reporting as decimal(18, 3)) as tax_amount_reporting,
    cast(shipping_amount_reporting as decimal(18, 3)) as shipping_amount_reporting,
    cast(shipping_tax_amount_reporting as decimal(18, 3)) as shipping_tax_amount_reporting,
    cast(refunded_amount_reporting as decimal(18, 3)) as refunded_amount_reporting,
    cast(refunded_tax_amount_reporting as decimal(18, 3)) as refunded_tax_amount_reporting,
    cast(net_revenue_amount_reporting as decimal(18, 3)) as net_revenue_amount_reporting,
    cost_amount_reporting,
    cast(net_revenue_amount_reporting - cost_amount_reporting as decimal(18, 3))
        as gross_margin_amount_reporting,
    cast(shipping_cost_amount_reporting as decimal(18, 3)) as shipping_cost_amount_reporting,
    cast(payment_fee_amount_reporting as decimal(18, 3)) as payment_fee_amount_reporting,
    cast(
        net_revenue_amount_reporting + shipping_amount_reporting - shipping_tax_amount_reporting
        - cost_amount_reporting - shipping_cost_amount_reporting - payment_fee_amount_reporting as decimal(18, 3)
    ) as contribution_margin_amount_reporting,

    ---------- timestamps
    ordered_at,

    ---------- technical
    is_deleted as _is_deleted,
    {{ current_load_id() }} as _load_id
from lines_with_revenues
{{ without_deleted() }}
