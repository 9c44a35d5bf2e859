with

-- As in agg_customer__sales: sales of customers, up to the last day that all are known of.
lines as (

    select
        orders.customer_key,
        products.category_code,
        lines.quantity
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    inner join {{ ref('dim_product') }} as products
        on lines.product_key = products.product_key
    where
        orders.is_sale
        and orders.has_customer
        and orders.order_date <= {{ complete_up_to(['sales']) }}
        and products.category_code is not null

)

select
    ---------- keys
    customer_key,
    category_code,

    ---------- measure
    cast(sum(quantity) as bigint) as unit_count,

    ---------- attribute
    row_number() over (partition by customer_key order by sum(quantity) desc nulls last, category_code asc) = 1
    and sum(quantity) > 0 as is_favourite
from lines
group by customer_key, category_code
