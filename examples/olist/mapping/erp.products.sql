-- One row per product.
with

-- A product may have several sellers, the contract has one main supplier: who
-- sold the most pieces, then who sold last.
main_sellers as (

    select
        product_id,
        seller_id
    from items
    group by product_id, seller_id
    qualify
        row_number() over (
            partition by product_id
            order by count(*) desc, max(ordered_at) desc, seller_id asc
        ) = 1

),

first_sales as (

    select
        product_id,
        min(ordered_at) as first_ordered_at
    from items
    group by product_id

)

select
    products.product_id,
    -- Two categories have no translation and keep their Portuguese name.
    coalesce(
        translation.product_category_name_english,
        products.product_category_name
    ) as category_code,
    'BRL' as currency_code,
    main_sellers.seller_id as supplier_id,
    products.product_weight_g as weight_grams,
    'c' as _op,
    -- The first time that the files speak of it.
    coalesce(first_sales.first_ordered_at, export.exported_at) as _committed_at
from olist_products_dataset as products
cross join export
left join product_category_name_translation as translation
    on products.product_category_name = translation.product_category_name
left join main_sellers
    on products.product_id = main_sellers.product_id
left join first_sales
    on products.product_id = first_sales.product_id
