{% set cut_offs = var('product_classes') %}
{% set last_day = complete_up_to(['sales', 'refunds', 'cost', 'parcels', 'payments']) %}

with

-- A company that lands no parcels or no payments knows the gross margin.
margins as (

    select
        lines.product_key,
        case
            when {{ counted_up_to(['parcels', 'payments']) }} is null
                then {{ null_propagating_sum('lines.gross_margin_amount_reporting') }}
            else {{ null_propagating_sum('lines.contribution_margin_amount_reporting') }}
        end as margin_amount
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    where
        orders.is_sale
        and orders.order_date between {{ add_days(last_day, -364) }} and {{ last_day }}
    group by lines.product_key

),

-- A loss takes no margin from others.
margins_in_order as (

    select
        *,
        sum(greatest(coalesce(margin_amount, 0), 0)) over () as margin_of_all,
        sum(greatest(coalesce(margin_amount, 0), 0)) over (
            order by coalesce(margin_amount, 0) desc, product_key asc
            rows between unbounded preceding and current row
        ) - greatest(coalesce(margin_amount, 0), 0) as margin_of_better_ones
    from margins

)

select
    product_key,
    cast(margin_amount as decimal(18, 3)) as margin_amount,
    case
        when margin_amount is null then null
        when margin_amount <= 0 then 'C'
        when margin_of_better_ones < {{ cut_offs.a_margin }} * margin_of_all then 'A'
        when margin_of_better_ones < {{ cut_offs.b_margin }} * margin_of_all then 'B'
        else 'C'
    end as abc_class
from margins_in_order
