{{ config(unique_key='refund_id') }}

with

refunds as (

    {{ latest_rows('shop', 'refunds') }}

)

select
    ---------- ids
    refund_id,
    order_id,
    order_item_id,
    payment_id,
    {{ pseudonym('customer_id') }} as customer_key,
    product_id,
    document_number,

    ---------- attributes
    refund_reason,
    country_code,
    currency_code,

    ---------- numerics
    amount,
    tax_amount,

    ---------- timestamps
    refunded_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from refunds
