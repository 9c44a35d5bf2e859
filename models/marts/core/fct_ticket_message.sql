{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='message_id',
        cluster_by='message_date',
        on_schema_change='append_new_columns',
    )
}}

with

messages as (

    select *
    from {{ ref('stg_support__messages') }}
    where {{ is_new() }}

),

attachments as (

    select
        message_id,
        count(*) as attachment_count
    from {{ ref('stg_support__message_attachments') }}
    where {{ is_new() }}
    group by message_id

)

select
    ---------- keys
    messages.message_id,
    messages.ticket_id,
    {{ business_date('messages.sent_at') }} as message_date,

    ---------- attributes
    messages.author_type,

    ---------- measures
    messages.body_length,
    cast(coalesce(attachments.attachment_count, 0) as bigint) as attachment_count,

    ---------- timestamps
    messages.sent_at,

    ---------- technical
    messages._version,
    {{ current_batch() }} as _batch
from messages
left join attachments
    on messages.message_id = attachments.message_id
