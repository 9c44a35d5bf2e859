{{ config(unique_key='address_id') }}

with

addresses as (

    {{ latest_rows('shop', 'addresses') }}

)

select
    ---------- ids
    address_id,
    {{ pseudonym('customer_id') }} as customer_key,

    ---------- attributes
    address_kind,
    {{ mask('postal_code', 'postal_code') }} as postal_area,
    region_code,
    country_code,

    ---------- timestamps
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from addresses
