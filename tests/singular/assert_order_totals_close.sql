{#- Sums of all lines, each in the order's currency and in the reporting one; of these every line has a value, or none that counts. -#}
{%- set shared_measures = [
    'shipping_amount', 'shipping_tax_amount', 'refunded_amount', 'refunded_tax_amount', 'net_revenue_amount', 'gross_margin_amount',
    'shipping_cost_amount', 'payment_fee_amount', 'contribution_margin_amount',
] %}
with

orders as (

    select *
    from {{ ref('fct_order') }}

),

lines as (

    select
        order_id,
        count(*) as line_count,
        sum(quantity) as unit_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        sum(gross_amount_reporting) as gross_amount_reporting,
        sum(discount_amount_reporting) as discount_amount_reporting,
        sum(tax_amount_reporting) as tax_amount_reporting,
        sum(cost_amount_reporting) as cost_amount_reporting,
        {%- for measure in shared_measures %}
            {{ null_propagating_sum(measure) }} as {{ measure }},
            {{ null_propagating_sum(measure ~ '_reporting') }} as {{ measure }}_reporting,
        {%- endfor %}
        {{ null_propagating_sum('cost_of_goods_amount') }} as cost_of_goods_amount,
        count_if(gross_amount_reporting is null) as lines_without_rate,
        count_if(cost_amount_reporting is null) as lines_without_cost
    from {{ ref('fct_order_line') }}
    group by order_id

)

select
    orders.order_id,
    orders.line_count,
    orders.gross_amount,
    orders.gross_amount_reporting,
    orders.cost_amount_reporting,
    lines.line_count as line_count_of_lines,
    lines.gross_amount as gross_amount_of_lines,
    lines.gross_amount_reporting as gross_amount_reporting_of_lines,
    lines.cost_amount_reporting as cost_amount_reporting_of_lines
from orders
left join lines
    on orders.order_id = lines.order_id
where
    orders.line_count <> coalesce(lines.line_count, 0)
    or orders.unit_count <> coalesce(lines.unit_count, 0)

    -- In the order's own currency nothing is ever unknown.
    or orders.gross_amount <> coalesce(lines.gross_amount, 0)
    or orders.discount_amount <> coalesce(lines.discount_amount, 0)
    or orders.tax_amount <> coalesce(lines.tax_amount, 0)
    or orders.net_amount <> coalesce(lines.gross_amount - lines.discount_amount, 0)

    -- A converted amount is unknown exactly when that of a line is; the comparisons pass over it otherwise.
    or (orders.gross_amount_reporting is null) <> (coalesce(lines.lines_without_rate, 0) > 0)
    or (orders.cost_amount_reporting is null) <> (coalesce(lines.lines_without_cost, 0) > 0)
    or orders.gross_amount_reporting <> coalesce(lines.gross_amount_reporting, 0)
    or orders.discount_amount_reporting <> coalesce(lines.discount_amount_reporting, 0)
    or orders.tax_amount_reporting <> coalesce(lines.tax_amount_reporting, 0)
    or orders.cost_amount_reporting <> coalesce(lines.cost_amount_reporting, 0)
    or orders.net_amount_reporting <> coalesce(
        lines.gross_amount_reporting - lines.discount_amount_reporting, 0
    )

    -- What is spread over lines adds up again, and is unknown exactly when a part is.
    or (
        orders.line_count > 0
        and (
            orders.cost_of_goods_amount is distinct from lines.cost_of_goods_amount
            {%- for measure in shared_measures %}
                or orders.{{ measure }} is distinct from lines.{{ measure }}
                or orders.{{ measure }}_reporting is distinct from lines.{{ measure }}_reporting
            {%- endfor %}
        )
    )
