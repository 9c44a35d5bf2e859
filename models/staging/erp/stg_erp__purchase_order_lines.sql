{{ config(unique_key='purchase_order_line_id') }}

with

purchase_order_lines as (

    {{ latest_rows('erp', 'purchase_order_lines') }}

)

select
    ---------- ids
    purchase_order_line_id,
    purchase_order_id,
    product_id,

    ---------- numerics
    ordered_quantity,
    received_quantity,
    unit_cost,

    ---------- timestamps
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from purchase_order_lines
