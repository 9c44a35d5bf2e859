{{ config(incremental_strategy='latest_version', unique_key='message_id', cluster_by='message_date') }}

{% set stg_messages = ref('stg_support__messages') %}
{% set redacted_texts = ref('int_message__texts') %}
{% set where_changed = where_keys_changed('message_id', [stg_messages, redacted_texts]) %}

with

messages as (

    select *
    from {{ stg_messages }}
    {{ where_changed }}

),

texts as (

    select *
    from {{ redacted_texts }}
    {{ where_changed }}

),

attachments as (

    select
        message_id,
        count(*) as attachment_count
    from {{ ref('stg_support__message_attachments') }}
    {{ where_changed }}
    group by message_id

)

select
    ---------- keys
    messages.message_id,
    messages.ticket_id,
    {{ business_date('messages.sent_at') }} as message_date,

    ---------- attributes
    messages.author_type,
    texts.message_text,

    ---------- measures
    messages.body_length,
    cast(coalesce(attachments.attachment_count, 0) as bigint) as attachment_count,

    ---------- timestamps
    messages.sent_at,

    ---------- technical
    messages._version,
    {{ current_load_id() }} as _load_id
from messages
left join texts
    on messages.message_id = texts.message_id
left join attachments
    on messages.message_id = attachments.message_id
