{{ config(materialized='view', unique_key='return_id') }}

with

returns as (

    {{ current_rows('wms', 'returns') }}

)

select
    ---------- ids
    return_id,
    order_id,
    order_item_id,
    customer_key,
    product_id,
    warehouse_id,
    document_number,

    ---------- attributes
    country_code,
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
    _load_id
from returns
