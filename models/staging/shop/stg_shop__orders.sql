{{ config(unique_key='order_id') }}

with

orders as (

    {{ latest_rows('shop', 'orders') }}

)

select
    ---------- ids
    order_id,
    {{ pseudonym('customer_id') }} as customer_key,
    session_id,
    promotion_id,
    shipping_address_id,

    ---------- attributes
    sales_channel,
    order_status,
    customer_id is null and not is_deleted as is_guest,
    shipping_country_code,
    currency_code,

    ---------- numerics
    items_amount,
    discount_amount,
    shipping_amount,
    tax_amount,
    total_amount,

    ---------- timestamps
    ordered_at,
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from orders
