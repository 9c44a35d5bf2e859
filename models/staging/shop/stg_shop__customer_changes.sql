{{ config(unique_key=['customer_key', 'changed_at']) }}

with

customers as (

    {{ change_rows('shop', 'customers') }}

)

select
    ---------- ids
    {{ pseudonym('customer_id') }} as customer_key,

    ---------- attributes
    country_code,
    language_code,
    loyalty_tier,

    ---------- timestamps
    changed_at,

    ---------- technical
    is_deleted,
    _version,
    _file,
    _row,
    _load_id
from customers
