{{ config(unique_key='order_item_id') }}

with

order_items as (

    {{ latest_rows('shop', 'order_items') }}

)

select
    ---------- ids
    order_item_id,
    order_id,
    product_id,

    ---------- attributes
    line_number,

    ---------- numerics
    quantity,
    unit_price,
    discount_amount,
    tax_amount,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from order_items
