{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='mention_id',
        cluster_by='mention_date',
        on_schema_change='append_new_columns',
    )
}}

with

mentions as (

    select *
    from {{ ref('stg_social__mentions') }}
    where {{ is_new() }}

)

select
    ---------- keys
    mention_id,
    {{ entity_key('product_id') }} as product_key,
    {{ business_date('posted_at') }} as mention_date,

    ---------- attributes
    platform,
    topic,
    language_code,
    country_code,

    ---------- measures
    text_length,
    follower_count,
    like_count,
    share_count,

    ---------- timestamps
    posted_at,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from mentions
