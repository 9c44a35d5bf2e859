{{ config(unique_key='person_key') }}

with

persons as (

    {{
        person_ids([
            'shop.customers.customer_id',
            'shop.addresses.customer_id',
            'shop.orders.customer_id',
            'shop.refunds.customer_id',
            'wms.returns.customer_id',
            'web.events.customer_id',
            'carts.carts.customer_id',
            'reviews.reviews.customer_id',
            'crm.contacts.customer_id',
            'crm.consents.customer_id',
            'crm.privacy_requests.customer_id',
            'support.tickets.customer_id',
            'surveys.nps_responses.customer_id',
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
