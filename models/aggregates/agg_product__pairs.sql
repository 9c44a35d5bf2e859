{% set offers = offers() %}
{% set last_day = complete_up_to(['sales']) %}

with

lines as (

    select distinct
        lines.order_id,
        lines.product_key
    from {{ ref('fct_order_line') }} as lines
    inner join {{ ref('fct_order') }} as orders
        on lines.order_id = orders.order_id
    where
        orders.is_purchase
        and lines.quantity > 0
        and orders.order_date > {{ add_days(last_day, -offers.affinity_days) }}
        and orders.order_date <= {{ last_day }}

),

-- What a wholesaler orders in one go says nothing of what goes together, and has the square of its products in pairs.
baskets as (

    select
        *,
        count(*) over (partition by order_id) as product_count
    from lines
    qualify count(*) over (partition by order_id) <= {{ offers.most_products_of_an_order }}

),

basket_counts as (

    select count(distinct order_id) as order_count
    from baskets

),

orders_by_product as (

    select
        product_key,
        count(*) as order_count
    from baskets
    group by product_key

),

pairs as (

    select
        baskets.product_key,
        companions.product_key as companion_product_key,
        count(*) as together_order_count
    from baskets
    inner join baskets as companions
        on
            baskets.order_id = companions.order_id
            and baskets.product_key <> companions.product_key
    where baskets.product_count > 1
    group by baskets.product_key, companions.product_key
    having count(*) >= {{ offers.least_orders_together }}

)

select
    ---------- keys
    pairs.product_key,
    pairs.companion_product_key,

    ---------- counts
    cast(pairs.together_order_count as bigint) as together_order_count,
    cast(products.order_count as bigint) as product_order_count,
    cast(companions.order_count as bigint) as companion_order_count,
    cast(basket_counts.order_count as bigint) as all_order_count,

    ---------- how much they go together
    cast(pairs.together_order_count as double) / nullif(basket_counts.order_count, 0) as support,
    cast(pairs.together_order_count as double) / nullif(products.order_count, 0) as confidence,
    cast(pairs.together_order_count as double) * basket_counts.order_count
    / nullif(cast(products.order_count as double) * companions.order_count, 0) as lift,
    -- What chance explains is taken off: the root of a count that is Poisson varies by a half.
    power(sqrt(cast(pairs.together_order_count as double)) - 0.98, 2) * cast(basket_counts.order_count as double)
    / nullif(cast(products.order_count as double) * cast(companions.order_count as double), 0) as lift_at_least
from pairs
cross join basket_counts
inner join orders_by_product as products
    on pairs.product_key = products.product_key
inner join orders_by_product as companions
    on pairs.companion_product_key = companions.product_key
