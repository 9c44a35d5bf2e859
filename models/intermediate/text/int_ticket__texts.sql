{{ config(unique_key='ticket_id') }}

{% set tickets = ref('pii_support__tickets') %}
{% set new_names = rows_of_persons('ticket_id', tickets, 'customer_key', ref('person_names')) %}

with

tickets as (

    select *
    from {{ tickets }}
    {{ where_touched('ticket_id', [tickets, new_names]) }}

),

named as (

    select
        tickets.ticket_id,
        {{ normalised_text('tickets.subject') }} as subject,
        tickets._version,
        requesters.names,
        requesters.ids
    from tickets
    left join {{ names_of_requesters() }} as requesters
        on tickets.ticket_id = requesters.ticket_id

),

told as (

    select
        *,
        {{ telling_name_words(['names']) }} as telling_words
    from named

),

-- Names last, as an address may hold one.
identified as (

    select
        ticket_id,
        names,
        telling_words,
        _version,
        {{ without_identifiers('subject', 'ids') }} as subject
    from told

)

select
    ---------- keys
    ticket_id,

    ---------- attributes
    {{ without_names('subject', ['names'], 'telling_words') }} as subject_text,

    ---------- technical
    _version,
    {{ current_batch() }} as _batch
from identified
