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
