{#- A landed value as a contract type, null where it is none. `from_text`: the value is text, as in JSON; then the engines' leniency is
    taken back: a number with a fraction is no bigint (both would round it), and an instant with an offset is converted to UTC (both would
    drop the offset). -#}
{% macro try_type(value, data_type, from_text=false) %}
    {{- return(adapter.dispatch('try_type', 'techco')(value, data_type, from_text)) -}}
{% endmacro %}

{% macro duckdb__try_type(value, data_type, from_text) -%}
    {%- if from_text and data_type == 'bigint' -%}
        case when {{ value }} not like '%.%' then try_cast({{ value }} as bigint) end
    {%- elif from_text and data_type == 'timestamp' -%}
        {#- The clock's offset stands behind the 19 characters of date and time. Converting every value would cost twice the time. -#}
        case
            when regexp_matches(substr({{ value }}, 20), '[+-]') then cast(try_cast({{ value }} as timestamptz) as timestamp)
            else try_cast({{ value }} as timestamp)
        end
    {%- else -%}
        try_cast({{ value }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}

{#- Snowflake's try_cast takes text only. -#}
{% macro snowflake__try_type(value, data_type, from_text) -%}
    {%- if from_text and data_type == 'bigint' -%}
        case when {{ value }} not like '%.%' then try_cast({{ value }} as bigint) end
    {%- elif from_text and data_type == 'timestamp' -%}
        case
            when regexp_like(substr({{ value }}, 20), '.*[+-].*')
                then cast(convert_timezone('UTC', try_to_timestamp_tz({{ value }})) as timestamp_ntz)
            else try_cast({{ value }} as timestamp)
        end
    {%- else -%}
        try_cast({{ value }}::varchar as {{ data_type }})
    {%- endif -%}
{%- endmacro %}
