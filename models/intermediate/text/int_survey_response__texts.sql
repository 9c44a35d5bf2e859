{{ config(unique_key='response_id') }}

{% set pii_responses = ref('pii_surveys__nps_responses') %}
{% set stg_responses = ref('stg_surveys__nps_responses') %}
{% set person_names = ref('person_names') %}

with

responses as (

    select *
    from {{ pii_responses }}
    {{
        where_keys_changed('response_id', [
            pii_responses,
            stg_responses,
            rows_of_persons('response_id', pii_responses, 'customer_key', person_names),
            rows_of_persons('response_id', stg_responses, 'order_id', person_names),
        ])
    }}

),

orders as (

    select
        response_id,
        order_id
    from {{ stg_responses }}

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
    left join {{ person_names }} as customers
        on responses.customer_key = customers.name_key
    left join {{ person_names }} as guests
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
    {{ current_load_id() }} as _load_id
from texts_without_identifiers
