with

products as (

    select *
    from {{ ref('dim_product') }}

)

select
    ---------- keys
    pairs.product_key,
    pairs.companion_product_key,

    ---------- attributes
    products.product_name,
    products.category_code,
    companions.product_name as companion_product_name,
    companions.category_code as companion_category_code,

    ---------- counts
    pairs.together_order_count,
    pairs.product_order_count,
    pairs.companion_order_count,
    pairs.all_order_count,

    ---------- how much they go together
    cast(round(pairs.support, 6) as decimal(18, 6)) as support,
    cast(round(pairs.confidence, 6) as decimal(18, 6)) as confidence,
    cast(round(pairs.lift, 4) as decimal(18, 4)) as lift,
    cast(round(pairs.lift_at_least, 4) as decimal(18, 4)) as lift_at_least
from {{ ref('agg_product__pairs') }} as pairs
inner join products
    on pairs.product_key = products.product_key
inner join products as companions
    on pairs.companion_product_key = companions.product_key
