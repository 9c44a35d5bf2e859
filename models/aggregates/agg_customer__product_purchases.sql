with

purchase_days as (

    select
        orders.customer_key,
        lines.product_key,
        orders.order_date,
        max(orders.shipping_country_code) as country_code
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    where
        orders.is_purchase
        and orders.has_customer
        and lines.quantity > 0
        and orders.order_date <= {{ complete_up_to(['sales']) }}
    group by orders.customer_key, lines.product_key, orders.order_date

),

purchase_days_with_intervals as (

    select
        *,
        lag(order_date) over (partition by customer_key, product_key order by order_date) as previous_date,
        lead(order_date) over (partition by customer_key, product_key order by order_date) is null as is_last
    from purchase_days

)

select
    ---------- keys
    customer_key,
    product_key,
    order_date,

    ---------- attributes
    country_code,
    is_last,

    ---------- measure
    {{ days_between('previous_date', 'order_date') }} as interval_days
from purchase_days_with_intervals
