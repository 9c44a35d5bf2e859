{{
    config(
        materialized='incremental',
        incremental_strategy='latest_version',
        unique_key='ticket_id',
        cluster_by='_batch',
        on_schema_change='append_new_columns',
    )
}}

{% set tickets = ref('pii_support__tickets') %}
{% set names = names_of_requesters() %}

with

tickets as (

    select *
    from {{ tickets }}
    {{ where_touched('ticket_id', [names]) }}

),

named as (

    select
        tickets.ticket_id,
        tickets.subject,
        tickets._version,
        requesters.names
    from tickets
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
    ticket_id,

    ---------- attributes
    {{ redact_text('subject', names=['names'], telling_words='telling_words') }} as subject_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from told
