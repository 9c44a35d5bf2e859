select
    ---------- keys
    outlook.product_key,
    outlook.warehouse_key,
    outlook.week_start,

    ---------- attributes
    products.product_id,
    products.product_name,
    products.category_code,
    warehouses.warehouse_id,
    warehouses.country_code,
    outlook.model_name,

    ---------- measures
    outlook.expected_quantity,
    outlook.p50_quantity,
    outlook.p90_quantity
from {{ ref('pred_demand__outlook') }} as outlook
inner join {{ ref('dim_product') }} as products
    on outlook.product_key = products.product_key
inner join {{ ref('dim_warehouse') }} as warehouses
    on outlook.warehouse_key = warehouses.warehouse_key
