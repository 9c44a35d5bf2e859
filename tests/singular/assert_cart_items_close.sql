-- Carts whose items are not what fct_cart says of them: how many, how many pieces, and their value; in either direction.
with

items as (

    select
        cart_id,
        count(*) as item_count,
        sum(quantity) as unit_count,
        {{ null_propagating_sum('item_amount') }} as cart_amount
    from {{ ref('fct_cart_item') }}
    group by cart_id

)

select
    coalesce(carts.cart_id, items.cart_id) as cart_id,
    carts.item_count as expected_item_count,
    items.item_count,
    carts.cart_amount as expected_amount,
    items.cart_amount
from {{ ref('fct_cart') }} as carts
full join items
    on carts.cart_id = items.cart_id
where
    carts.cart_id is null
    or carts.item_count <> coalesce(items.item_count, 0)
    or carts.unit_count <> coalesce(items.unit_count, 0)
    or carts.cart_amount is distinct from case when items.cart_id is null then 0 else items.cart_amount end
