{{ config(unique_key='payment_id') }}

with

payments as (

    {{ latest_rows('shop', 'payments') }}

)

select
    ---------- ids
    payment_id,
    order_id,

    ---------- attributes
    payment_method,
    payment_status,
    currency_code,

    ---------- numerics
    amount,
    fee_amount,

    ---------- timestamps
    paid_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from payments
