{{ config(materialized='view', unique_key='review_id') }}

with

reviews as (

    {{ current_rows('reviews', 'reviews') }}

)

select
    ---------- ids
    review_id,
    product_id,
    customer_key,
    order_id,

    ---------- attributes
    aspects,
    language_code,
    review_status,

    ---------- numerics
    stars,
    length(title) as title_length,
    length(body) as body_length,
    helpful_votes,

    ---------- timestamps
    reviewed_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from reviews
