{{ config(unique_key='purchase_order_id') }}

with

purchase_orders as (

    {{ latest_rows('erp', 'purchase_orders') }}

)

select
    ---------- ids
    purchase_order_id,
    supplier_id,
    warehouse_id,

    ---------- attributes
    purchase_order_status,
    currency_code,

    ---------- timestamps
    ordered_at,
    expected_on,
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from purchase_orders
