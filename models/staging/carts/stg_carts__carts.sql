{{ config(materialized='view', unique_key='cart_id') }}

with

carts as (

    {{ current_rows('carts', 'carts') }}

)

select
    ---------- ids
    cart_id,
    session_id,
    customer_key,
    order_id,

    ---------- attributes
    country_code,
    currency_code,
    cart_status,
    items,

    ---------- timestamps
    created_at,
    _written_at as updated_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from carts
