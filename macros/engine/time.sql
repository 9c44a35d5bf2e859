{#- The date, in the business time zone, of an instant stored in UTC. -#}
{% macro business_date(instant) %}
    {{- return(adapter.dispatch('business_date', 'techco')(instant)) -}}
{% endmacro %}

{% macro duckdb__business_date(instant) -%}
    cast(timezone('{{ var("business_timezone") }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro snowflake__business_date(instant) -%}
    cast(convert_timezone('UTC', '{{ var("business_timezone") }}', {{ instant }}) as date)
{%- endmacro %}


{#- Microseconds since 1970 of an instant: a number that sorts as the instant does. -#}
{% macro epoch_microseconds(instant) %}
    {{- return(adapter.dispatch('epoch_microseconds', 'techco')(instant)) -}}
{% endmacro %}

{% macro duckdb__epoch_microseconds(instant) -%}
    epoch_us({{ instant }})
{%- endmacro %}

{% macro snowflake__epoch_microseconds(instant) -%}
    date_part(epoch_microsecond, {{ instant }})
{%- endmacro %}


{#- The integer of days from one date to another. -#}
{% macro days_between(earlier, later) -%}
    datediff('day', {{ earlier }}, {{ later }})
{%- endmacro %}


{#- A date some days later (earlier for a negative number). -#}
{% macro add_days(date, days) %}
    {{- return(adapter.dispatch('add_days', 'techco')(date, days)) -}}
{% endmacro %}

{% macro duckdb__add_days(date, days) -%}
    cast({{ date }} + to_days(cast({{ days }} as integer)) as date)
{%- endmacro %}

{% macro snowflake__add_days(date, days) -%}
    cast(dateadd(day, {{ days }}, {{ date }}) as date)
{%- endmacro %}


{#- A date some days, months or years later (earlier for a negative number); of a month without that day its last. -#}
{% macro add_period(date, unit, number) %}
    {{- return(adapter.dispatch('add_period', 'techco')(date, unit, number)) -}}
{% endmacro %}

{% macro duckdb__add_period(date, unit, number) -%}
    cast({{ date }} + to_{{ unit }}s(cast({{ number }} as integer)) as date)
{%- endmacro %}

{% macro snowflake__add_period(date, unit, number) -%}
    cast(dateadd({{ unit }}, {{ number }}, {{ date }}) as date)
{%- endmacro %}


{#- Seconds from one instant to another, a whole number. -#}
{% macro seconds_between(earlier, later) -%}
    datediff('second', {{ earlier }}, {{ later }})
{%- endmacro %}


{#- The instant some hours before now, by the clock of the engine. Only `dbt source freshness` asks it. -#}
{% macro hours_ago(hours) %}
    {{- return(adapter.dispatch('hours_ago', 'techco')(hours)) -}}
{% endmacro %}

{% macro duckdb__hours_ago(hours) -%}
    {{ current_timestamp() }} - to_hours(cast({{ hours }} as integer))
{%- endmacro %}

{% macro snowflake__hours_ago(hours) -%}
    dateadd(hour, -({{ hours }}), {{ current_timestamp() }})
{%- endmacro %}
