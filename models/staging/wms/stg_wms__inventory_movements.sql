{{ config(materialized='view', unique_key='movement_id') }}

with

movements as (

    {{ current_rows('wms', 'inventory_movements') }}

)

select
    ---------- ids
    movement_id,
    warehouse_id,
    product_id,
    reference_type,
    reference_id,

    ---------- attributes
    movement_type,

    ---------- numerics
    quantity,

    ---------- timestamps
    moved_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from movements
