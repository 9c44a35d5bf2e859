{{ config(incremental_strategy='latest_version', unique_key='stock_count_id', cluster_by='count_date') }}

with

stock_counts as (

    select *
    from {{ ref('stg_wms__stock_counts') }}
    where {{ is_new_load() }}

)

select
    ---------- keys
    stock_count_id,
    {{ surrogate_key('product_id') }} as product_key,
    {{ surrogate_key('warehouse_id') }} as warehouse_key,
    {{ business_date('counted_at') }} as count_date,

    ---------- measures
    counted_quantity,

    ---------- timestamps
    counted_at,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from stock_counts
