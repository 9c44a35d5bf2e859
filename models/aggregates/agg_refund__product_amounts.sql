{% set lines_of_refund = 'partition by refund_id' %}
{% set reporting_currency = "'" ~ var('reporting_currency') ~ "'" %}

with

-- Refunds of sales, and those whose order nobody knows. A known order that is no sale has no sale to reduce.
refunds as (

    select
        refunds.refund_id,
        refunds.order_id,
        refunds.order_item_id,
        refunds.product_key,
        refunds.refund_date,
        refunds.amount_reporting,
        {{ refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', reporting_currency) }}
            as tax_amount_reporting
    from {{ ref('fct_refund') }} as refunds
    left join {{ ref('fct_order') }} as orders
        on refunds.order_id = orders.order_id
    where
        orders.order_id is null
        or orders.is_sale

),

-- A refund that names its product stays whole. One of a whole order has every line of it beside it, and one without lines is of no product.
refunds_with_lines as (

    select
        refunds.*,
        coalesce(lines.product_key, refunds.product_key) as line_product_key,
        count(*) over ({{ lines_of_refund }}) as line_count,
        row_number() over ({{ lines_of_refund }} order by lines.order_item_id) as line_position,
        coalesce(abs(lines.net_amount), 0) as line_value,
        sum(coalesce(abs(lines.net_amount), 0)) over ({{ lines_of_refund }}) as order_value,
        sum(coalesce(abs(lines.net_amount), 0)) over (
            {{ lines_of_refund }} order by lines.order_item_id rows between unbounded preceding and current row
        ) as value_so_far
    from refunds
    left join {{ ref('fct_order_line') }} as lines
        on
            refunds.order_id = lines.order_id
            and refunds.product_key = 'unknown'
            and (refunds.order_item_id is null or refunds.order_item_id = lines.order_item_id)

),

refunds_with_parts as (

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
    from refunds_with_lines

)

select
    ---------- keys
    refund_id,
    line_position,
    line_product_key as product_key,
    refund_date,

    ---------- measures in the reporting currency
{%- for amount in ['amount_reporting', 'tax_amount_reporting'] %}
    cast(
        case
            when line_count = 1 then {{ amount }}
            else
                {{ round_money('cast(' ~ amount ~ ' as double) * part_so_far', reporting_currency) }}
                - {{ round_money('cast(' ~ amount ~ ' as double) * part_before', reporting_currency) }}
        end as decimal(18, 3)
    ) as {{ amount }}
    {{- ',' if not loop.last }}
{%- endfor %}
from refunds_with_parts
