{{ config(unique_key='customer_key') }}

with

customers as (

    {{ latest_rows('shop', 'customers') }}

)

select
    ---------- ids
    {{ pseudonym('customer_id') }} as customer_key,

    ---------- attributes
    cast(extract(year from {{ mask('birth_date', 'birth_date') }}) as bigint) as birth_year,
    country_code,
    language_code,
    acquisition_channel,
    loyalty_tier,

    ---------- timestamps
    registered_at,
    updated_at,

    ---------- technical
    is_deleted,
    deleted_at,
    _version,
    _file,
    _row,
    _load_id
from customers
