{{ config(materialized='view', unique_key='message_id') }}

with

messages as (

    {{ current_rows('support', 'messages') }}

)

select
    ---------- ids
    message_id,
    ticket_id,

    ---------- attributes
    author_type,
    {{ without_contents('attachments', ['attachment_id', 'content_type', 'byte_count']) }} as attachment_list,

    ---------- numerics
    length(body) as body_length,

    ---------- timestamps
    sent_at,

    ---------- technical
    _version,
    _file,
    _row,
    _load_id
from messages
