{{ config(unique_key='address_id') }}

with

addresses as (

    {{ latest_rows('shop', 'addresses', forget_deleted=true) }}

)

select
    ---------- keys
    address_id,
    {{ pseudonym('customer_id') }} as customer_key,

    ---------- clear values
    recipient,
    street,
    postal_code,
    city,

    ---------- technical
    is_deleted,
    _version,
    _batch
from addresses
