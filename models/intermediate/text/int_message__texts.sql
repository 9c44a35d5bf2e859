{{ config(unique_key='message_id') }}

{% set pii_messages = ref('pii_support__messages') %}
{% set stg_messages = ref('stg_support__messages') %}
{% set pii_tickets = ref('pii_support__tickets') %}
{# A request tells who asks, by an address or by a key of names. #}
{% set of_requests -%}
    (
        select
            tickets.message_id,
            requests.customer_key,
            requests._load_id
        from {{ stg_messages }} as tickets
        inner join {{ pii_tickets }} as requests
            on tickets.ticket_id = requests.ticket_id
    )
{%- endset %}
{% set new_names = rows_of_persons('message_id', of_requests, 'customer_key', ref('person_names')) %}

with

messages as (

    select *
    from {{ pii_messages }}
    {{ where_keys_changed('message_id', [pii_messages, stg_messages, of_requests, new_names]) }}

),

tickets as (

    select
        message_id,
        ticket_id
    from {{ stg_messages }}

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

-- Agents greet by name, so the names are those of who signs and of who asks.
texts_with_names as (

    select
        messages.message_id,
        {{ normalised_text('messages.body') }} as body,
        messages._version,
        requesters.ids,
        coalesce(messages.author_name, '')
        || ' ' || coalesce(requesters.names, '') as names
    from messages
    left join tickets
        on messages.message_id = tickets.message_id
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
        message_id,
        names,
        telling_words,
        _version,
        {{ without_identifiers('body', 'ids') }} as body
    from texts_with_name_words

)

select
    ---------- keys
    message_id,

    ---------- attributes
    {{ without_names('body', ['names'], 'telling_words') }} as message_text,

    ---------- technical
    _version,
    {{ current_load_id() }} as _load_id
from texts_without_identifiers
