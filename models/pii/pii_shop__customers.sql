{{ config(unique_key='customer_key') }}

with

customers as (

    {{ latest_rows('shop', 'customers', forget_deleted=true) }}

)

select
    ---------- keys
    {{ pseudonym('customer_id') }} as customer_key,
    customer_id,

    ---------- clear values
    email,
    first_name,
    last_name,
    phone,
    birth_date,
    national_id,

    ---------- technical
    is_deleted,
    _version,
    _batch
from customers
