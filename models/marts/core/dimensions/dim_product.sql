with

products as (

    select *
    from {{ ref('stg_erp__products') }}

),

categories as (

    select *
    from {{ ref('product_categories') }}

),

-- Products that facts speak of before the ERP does.
named_elsewhere as (

    select product_id from {{ ref('stg_shop__order_items') }}
    union
    select product_id from {{ ref('stg_shop__refunds') }}
    union
    select product_id from {{ ref('stg_wms__inventory_movements') }}
    union
    select product_id from {{ ref('stg_wms__stock_counts') }}
    union
    select product_id from {{ ref('stg_wms__returns') }}
    union
    select product_id from {{ ref('stg_erp__purchase_order_lines') }}
    union
    select product_id from {{ ref('stg_erp__supplier_prices') }}
    union
    select product_id from {{ ref('stg_reviews__reviews') }}
    union
    select product_id from {{ ref('stg_support__tickets') }}
    union
    select product_id from {{ ref('stg_social__mentions') }}
    union
    -- Not the staged carts: an engine would take each of history apart.
    select product_id from {{ ref('fct_cart_item') }}

),

inferred_products as (

    select named_elsewhere.product_id
    from named_elsewhere
    left join products
        on named_elsewhere.product_id = products.product_id
    where
        products.product_id is null
        and named_elsewhere.product_id is not null

),

members as (

    select
        products.product_id,
        products.sku,
        products.supplier_id,
        products.product_name,
        products.brand,
        products.category_code,
        coalesce(categories.category_name, products.category_code)
            as category_name,
        categories.department,
        products.product_status,
        products.currency_code,
        products.list_price,
        products.standard_cost,
        products.reorder_point,
        products.weight_grams,
        products.launched_on,
        products.is_deleted,
        false as is_inferred
    from products
    left join categories
        on products.category_code = categories.category_code

    union all by name

    select
        product_id,
        false as is_deleted,
        true as is_inferred
    from inferred_products

    union all by name

    select
        cast(null as varchar) as product_id,
        'Unknown product' as product_name,
        false as is_deleted,
        false as is_inferred

)

select
    ---------- keys
    {{ surrogate_key('product_id') }} as product_key,
    product_id,
    sku,
    {{ surrogate_key('supplier_id') }} as supplier_key,

    ---------- attributes
    product_name,
    brand,
    category_code,
    category_name,
    department,
    product_status,
    currency_code,
    list_price,
    standard_cost,
    reorder_point,
    weight_grams,
    launched_on,
    is_deleted,
    is_inferred
from members
