{{ config(unique_key=['product_id', 'changed_at']) }}

with

products as (

    {{ change_rows('erp', 'products') }}

)

select
    ---------- ids
    product_id,

    ---------- attributes
    product_status,
    currency_code,

    ---------- numerics
    list_price,
    standard_cost,

    ---------- timestamps
    changed_at,

    ---------- technical
    is_deleted,
    _version,
    _file,
    _row,
    _load_id
from products
