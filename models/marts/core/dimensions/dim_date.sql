{% set first_month = var('retail_year_first_month') %}

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
        cast(date_trunc('month', date_day) as date) as month_start,
        cast(date_trunc('quarter', date_day) as date) as quarter_start,
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

),

days_with_weeks as (

    select
        *,
        {{ add_days('date_day', '1 - iso_day_of_week') }} as iso_week_start,
        {{ add_days('date_day', '-mod(iso_day_of_week + 7 - ' ~ var('retail_week_first_day') ~ ', 7)') }}
            as retail_week_start
    from numbered_days

),

-- A week belongs to the year that holds its fourth day, and so most of its days: that is ISO 8601, and with a year that begins on
-- 1 February and weeks that begin on Sundays it is the calendar of the National Retail Federation.
days_with_fourth_days as (

    select
        *,
        {{ add_days('iso_week_start', 3) }} as iso_fourth_day,
        {{ add_days('retail_week_start', 3) }} as retail_fourth_day
    from days_with_weeks

),

days_with_years as (

    select
        *,
        cast(date_trunc('year', iso_fourth_day) as date) as iso_year_start,
        cast(date_trunc('year', {{ add_period('retail_fourth_day', 'month', 1 - first_month) }}) as date)
            as retail_calendar_year
    from days_with_fourth_days

),

days_with_week_numbers as (

    select
        *,
        cast(extract(year from iso_year_start) as bigint) as iso_year,
        cast(floor(
            cast({{ days_between('iso_year_start', 'iso_fourth_day') }} as double) / 7
        ) + 1 as bigint) as iso_week,
        cast(extract(year from retail_calendar_year) as bigint) as retail_year,
        cast(floor(
            cast({{
                days_between(add_period('retail_calendar_year', 'month', first_month - 1), 'retail_fourth_day')
            }} as double) / 7
        ) + 1 as bigint) as retail_week
    from days_with_years

),

-- Quarters of 13 weeks; a 53rd one belongs to the last.
days_with_retail_quarters as (

    select
        *,
        cast(
            case
                when retail_week <= 13 then 1
                when retail_week <= 26 then 2
                when retail_week <= 39 then 3
                else 4
            end as bigint
        ) as retail_quarter
    from days_with_week_numbers

)

select
    ---------- key
    days.date_day,

    ---------- calendar
    days.month_start,
    days.quarter_start,
    days.year_number,
    days.quarter_of_year,
    days.month_of_year,
    days.day_of_month,
    {{ add_days('days.date_day', -364) }} as same_weekday_last_year,

    ---------- ISO weeks
    days.iso_week_start,
    days.iso_year,
    days.iso_week,
    days.iso_day_of_week,
    days.iso_day_of_week >= 6 as is_weekend,

    ---------- retail calendar: months of 4, 5 and 4 weeks
    days.retail_week_start,
    days.retail_year,
    days.retail_quarter,
    cast(
        3 * (days.retail_quarter - 1) + case
            when days.retail_week - 13 * (days.retail_quarter - 1) <= 4 then 1
            when days.retail_week - 13 * (days.retail_quarter - 1) <= 9 then 2
            else 3
        end as bigint
    ) as retail_month,
    days.retail_week,

    ---------- events
    events.event_names
from days_with_retail_quarters as days
left join events
    on days.date_day = events.event_date
