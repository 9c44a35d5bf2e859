{% set offers = offers() %}

with

left_carts as (

    select *
    from {{ ref('agg_cart__abandonments') }}

),

items as (

    select distinct
        cart_id,
        product_key
    from {{ ref('fct_cart_item') }}

),

lines as (

    select
        lines.order_id,
        lines.product_key,
        lines.net_amount_reporting,
        orders.customer_key,
        orders.order_date,
        orders.ordered_at
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    where
        orders.is_purchase
        and orders.has_customer
        and orders.order_date <= {{ complete_up_to(['sales']) }}

),

-- What the customer ordered since of what lies in the cart, soon enough to be for it.
purchases as (

    select
        left_carts.cart_id,
        lines.order_id,
        lines.order_date,
        lines.ordered_at,
        {{ null_propagating_sum('lines.net_amount_reporting') }} as recovered_amount
    from left_carts
    inner join items
        on left_carts.cart_id = items.cart_id
    inner join lines
        on
            left_carts.customer_key = lines.customer_key
            and items.product_key = lines.product_key
            and left_carts.left_at < lines.ordered_at
            and {{ add_days('left_carts.left_on', offers.recovered_within_days) }} >= lines.order_date
    group by left_carts.cart_id, lines.order_id, lines.order_date, lines.ordered_at

),

recoveries as (

    select
        left_carts.cart_id,
        left_carts.order_id,
        'cart' as recovered_by,
        left_carts.ended_on as recovered_on,
        left_carts.left_at as ordered_at,
        orders.net_amount_reporting as recovered_amount
    from left_carts
    left join {{ ref('fct_order') }} as orders
        on left_carts.order_id = orders.order_id
    where left_carts.cart_status = 'ordered'

    union all

    select
        cart_id,
        order_id,
        'other_order' as recovered_by,
        order_date as recovered_on,
        ordered_at,
        recovered_amount
    from purchases

)

-- The cart itself, where it was ordered, else the first order.
select
    ---------- keys
    cart_id,
    order_id,

    ---------- attributes
    recovered_by,
    recovered_on,

    ---------- measure
    cast(recovered_amount as decimal(18, 3)) as recovered_amount
from recoveries
qualify row_number() over (partition by cart_id order by recovered_by, ordered_at, order_id) = 1
