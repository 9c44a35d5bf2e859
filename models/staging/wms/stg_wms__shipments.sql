{{ config(materialized='view', unique_key='shipment_id') }}

with

shipments as (

    {{ current_rows('wms', 'shipments') }}

)

select
    ---------- ids
    shipment_id,
    order_id,
    warehouse_id,
    tracking_number,

    ---------- attributes
    carrier_code,
    currency_code,

    ---------- numerics
    shipping_cost,

    ---------- timestamps
    shipped_at,
    promised_on,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from shipments
