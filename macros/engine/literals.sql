{#- Any text as a literal, whatever stands in it. -#}
{% macro text_literal(text) %}
    {{- return(adapter.dispatch('text_literal', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__text_literal(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}

{#- Snowflake reads a backslash in a text as the beginning of an escape. -#}
{% macro snowflake__text_literal(text) -%}
    '{{ text | string | replace("\\", "\\\\") | replace("'", "''") }}'
{%- endmacro %}


{#- Those of some key columns whose values are the same when they were cast to text and back. On Snowflake an instant, whose column ends in _at,
    has lost its microseconds then: the greatest one would lie beyond the end of its own range. -#}
{% macro exact_as_text(keys) %}
    {{- return(adapter.dispatch('exact_as_text', 'techco')(keys)) -}}
{% endmacro %}

{% macro duckdb__exact_as_text(keys) %}
    {{- return(keys) -}}
{% endmacro %}

{% macro snowflake__exact_as_text(keys) %}
    {%- set exact = [] -%}
    {%- for key in keys if not key.endswith('_at') -%}
        {%- do exact.append(key) -%}
    {%- endfor -%}
    {{- return(exact) -}}
{% endmacro %}


{#- An instant, to the second, as a literal; `utc_now` for that of now. -#}
{% macro instant_literal(instant) -%}
    cast('{{ instant.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}

{% macro utc_now() -%}
    {{ instant_literal(modules.datetime.datetime.now(modules.pytz.utc)) }}
{%- endmacro %}
