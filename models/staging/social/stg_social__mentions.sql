{{ config(materialized='view', unique_key='mention_id') }}

with

mentions as (

    {{ current_rows('social', 'mentions') }}

)

select
    ---------- ids
    mention_id,
    product_id,

    ---------- attributes
    platform,
    language_code,
    country_code,
    topic,

    ---------- numerics
    follower_count,
    length(text) as text_length,
    like_count,
    share_count,

    ---------- timestamps
    posted_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from mentions
