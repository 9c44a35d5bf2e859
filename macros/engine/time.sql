{#- The clock time, in the business time zone, of an instant stored in UTC. -#}
{% macro business_time(instant) -%}
    {%- set zone = var('business_timezone') -%}
    {{ by_engine(
        duckdb="timezone('" ~ zone ~ "', timezone('UTC', " ~ instant ~ '))',
        snowflake="convert_timezone('UTC', '" ~ zone ~ "', " ~ instant ~ ')',
    ) }}
{%- endmacro %}

{#- The date, in the business time zone, of an instant stored in UTC. -#}
{% macro business_date(instant) -%}
    cast({{ business_time(instant) }} as date)
{%- endmacro %}

{#- The instant in UTC of a clock time in the business time zone: the other way round. -#}
{% macro utc_of_business_time(clock_time) -%}
    {%- set zone = var('business_timezone') -%}
    {{ by_engine(
        duckdb="timezone('UTC', timezone('" ~ zone ~ "', " ~ clock_time ~ '))',
        snowflake="convert_timezone('" ~ zone ~ "', 'UTC', " ~ clock_time ~ ')',
    ) }}
{%- endmacro %}

{#- Microseconds since 1970 of an instant: a number that sorts as the instant does. -#}
{% macro epoch_microseconds(instant) -%}
    datediff('microsecond', cast('1970-01-01' as timestamp), {{ instant }})
{%- endmacro %}

{#- The integer of days from one date to another. -#}
{% macro days_between(earlier, later) -%}
    datediff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{#- The integer of months from the month of one date to that of another. -#}
{% macro months_between(earlier, later) -%}
    datediff('month', {{ earlier }}, {{ later }})
{%- endmacro %}

{#- Seconds from one instant to another, a whole number. -#}
{% macro seconds_between(earlier, later) -%}
    datediff('second', {{ earlier }}, {{ later }})
{%- endmacro %}


{#- A date some days later (earlier for a negative number). -#}
{% macro add_days(date, days) -%}
    {{ add_period(date, 'day', days) }}
{%- endmacro %}

{#- A date some days, months or years later (earlier for a negative number); of a month without that day its last. -#}
{% macro add_period(date, unit, number) -%}
    cast({{ dbt.dateadd(unit, number, date) }} as date)
{%- endmacro %}

{#- The instant some hours before now, by the clock of the engine. Only `dbt source freshness` asks it. -#}
{% macro hours_ago(hours) -%}
    {{ dbt.dateadd('hour', '-(' ~ hours ~ ')', current_timestamp()) }}
{%- endmacro %}
