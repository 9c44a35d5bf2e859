{{ config(unique_key=['order_id', 'changed_at']) }}

with

orders as (

    {{ change_rows('shop', 'orders') }}

)

select
    ---------- ids
    order_id,

    ---------- attributes
    order_status,

    ---------- timestamps
    changed_at,

    ---------- technical
    is_deleted,
    _version,
    _file,
    _row,
    _load_id
from orders
