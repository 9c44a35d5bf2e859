{#- Each ticket is opened, answered and solved on a day of its own. -#}
{% set steps = {'opened': 'opened_date', 'answered': 'answered_date', 'solved': 'solved_date'} %}

with

tickets as (

    select
        opened_date,
        coalesce(channel, 'unknown') as channel,
        coalesce(topic, 'unknown') as topic,
        coalesce(priority, 'unknown') as priority,
        {{ business_date('first_response_at') }} as answered_date,
        {{ business_date('solved_at') }} as solved_date
    from {{ ref('ticket_performance') }}

),

steps as (
    {% for step, day in steps.items() %}
        {{ 'union all' if not loop.first }}
        select
            {{ day }} as date_day,
            channel,
            topic,
            priority,
            '{{ step }}' as step,
            -- A ticket waits for an answer until it is answered or solved, whatever comes first.
            {% if step == 'opened' -%}
                true
            {%- elif step == 'answered' -%}
                solved_date is null or answered_date < solved_date
            {%- else -%}
                answered_date is null or solved_date <= answered_date
            {%- endif %} as is_waiting_changed
        from tickets
        where {{ day }} is not null
    {% endfor %}
),

changes as (

    select
        date_day,
        channel,
        topic,
        priority,
        {% for step in steps -%}
            count_if(step = '{{ step }}') as {{ step }}_ticket_count,
        {% endfor -%}
        count_if(step = 'opened') - count_if(step = 'solved') as backlog_change,
        count_if(step = 'opened') - coalesce(count_if(step <> 'opened' and is_waiting_changed), 0) as waiting_change
    from steps
    group by date_day, channel, topic, priority

),

last_day as (

    select {{ complete_up_to(['tickets', 'messages']) }} as date_day

),

-- Every day from the first ticket of a combination on.
combinations as (

    select
        channel,
        topic,
        priority,
        min(date_day) as first_day
    from changes
    group by channel, topic, priority

),

days as (

    select
        days.date_day,
        combinations.channel,
        combinations.topic,
        combinations.priority
    from combinations
    cross join last_day
    inner join {{ ref('dim_date') }} as days
        on
            combinations.first_day <= days.date_day
            and last_day.date_day >= days.date_day

),

days_with_backlog as (

    select
        days.*,
        {% for step in steps -%}
            coalesce(changes.{{ step }}_ticket_count, 0) as {{ step }}_ticket_count,
        {% endfor -%}
        sum(coalesce(changes.backlog_change, 0)) over (
            partition by days.channel, days.topic, days.priority order by days.date_day
            rows between unbounded preceding and current row
        ) as backlog_ticket_count,
        sum(coalesce(changes.waiting_change, 0)) over (
            partition by days.channel, days.topic, days.priority order by days.date_day
            rows between unbounded preceding and current row
        ) as unanswered_ticket_count
    from days
    left join changes
        on
            days.date_day = changes.date_day
            and days.channel = changes.channel
            and days.topic = changes.topic
            and days.priority = changes.priority

)

select
    ---------- keys
    date_day,
    channel,
    topic,
    priority,

    ---------- measures
    cast(opened_ticket_count as bigint) as opened_ticket_count,
    cast(answered_ticket_count as bigint) as answered_ticket_count,
    cast(solved_ticket_count as bigint) as solved_ticket_count,
    cast(backlog_ticket_count as bigint) as backlog_ticket_count,
    cast(unanswered_ticket_count as bigint) as unanswered_ticket_count
from days_with_backlog
where opened_ticket_count + answered_ticket_count + solved_ticket_count + backlog_ticket_count > 0
