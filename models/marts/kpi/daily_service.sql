with

tickets as (

    select
        *,
        coalesce(channel, 'unknown') as known_channel,
        coalesce(topic, 'unknown') as known_topic,
        {{ business_date('first_response_at') }} as first_response_date,
        {{ business_date('solved_at') }} as solved_date
    from {{ ref('fct_ticket') }}

),

-- Each event on its own date, with the seconds or the score that it adds.
events as (
    {% for event, day, amount in [
        ('opened', 'opened_date', '0'),
        ('first response', 'first_response_date', 'first_response_seconds'),
        ('solved', 'solved_date', 'resolution_seconds'),
    ] %}
        select
            {{ day }} as date_day,
            known_channel as channel,
            known_topic as topic,
            '{{ event }}' as event,
            {{ amount }} as amount
        from tickets
        where {{ day }} is not null

        union all
    {% endfor %}
    select
        review_date as date_day,
        'review' as channel,
        'product' as topic,
        'review' as event,
        stars as amount
    from {{ ref('fct_review') }}
    where review_status <> 'rejected'

    union all

    select
        response_date as date_day,
        'survey' as channel,
        'recommendation' as topic,
        nps_group as event,
        0 as amount
    from {{ ref('fct_survey_response') }}

),

events_by_day as (

    select
        date_day,
        channel,
        topic,
        count_if(event = 'opened') as opened_ticket_count,
        count_if(event = 'first response') as first_response_count,
        sum(case when event = 'first response' then amount else 0 end) as first_response_seconds,
        count_if(event = 'solved') as solved_ticket_count,
        sum(case when event = 'solved' then amount else 0 end) as resolution_seconds,
        count_if(event = 'review') as satisfaction_count,
        sum(case when event = 'review' then amount else 0 end) as satisfaction_score,
        count_if(event = 'promoter') as promoter_count,
        count_if(event = 'passive') as passive_count,
        count_if(event = 'detractor') as detractor_count
    from events
    where date_day <= {{ as_of() }}
    group by date_day, channel, topic

),

known_days as (

    select
        {{ counted_up_to(['tickets']) }} as tickets_up_to,
        {{ counted_up_to(['tickets', 'messages']) }} as messages_up_to,
        {{ counted_up_to(['reviews']) }} as reviews_up_to,
        {{ counted_up_to(['surveys']) }} as surveys_up_to

),

days as (

    select
        events_by_day.*,
        known_days.*
    from events_by_day
    cross join known_days

)

-- Unknown for days that were not delivered, and in a company that does not ask.
select
    ---------- keys
    date_day,
    channel,
    topic,

    ---------- tickets
    cast(case when date_day <= tickets_up_to then opened_ticket_count end as bigint) as opened_ticket_count,
    cast(case when date_day <= messages_up_to then first_response_count end as bigint) as first_response_count,
    cast(case when date_day <= messages_up_to then first_response_seconds end as bigint) as first_response_seconds,
    cast(case when date_day <= tickets_up_to then solved_ticket_count end as bigint) as solved_ticket_count,
    cast(case when date_day <= tickets_up_to then resolution_seconds end as bigint) as resolution_seconds,

    ---------- what customers say
    cast(case when date_day <= reviews_up_to then satisfaction_count end as bigint) as satisfaction_count,
    cast(case when date_day <= reviews_up_to then satisfaction_score end as bigint) as satisfaction_score,
    cast(case when date_day <= surveys_up_to then promoter_count end as bigint) as promoter_count,
    cast(case when date_day <= surveys_up_to then passive_count end as bigint) as passive_count,
    cast(case when date_day <= surveys_up_to then detractor_count end as bigint) as detractor_count
from days
