{{ config(incremental_strategy='latest_version', unique_key='review_id', cluster_by='review_date') }}

{% set stg_reviews = ref('stg_reviews__reviews') %}
{% set redacted_texts = ref('int_review__texts') %}
{% set where_changed = where_keys_changed('review_id', [stg_reviews, redacted_texts]) %}

with

reviews as (

    select *
    from {{ stg_reviews }}
    {{ where_changed }}

),

texts as (

    select *
    from {{ redacted_texts }}
    {{ where_changed }}

),

aspects as (

    select
        review_id,
        count(*) as aspect_count
    from {{ ref('stg_reviews__review_aspects') }}
    {{ where_changed }}
    group by review_id

)

select
    ---------- keys
    reviews.review_id,
    {{ surrogate_key('reviews.product_id') }} as product_key,
    coalesce(reviews.customer_key, 'unknown') as customer_key,
    reviews.order_id,
    {{ business_date('reviews.reviewed_at') }} as review_date,

    ---------- attributes
    reviews.review_status,
    reviews.language_code,
    texts.review_title,
    texts.review_text,

    ---------- measures
    reviews.stars,
    reviews.helpful_votes,
    reviews.body_length,
    cast(coalesce(aspects.aspect_count, 0) as bigint) as aspect_count,

    ---------- timestamps
    reviews.reviewed_at,

    ---------- technical
    reviews._version,
    {{ current_load_id() }} as _load_id
from reviews
left join texts
    on reviews.review_id = texts.review_id
left join aspects
    on reviews.review_id = aspects.review_id
