{{ config(unique_key=['supplier_id', 'product_id']) }}

with

supplier_prices as (

    {{ latest_rows('erp', 'supplier_prices') }}

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
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from supplier_prices
