{{ config(unique_key='mention_id') }}

with

mentions as (

    select
        *,
        {{ telling_name_words(['author_handle']) }} as telling_words
    from {{ ref('pii_social__mentions') }}
    where {{ is_new() }}

)

select
    ---------- keys
    mention_id,

    ---------- attributes
    {{ redact_text('text', names=['author_handle'], telling_words='telling_words') }} as mention_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from mentions
