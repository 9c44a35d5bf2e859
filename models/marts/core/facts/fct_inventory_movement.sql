{{ config(incremental_strategy='latest_version', unique_key='movement_id', cluster_by='movement_date') }}

with

movements as (

    select *
    from {{ ref('stg_wms__inventory_movements') }}
    where {{ is_new_load() }}

)

select
    ---------- keys
    movement_id,
    {{ surrogate_key('product_id') }} as product_key,
    {{ surrogate_key('warehouse_id') }} as warehouse_key,
    {{ business_date('moved_at') }} as movement_date,
    reference_type,
    reference_id,

    ---------- attributes
    movement_type,

    ---------- measures
    quantity,

    ---------- timestamps
    moved_at,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from movements
