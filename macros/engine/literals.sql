{#- Any text as a literal, whatever stands in it. -#}
{% macro text_literal(text) -%}
    {{ text_literals([text]) }}
{%- endmacro %}

{#- Texts as literals, with commas between them; none is null. One call for many, as a build has twelve thousand. Snowflake reads a backslash in a text
    as the beginning of an escape. -#}
{% macro text_literals(texts) -%}
    {%- set backslash = by_engine(duckdb='\\', snowflake='\\\\') -%}
    '{{ texts | map('replace', "'", "''") | map('replace', '\\', backslash) | join("', '") }}'
{%- endmacro %}

{#- Those of some key columns whose values are the same when they were cast to text and back. On Snowflake an instant, whose column ends in _at,
    has lost its microseconds then: the greatest one would lie beyond the end of its own range. -#}
{% macro exact_as_text(keys) %}
    {%- set exact = [] -%}
    {%- for key in keys if by_engine(duckdb=true, snowflake=not key.endswith('_at')) -%}
        {%- do exact.append(key) -%}
    {%- endfor -%}
    {{- return(exact) -}}
{% endmacro %}


{#- An instant, to the second, as a literal; `utc_now` for that of now. -#}
{% macro instant_literal(instant) -%}
    cast('{{ instant.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}

{#- Now, as a literal: the same in the whole statement, and in UTC on both engines. -#}
{% macro utc_now() -%}
    {{ instant_literal(modules.datetime.datetime.now(modules.pytz.utc)) }}
{%- endmacro %}
