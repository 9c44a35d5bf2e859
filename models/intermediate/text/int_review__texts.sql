{{ config(unique_key='review_id') }}

{% set reviews = ref('pii_reviews__reviews') %}
{% set orders = ref('stg_reviews__reviews') %}
{% set names = ref('person_names') %}

with

reviews as (

    select *
    from {{ reviews }}
    {{
        where_keys_changed('review_id', [
            reviews,
            orders,
            rows_of_persons('review_id', reviews, 'customer_key', names),
            rows_of_persons('review_id', orders, 'order_id', names),
        ])
    }}

),

orders as (

    select
        review_id,
        order_id
    from {{ orders }}

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
    left join {{ names }} as customers
        on reviews.customer_key = customers.name_key
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
    {{ current_batch() }} as _batch
from texts_without_identifiers
