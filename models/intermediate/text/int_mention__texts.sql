{{ config(unique_key='mention_id') }}

with

mentions as (

    select
        mention_id,
        author_handle,
        {{ normalised_text('text') }} as mention_text,
        _version,
        {{ telling_name_words(['author_handle']) }} as telling_words
    from {{ ref('pii_social__mentions') }}
    where {{ is_new() }}

)

select
    ---------- keys
    mention_id,

    ---------- attributes
    {{ redact_text('mention_text', names=['author_handle'], telling_words='telling_words', is_normalised=true) }} as mention_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from mentions
