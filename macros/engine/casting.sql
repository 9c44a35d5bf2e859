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


{#- A text as a date or an instant in UTC after a strptime format; null where it is none, as the 31st of February. -#}
{% macro parse_instant(value, data_type, format) %}
    {{- return(adapter.dispatch('parse_instant', 'techco')(value, data_type, format)) -}}
{% endmacro %}

{% macro duckdb__parse_instant(value, data_type, format) -%}
    cast(try_strptime({{ value }}, '{{ format }}') as {{ data_type }})
{%- endmacro %}

{% macro snowflake__parse_instant(value, data_type, format) -%}
    {%- set parts = {'%d': 'DD', '%m': 'MM', '%Y': 'YYYY', '%y': 'YY', '%H': 'HH24', '%M': 'MI', '%S': 'SS'} -%}
    {%- set ns = namespace(format=format) -%}
    {%- for part, name in parts.items() -%}{%- set ns.format = ns.format | replace(part, name) -%}{%- endfor -%}
    try_to_{{ 'date' if data_type == 'date' else 'timestamp_ntz' }}({{ value }}, '{{ ns.format }}')
{%- endmacro %}


{#- A number that is written with a decimal comma, with points between thousands or without, as one with a decimal point; null for any other text. -#}
{% macro number_with_comma(value) -%}
    case when {{ matches(value, '[+-]?([0-9]{1,3}([.][0-9]{3})+|[0-9]+)(,[0-9]+)?') }} then replace(replace({{ value }}, '.', ''), ',', '.') end
{%- endmacro %}


{#- Whether a whole text is of a regular expression. -#}
{% macro matches(text, pattern) %}
    {{- return(adapter.dispatch('matches', 'techco')(text, pattern)) -}}
{% endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_full_match({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro snowflake__matches(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern }}')
{%- endmacro %}
