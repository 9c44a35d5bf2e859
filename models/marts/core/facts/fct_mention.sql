{{ config(incremental_strategy='latest_version', unique_key='mention_id', cluster_by='mention_date') }}

{% set stg_mentions = ref('stg_social__mentions') %}
{% set redacted_texts = ref('int_mention__texts') %}
{% set where_changed = where_keys_changed('mention_id', [stg_mentions, redacted_texts]) %}

with

mentions as (

    select *
    from {{ stg_mentions }}
    {{ where_changed }}

),

texts as (

    select *
    from {{ redacted_texts }}
    {{ where_changed }}

)

select
    ---------- keys
    mentions.mention_id,
    {{ surrogate_key('mentions.product_id') }} as product_key,
    {{ business_date('mentions.posted_at') }} as mention_date,

    ---------- attributes
    mentions.platform,
    mentions.topic,
    mentions.language_code,
    mentions.country_code,
    texts.mention_text,

    ---------- measures
    mentions.text_length,
    mentions.follower_count,
    mentions.like_count,
    mentions.share_count,

    ---------- timestamps
    mentions.posted_at,

    ---------- technical
    mentions._version,
    {{ current_load_id() }} as _load_id
from mentions
left join texts
    on mentions.mention_id = texts.mention_id
