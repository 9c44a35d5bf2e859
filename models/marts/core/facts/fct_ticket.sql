{{ config(unique_key='ticket_id', cluster_by='opened_date') }}

{% set stg_tickets = ref('stg_support__tickets') %}
{% set stg_messages = ref('stg_support__messages') %}
{% set ticket_changes = ref('stg_support__ticket_changes') %}
{% set redacted_texts = ref('int_ticket__texts') %}
{% set where_changed = where_keys_changed('ticket_id', [stg_tickets, stg_messages, ticket_changes, redacted_texts]) %}

with

tickets as (

    select *
    from {{ stg_tickets }}
    {{ where_changed }}

),

messages as (

    select
        ticket_id,
        count(*) as message_count,
        count_if(author_type = 'customer') as customer_message_count,
        min(case when author_type = 'agent' then sent_at end) as first_response_at
    from {{ stg_messages }}
    {{ where_changed }}
    group by ticket_id

),

states as (

    select
        ticket_id,
        ticket_status = 'solved' as is_solved,
        solved_at,
        lag(ticket_status = 'solved') over (partition by ticket_id order by _version, _file, _row) as was_solved,
        lag(solved_at) over (partition by ticket_id order by _version, _file, _row) as earlier_solved_at
    from {{ ticket_changes }}
    {{ where_changed }}

),

-- Solved and then not any more; or solved again, later, where the API was not asked meanwhile.
reopenings as (

    select
        ticket_id,
        count_if(was_solved and (not is_solved or solved_at > earlier_solved_at)) as reopened_count
    from states
    group by ticket_id

),

texts as (

    select *
    from {{ redacted_texts }}
    {{ where_changed }}

)

select
    ---------- keys
    tickets.ticket_id,
    coalesce(tickets.customer_key, 'unknown') as customer_key,
    {{ surrogate_key('tickets.product_id') }} as product_key,
    tickets.order_id,
    {{ business_date('tickets.opened_at') }} as opened_date,

    ---------- attributes
    tickets.channel,
    tickets.topic,
    tickets.priority,
    tickets.ticket_status,
    tickets.language_code,
    texts.subject_text,

    ---------- measures
    cast(coalesce(messages.message_count, 0) as bigint) as message_count,
    cast(coalesce(messages.customer_message_count, 0) as bigint)
        as customer_message_count,
    cast(coalesce(reopenings.reopened_count, 0) as bigint) as reopened_count,
    {{ seconds_between('tickets.opened_at', 'messages.first_response_at') }}
        as first_response_seconds,
    {{ seconds_between('tickets.opened_at', 'tickets.solved_at') }}
        as resolution_seconds,

    ---------- timestamps
    tickets.opened_at,
    messages.first_response_at,
    tickets.solved_at,

    ---------- technical
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from tickets
left join messages
    on tickets.ticket_id = messages.ticket_id
left join reopenings
    on tickets.ticket_id = reopenings.ticket_id
left join texts
    on tickets.ticket_id = texts.ticket_id
