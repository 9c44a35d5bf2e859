{{ config(unique_key='person_key') }}

with

persons as (

    {{
        person_ids([
            'shop.customers.customer_id',
            'shop.addresses.customer_id',
            'shop.orders.customer_id',
            'web.events.customer_id',
        ])
    }}

)

select
    ---------- keys
    {{ pseudonym('person_id') }} as person_key,
    person_id,

    ---------- technical
    -- A key never changes, so the first row of a person stays.
    0 as _version,
    {{ current_batch() }} as _batch
from persons
