{#- What operations on persons need of an engine (macros/operations/, macros/privacy/). -#}

{#- A table that lasts as long as the connection, made anew and empty. On Snowflake that ends a transaction, so it is made before one. -#}
{% macro make_scratch(name, columns) %}
    {%- do run_query('create or replace temporary table ' ~ scratch(name) ~ ' (' ~ columns ~ ')') -%}
{% endmacro %}

{% macro scratch(name) %}
    {{- return(adapter.dispatch('scratch', 'techco')(name)) -}}
{% endmacro %}

{% macro duckdb__scratch(name) %}{{ return('temp.main.' ~ name) }}{% endmacro %}

{% macro snowflake__scratch(name) %}{{ return(ledger(name)) }}{% endmacro %}


{#- A text as its words, one blank before, between and behind them, so that one text holds another's words where it contains its text. -#}
{% macro words_of(text) %}
    {{- return(adapter.dispatch('words_of', 'techco')(text)) -}}
{% endmacro %}

{% macro duckdb__words_of(text) -%}
    ' ' || trim(regexp_replace(lower({{ text }}), '[^0-9a-z@_+.-]+', ' ', 'g')) || ' '
{%- endmacro %}

{% macro snowflake__words_of(text) -%}
    ' ' || trim(regexp_replace(lower({{ text }}), '[^0-9a-z@_+.-]+', ' ')) || ' '
{%- endmacro %}
