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
    where {{ is_new_load() }}

),

-- Names last, as an address may hold one.
texts_without_identifiers as (

    select
        mention_id,
        author_handle,
        telling_words,
        _version,
        {{ without_identifiers('mention_text') }} as mention_text
    from mentions

)

select
    ---------- keys
    mention_id,

    ---------- attributes
    {{ without_names('mention_text', ['author_handle'], 'telling_words') }} as mention_text,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from texts_without_identifiers
