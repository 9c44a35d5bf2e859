-- Orders whose flags are not what staging says: is_purchase without something bought or the other way round, has_customer of `unknown` or not of a
-- customer whom dim_customer knows; and customers whose purchases or money are not the sum of their orders and refunds.
with

bought as (

    select
        order_id,
        max(case when quantity > 0 and unit_price >= 0 then 1 else 0 end) as has_bought_line
    from {{ ref('stg_shop__order_items') }}
    where not is_deleted
    group by order_id

),

orders as (

    select
        orders.*,
        staged.order_status not in ('pending', 'cancelled')
        and coalesce(bought.has_bought_line, 0) = 1 as expected_purchase,
        staged.customer_key is not null
        and customers.customer_key is not null as expected_customer
    from {{ ref('fct_order') }} as orders
    left join {{ ref('stg_shop__orders') }} as staged
        on orders.order_id = staged.order_id
    left join bought
        on orders.order_id = bought.order_id
    left join {{ ref('dim_customer') }} as customers
        on
            orders.customer_key = customers.customer_key
            and customers.customer_key <> 'unknown'

),

bookings as (

    select
        customer_key,
        case when is_purchase then 1 else 0 end as purchase,
        net_amount_reporting as amount
    from orders
    where
        is_sale
        and has_customer
        and order_date <= {{ complete_up_to(['sales']) }}

    union all

    select
        refunds.customer_key,
        0 as purchase,
        -refunds.amount_reporting as amount
    from {{ ref('fct_refund') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id
    where
        refunds.customer_key <> 'unknown'
        and refunds.refund_date <= {{ complete_up_to(['sales']) }}
        and coalesce(orders.is_sale, true)

),

per_customer as (

    select
        customer_key,
        sum(purchase) as order_count,
        case when count(*) = count(amount) then sum(amount) end as net_amount
    from bookings
    group by customer_key

)

select
    'order' as kind,
    order_id as id,
    is_purchase,
    has_customer
from orders
where
    is_purchase is distinct from expected_purchase
    or has_customer is distinct from expected_customer
    or has_customer is distinct from (customer_key <> 'unknown')

union all

select
    'customer' as kind,
    coalesce(per_customer.customer_key, customers.customer_key) as id,
    cast(null as boolean) as is_purchase,
    cast(null as boolean) as has_customer
from per_customer
full join {{ ref('agg_customer__sales') }} as customers
    on per_customer.customer_key = customers.customer_key
where
    per_customer.order_count is distinct from customers.order_count
    or (
        -- Refunds that have come for fewer days than orders are unknown.
        {{ complete_up_to(['refunds']) }} >= {{ complete_up_to(['sales']) }}
        and per_customer.net_amount is distinct from customers.net_amount_reporting
    )
