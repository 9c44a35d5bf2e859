{{ config(unique_key=['supplier_id', 'product_id', 'changed_at']) }}

with

supplier_prices as (

    {{ change_rows('erp', 'supplier_prices') }}

)

select
    ---------- ids
    supplier_id,
    product_id,

    ---------- attributes
    currency_code,

    ---------- numerics
    unit_cost,
    minimum_quantity,

    ---------- timestamps
    changed_at,

    ---------- technical
    is_deleted,
    _version,
    _file,
    _row,
    _load_id
from supplier_prices
