with

days as (

    {{
        dbt.date_spine(
            datepart='day',
            start_date="cast('" ~ var('calendar_start') ~ "' as date)",
            end_date="cast('" ~ var('calendar_end') ~ "' as date)",
        )
    }}

),

events as (

    select
        event_date,
        nullif({{
            dbt.listagg(
                "event_name || coalesce(' (' || country_code || ')', '')",
                "', '",
                'order by event_name, country_code'
            )
        }}, '') as event_names
    from {{ ref('calendar_events') }}
    group by event_date

),

numbered_days as (

    select
        cast(date_day as date) as date_day,
        cast(extract(year from date_day) as bigint) as year_number,
        cast(extract(quarter from date_day) as bigint) as quarter_of_year,
        cast(extract(month from date_day) as bigint) as month_of_year,
        cast(extract(day from date_day) as bigint) as day_of_month,
        -- 1 January 2001 was a Monday.
        cast(mod(
            {{ days_between("cast('2001-01-01' as date)", 'cast(date_day as date)') }}
            + 7000 * 7,
            7
        ) + 1 as bigint) as iso_day_of_week
    from days

)

select
    ---------- key
    numbered_days.date_day,

    ---------- attributes
    cast(date_trunc('month', numbered_days.date_day) as date) as month_start,
    {{ add_days('numbered_days.date_day', '1 - numbered_days.iso_day_of_week') }}
        as iso_week_start,
    numbered_days.year_number,
    numbered_days.quarter_of_year,
    numbered_days.month_of_year,
    numbered_days.day_of_month,
    numbered_days.iso_day_of_week,
    numbered_days.iso_day_of_week >= 6 as is_weekend,
    events.event_names
from numbered_days
left join events
    on numbered_days.date_day = events.event_date
