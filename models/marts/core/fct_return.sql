{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='return_id',
        on_schema_change='append_new_columns',
    )
}}

with

returns as (

    select *
    from {{ ref('stg_wms__returns') }}
    where {{ is_new() }}

)

select
    ---------- keys
    return_id,
    order_id,
    order_item_id,
    {{ entity_key('product_id') }} as product_key,
    {{ entity_key('warehouse_id') }} as warehouse_key,
    {{ business_date('returned_at') }} as return_date,

    ---------- attributes
    return_reason,
    item_condition,

    ---------- measures
    quantity,

    ---------- timestamps
    returned_at,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from returns
