{{ config(unique_key='return_id') }}

with

returns as (

    {{ latest_rows('wms', 'returns') }}

)

select
    ---------- ids
    return_id,
    order_id,
    order_item_id,
    product_id,
    warehouse_id,

    ---------- attributes
    return_reason,
    item_condition,

    ---------- numerics
    quantity,

    ---------- timestamps
    returned_at,

    ---------- technical
    _version,
    _file,
    _row,
    _batch
from returns
