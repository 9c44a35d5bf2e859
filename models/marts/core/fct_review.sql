{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='review_id',
        cluster_by='review_date',
        on_schema_change='append_new_columns',
    )
}}

with

reviews as (

    select *
    from {{ ref('stg_reviews__reviews') }}
    where {{ is_new() }}

),

aspects as (

    select
        review_id,
        count(*) as aspect_count
    from {{ ref('stg_reviews__review_aspects') }}
    where {{ is_new() }}
    group by review_id

)

select
    ---------- keys
    reviews.review_id,
    {{ entity_key('reviews.product_id') }} as product_key,
    coalesce(reviews.customer_key, 'unknown') as customer_key,
    reviews.order_id,
    {{ business_date('reviews.reviewed_at') }} as review_date,

    ---------- attributes
    reviews.review_status,
    reviews.language_code,

    ---------- measures
    reviews.stars,
    reviews.helpful_votes,
    reviews.body_length,
    cast(coalesce(aspects.aspect_count, 0) as bigint) as aspect_count,

    ---------- timestamps
    reviews.reviewed_at,

    ---------- technical
    reviews._version,
    {{ current_batch() }} as _batch
from reviews
left join aspects
    on reviews.review_id = aspects.review_id
