{{ config(unique_key='product_id') }}

with

products as (

    {{ latest_rows('erp', 'products') }}

)

select
    ---------- ids
    product_id,
    sku,
    supplier_id,

    ---------- attributes
    product_name,
    brand,
    category_code,
    product_status,
    currency_code,

    ---------- numerics
    list_price,
    standard_cost,
    reorder_point,
    weight_grams,

    ---------- timestamps
    launched_on,
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from products
