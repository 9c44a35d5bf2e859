{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='message_id',
        cluster_by='_batch',
        on_schema_change='append_new_columns',
    )
}}

{% set messages = ref('pii_support__messages') %}
{% set tickets = ref('stg_support__messages') %}
{% set names = names_of_requesters() %}
{% set of_requesters -%}
    (
        select
            tickets.message_id,
            requesters._batch
        from {{ tickets }} as tickets
        inner join {{ names }} as requesters
            on tickets.ticket_id = requesters.ticket_id
    )
{%- endset %}

with

messages as (

    select *
    from {{ messages }}
    {{ where_touched('message_id', [messages, of_requesters]) }}

),

tickets as (

    select
        message_id,
        ticket_id
    from {{ tickets }}

),

-- Agents greet by name, so the names are those of who signs and of who asks.
named as (

    select
        messages.message_id,
        messages.body,
        messages._version,
        coalesce(messages.author_name, '')
        || ' ' || coalesce(requesters.names, '') as names
    from messages
    left join tickets
        on messages.message_id = tickets.message_id
    left join {{ names }} as requesters
        on tickets.ticket_id = requesters.ticket_id

),

told as (

    select
        *,
        {{ telling_name_words(['names']) }} as telling_words
    from named

)

select
    ---------- keys
    message_id,

    ---------- attributes
    {{ redact_text('body', names=['names'], telling_words='telling_words') }} as message_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from told
