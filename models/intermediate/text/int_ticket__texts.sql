{{ config(unique_key='ticket_id') }}

{% set pii_tickets = ref('pii_support__tickets') %}
{% set new_names = rows_of_persons('ticket_id', pii_tickets, 'customer_key', ref('person_names')) %}

with

tickets as (

    select *
    from {{ pii_tickets }}
    {{ where_keys_changed('ticket_id', [pii_tickets, new_names]) }}

),

-- Who asks: the names and the ids. Who is not recognised has an address; most tell the name.
requesters as (

    select
        requests.ticket_id,
        coalesce(persons.names, split_part(requests.requester_email, '@', 1)) as names,
        coalesce(persons.ids, requests.customer_id) as ids
    from {{ ref('pii_support__tickets') }} as requests
    left join {{ ref('person_names') }} as persons
        on requests.customer_key = persons.name_key

),

texts_with_names as (

    select
        tickets.ticket_id,
        {{ normalised_text('tickets.subject') }} as subject,
        tickets._version,
        requesters.names,
        requesters.ids
    from tickets
    left join requesters
        on tickets.ticket_id = requesters.ticket_id

),

texts_with_name_words as (

    select
        *,
        {{ telling_name_words(['names']) }} as telling_words
    from texts_with_names

),

-- Names last, as an address may hold one.
texts_without_identifiers as (

    select
        ticket_id,
        names,
        telling_words,
        _version,
        {{ without_identifiers('subject', 'ids') }} as subject
    from texts_with_name_words

)

select
    ---------- keys
    ticket_id,

    ---------- attributes
    {{ without_names('subject', ['names'], 'telling_words') }} as subject_text,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from texts_without_identifiers
