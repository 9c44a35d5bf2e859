{#- A value as a contract type, null where it is none. Numbers with a fraction are no bigint: both engines would round them. -#}
{% macro try_type(value, data_type) %}
    {{- return(adapter.dispatch('try_type', 'techco')(value, data_type)) -}}
{% endmacro %}

{% macro duckdb__try_type(value, data_type) -%}
    try_cast({{ value }} as {{ data_type }})
{%- endmacro %}

{#- Snowflake's try_cast takes text only. -#}
{% macro snowflake__try_type(value, data_type) -%}
    try_cast({{ value }}::varchar as {{ data_type }})
{%- endmacro %}
