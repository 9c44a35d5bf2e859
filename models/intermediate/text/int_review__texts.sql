{{ config(unique_key='review_id') }}

{% set pii_reviews = ref('pii_reviews__reviews') %}
{% set stg_reviews = ref('stg_reviews__reviews') %}
{% set person_names = ref('person_names') %}

with

reviews as (

    select *
    from {{ pii_reviews }}
    {{
        where_keys_changed('review_id', [
            pii_reviews,
            stg_reviews,
            rows_of_persons('review_id', pii_reviews, 'customer_key', person_names),
            rows_of_persons('review_id', stg_reviews, 'order_id', person_names),
        ])
    }}

),

orders as (

    select
        review_id,
        order_id
    from {{ stg_reviews }}

),

texts_with_names as (

    select
        reviews.review_id,
        {{ normalised_text('reviews.title') }} as title,
        {{ normalised_text('reviews.body') }} as body,
        reviews._version,
        coalesce(customers.ids, reviews.customer_id) as ids,
        coalesce(reviews.author_name, '')
        || ' ' || coalesce(customers.names, '')
        || ' ' || coalesce(guests.names, '') as names
    from reviews
    left join orders
        on reviews.review_id = orders.review_id
    left join {{ person_names }} as customers
        on reviews.customer_key = customers.name_key
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
        review_id,
        names,
        telling_words,
        _version,
        {{ without_identifiers('title', 'ids') }} as title,
        {{ without_identifiers('body', 'ids') }} as body
    from texts_with_name_words

)

select
    ---------- keys
    review_id,

    ---------- attributes
    {{ without_names('title', ['names'], 'telling_words') }} as review_title,
    {{ without_names('body', ['names'], 'telling_words') }} as review_text,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from texts_without_identifiers
