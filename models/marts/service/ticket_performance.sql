with

known_days as (

    select
        {{ as_of() }} as as_of_date,
        {{ counted_up_to(['tickets']) }} as tickets_up_to,
        {{ counted_up_to(['tickets', 'messages']) }} as messages_up_to

),

-- What happened after the day that marts are as of has not happened yet.
tickets as (

    select
        tickets.*,
        {{ business_time('tickets.opened_at') }} as opened_clock_time,
        case
            when {{ business_date('tickets.first_response_at') }} <= known_days.as_of_date
                then tickets.first_response_at
        end as answered_at,
        case
            when {{ business_date('tickets.solved_at') }} <= known_days.as_of_date then tickets.solved_at
        end as closed_at
    from {{ ref('fct_ticket') }} as tickets
    cross join known_days
    where tickets.opened_date <= known_days.as_of_date

),

-- How long the help desk has been open until each instant; until the end of what is known for what has not happened.
tickets_with_open_seconds as (

    select
        tickets.*,
        {% for day in ['opened', 'answered', 'closed'] -%}
            {{ day }}_days.open_seconds_before + least(
                greatest(coalesce({{ seconds_between(day ~ '_days.opens_at', 'tickets.' ~ day ~ '_at') }}, 0), 0),
                coalesce({{ day }}_days.open_seconds, 0)
            ) as open_seconds_when_{{ day }},
        {% endfor -%}
        message_days.open_seconds_before + message_days.open_seconds as open_seconds_of_messages,
        ticket_days.open_seconds_before + ticket_days.open_seconds as open_seconds_of_tickets,
        coalesce(tickets.opened_at >= opened_days.opens_at and tickets.opened_at < opened_days.closes_at, false)
            as is_opened_in_business_hours
    from tickets
    cross join known_days
    {% for day in ['opened', 'answered', 'closed'] -%}
        left join {{ ref('agg_service__open_hours') }} as {{ day }}_days
            on {{ day }}_days.date_day = {{ business_date('tickets.' ~ day ~ '_at') }}
    {% endfor -%}
    left join {{ ref('agg_service__open_hours') }} as message_days
        on known_days.messages_up_to = message_days.date_day
    left join {{ ref('agg_service__open_hours') }} as ticket_days
        on known_days.tickets_up_to = ticket_days.date_day

),

-- An agent who wrote first has kept nobody waiting.
tickets_with_business_seconds as (

    select
        *,
        case
            when answered_at is not null
                then greatest(coalesce(open_seconds_when_answered - open_seconds_when_opened, 0), 0)
        end as first_response_business_seconds,
        case
            when closed_at is not null
                then greatest(coalesce(open_seconds_when_closed - open_seconds_when_opened, 0), 0)
        end as resolution_business_seconds,
        open_seconds_of_messages - open_seconds_when_opened as seconds_without_answer,
        open_seconds_of_tickets - open_seconds_when_opened as seconds_without_solution
    from tickets_with_open_seconds

)

select
    ---------- keys
    tickets.ticket_id,
    tickets.customer_key,
    tickets.product_key,
    tickets.order_id,
    tickets.opened_date,

    ---------- attributes
    tickets.channel,
    tickets.topic,
    tickets.priority,
    tickets.language_code,
    case
        when extract(hour from tickets.opened_clock_time) < 6 then 'night'
        when extract(hour from tickets.opened_clock_time) < 12 then 'morning'
        when extract(hour from tickets.opened_clock_time) < 18 then 'afternoon'
        else 'evening'
    end as opened_part_of_day,
    tickets.is_opened_in_business_hours,
    tickets.closed_at is null as is_open,
    tickets.reopened_count > 0 as is_reopened,
    coalesce(tickets.first_response_business_seconds, tickets.seconds_without_answer)
    > targets.first_response_hours * 3600 as is_first_response_breached,
    coalesce(tickets.resolution_business_seconds, tickets.seconds_without_solution)
    > targets.resolution_hours * 3600 as is_resolution_breached,

    ---------- measures
    tickets.reopened_count,
    cast(tickets.first_response_business_seconds as bigint) as first_response_business_seconds,
    cast(tickets.resolution_business_seconds as bigint) as resolution_business_seconds,
    cast(targets.first_response_hours * 3600 as bigint) as first_response_target_seconds,
    cast(targets.resolution_hours * 3600 as bigint) as resolution_target_seconds,

    ---------- timestamps
    tickets.opened_at,
    tickets.answered_at as first_response_at,
    tickets.closed_at as solved_at
from tickets_with_business_seconds as tickets
left join {{ ref('service_targets') }} as targets
    on tickets.priority = targets.priority
