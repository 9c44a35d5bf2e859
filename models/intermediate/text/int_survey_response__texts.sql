{{ config(unique_key='response_id') }}

{% set responses = ref('pii_surveys__nps_responses') %}
{% set orders = ref('stg_surveys__nps_responses') %}
{% set names = ref('person_names') %}

with

responses as (

    select *
    from {{ responses }}
    {{
        where_keys_changed('response_id', [
            responses,
            orders,
            rows_of_persons('response_id', responses, 'customer_key', names),
            rows_of_persons('response_id', orders, 'order_id', names),
        ])
    }}

),

orders as (

    select
        response_id,
        order_id
    from {{ orders }}

),

texts_with_names as (

    select
        responses.response_id,
        {{ normalised_text('responses.comment') }} as comment_text,
        responses._version,
        coalesce(customers.ids, responses.customer_id) as ids,
        coalesce(customers.names, guests.names) as names
    from responses
    left join orders
        on responses.response_id = orders.response_id
    left join {{ names }} as customers
        on responses.customer_key = customers.name_key
    left join {{ names }} as guests
        on orders.order_id = guests.name_key

),

texts_with_name_words as (

    select
        *,
        {{ telling_name_words(['names']) }} as telling_words
    from texts_with_names

),

-- Names last, as an address may hold one.
texts_without_identifiers as (

    select
        response_id,
        names,
        telling_words,
        _version,
        {{ without_identifiers('comment_text', 'ids') }} as comment_text
    from texts_with_name_words

)

select
    ---------- keys
    response_id,

    ---------- attributes
    {{ without_names('comment_text', ['names'], 'telling_words') }} as comment_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from texts_without_identifiers
