with

hours as (

    select
        {% for column in ['opens_at', 'closes_at'] -%}
            cast(split_part({{ column }}, ':', 1) as bigint) * 60
            + cast(split_part({{ column }}, ':', 2) as bigint) as {{ column }}_minute,
        {% endfor -%}
        weekday_number
    from {{ ref('service_hours') }}

),

days as (

    select
        {% for column in ['opens_at', 'closes_at'] -%}
            {{ utc_of_business_time(
                'cast(' ~ dbt.dateadd('minute', 'hours.' ~ column ~ '_minute', 'cast(days.date_day as timestamp)')
                ~ ' as timestamp)'
            ) }} as {{ column }},
        {% endfor -%}
        days.date_day
    from {{ ref('dim_date') }} as days
    left join {{ ref('service_closed_days') }} as closed_days
        on days.date_day = closed_days.closed_on
    left join hours
        on
            days.iso_day_of_week = hours.weekday_number
            and closed_days.closed_on is null

),

days_with_seconds as (

    select
        date_day,
        cast(opens_at as timestamp) as opens_at,
        cast(closes_at as timestamp) as closes_at,
        coalesce({{ seconds_between('opens_at', 'closes_at') }}, 0) as open_seconds
    from days

)

-- Business time between two instants is the difference of what has passed until each.
select
    ---------- keys
    date_day,

    ---------- measures
    cast(open_seconds as bigint) as open_seconds,
    cast(
        sum(open_seconds) over (order by date_day rows between unbounded preceding and current row) - open_seconds
        as bigint
    ) as open_seconds_before,

    ---------- timestamps
    opens_at,
    closes_at
from days_with_seconds
