{{ config(materialized='view', unique_key='stock_count_id') }}

with

stock_counts as (

    {{ current_rows('wms', 'stock_counts') }}

)

select
    ---------- ids
    stock_count_id,
    warehouse_id,
    product_id,

    ---------- numerics
    counted_quantity,

    ---------- timestamps
    counted_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from stock_counts
