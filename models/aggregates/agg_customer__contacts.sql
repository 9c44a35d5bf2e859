-- The contract has no list of what was sent. So a contact is what proves that somebody wrote: a visit by a link of an e-mail, an answer to a survey,
-- a message of an agent.
with

contacts as (

    select
        customers.customer_key,
        visits.session_date as contacted_on,
        'newsletter' as contact_kind
    from {{ ref('agg_visit__channel_groups') }} as visits
    inner join {{ ref('agg_visit__customers') }} as customers
        on visits.session_id = customers.session_id
    where visits.channel_group = 'email'

    union all

    select
        customer_key,
        response_date as contacted_on,
        'survey' as contact_kind
    from {{ ref('fct_survey_response') }}

    union all

    select
        tickets.customer_key,
        messages.message_date as contacted_on,
        'service' as contact_kind
    from {{ ref('fct_ticket_message') }} as messages
    inner join {{ ref('fct_ticket') }} as tickets
        on messages.ticket_id = tickets.ticket_id
    where messages.author_type = 'agent'

)

select
    ---------- key
    customer_key,

    ---------- attributes
    contacted_on as last_contacted_on,
    contact_kind as last_contact_kind
from contacts
where
    customer_key <> 'unknown'
    and contacted_on <= {{ as_of() }}
qualify row_number() over (partition by customer_key order by contacted_on desc nulls last, contact_kind asc) = 1
