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
        {%- for nps_group in ['promoter', 'passive', 'detractor'] %}
            count_if(event = '{{ nps_group }}') as {{ nps_group }}_count
            {{- ',' if not loop.last }}
        {%- endfor %}
    from events
    where date_day <= {{ as_of() }}
    group by date_day, channel, topic

)

-- Unknown for days that were not delivered, and in a company that does not ask.
select
    ---------- keys
    date_day,
    channel,
    topic,

    ---------- measures
    {%- for groups, measures in [
        (['tickets'], ['opened_ticket_count']),
        (['tickets', 'messages'], ['first_response_count', 'first_response_seconds']),
        (['tickets'], ['solved_ticket_count', 'resolution_seconds']),
        (['reviews'], ['satisfaction_count', 'satisfaction_score']),
        (['surveys'], ['promoter_count', 'passive_count', 'detractor_count']),
    ] %}
        {%- set is_last = loop.last %}
        {%- for measure in measures %}
            cast(case when date_day <= {{ counted_up_to(groups) }} then {{ measure }} end as bigint) as {{ measure }}
            {{- ',' if not (is_last and loop.last) }}
        {%- endfor %}
    {%- endfor %}
from events_by_day
