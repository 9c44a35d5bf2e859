{{ config(materialized='view', unique_key='warehouse_id') }}

with

warehouses as (

    {{ current_rows('wms', 'warehouses') }}

)

select
    ---------- ids
    warehouse_id,

    ---------- attributes
    warehouse_name,
    city as warehouse_city,
    country_code,
    timezone,

    ---------- timestamps
    opened_on,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from warehouses
