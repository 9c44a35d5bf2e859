{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='shipment_id',
        on_schema_change='append_new_columns',
    )
}}

with

shipments as (

    select *
    from {{ ref('stg_wms__shipments') }}
    where {{ is_new() }}

)

select
    ---------- keys
    shipment_id,
    order_id,
    {{ entity_key('warehouse_id') }} as warehouse_key,
    {{ business_date('shipped_at') }} as ship_date,
    tracking_number,

    ---------- attributes
    carrier_code,
    currency_code,

    ---------- measures
    cast(shipping_cost as decimal(18, 2)) as shipping_cost,

    ---------- timestamps
    shipped_at,
    promised_on,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from shipments
