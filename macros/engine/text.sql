{#- A text as an SQL literal; Snowflake reads a backslash in it as the beginning of an escape. -#}
{% macro text_literal(text) %}
    {{- return(adapter.dispatch('text_literal', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{% macro snowflake__text_literal(text) -%}
    '{{ text | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}
