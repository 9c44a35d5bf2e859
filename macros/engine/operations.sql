{#- What operations on persons need of an engine (macros/operations/, macros/privacy/). -#}

{#- Make a scratch table, new and empty; it lasts as long as the connection. Snowflake ends a transaction by it: make it before one begins.
    name: what scratch() calls it; columns: names and types, as SQL. -#}
{% macro make_scratch(name, columns) %}
    {%- do run_query('create or replace temporary table ' ~ scratch(name) ~ ' (' ~ columns ~ ')') -%}
{% endmacro %}

{#- A scratch table, as it is called in SQL. -#}
{% macro scratch(name) %}
    {{- return(adapter.dispatch('scratch', 'techco')(name)) -}}
{% endmacro %}

{% macro duckdb__scratch(name) %}{{ return('temp.main.' ~ name) }}{% endmacro %}

{% macro snowflake__scratch(name) %}{{ return(ledger(name)) }}{% endmacro %}


{#- Begin one transaction for all that follows, until commit_transaction(). An error takes all of it back, as it ends the connection. -#}
{% macro begin_transaction() %}
    {%- do adapter.dispatch('begin_transaction', 'techco')() -%}
{% endmacro %}

{#- dbt opens one by itself for some of its questions, so that is ended before. -#}
{% macro duckdb__begin_transaction() %}
    {%- call statement('open', auto_begin=true) -%} select 1 {%- endcall -%}
    {%- do adapter.commit() -%}
    {%- call statement('open', auto_begin=true) -%} select 1 {%- endcall -%}
{% endmacro %}

{#- dbt-snowflake begins none, whatever it is asked: its begin and commit do nothing, and each statement would stand at once. -#}
{% macro snowflake__begin_transaction() %}
    {%- do run_query('begin transaction') -%}
{% endmacro %}

{#- End what begin_transaction() began, and keep it. -#}
{% macro commit_transaction() %}
    {%- do adapter.dispatch('commit_transaction', 'techco')() -%}
{% endmacro %}

{% macro duckdb__commit_transaction() %}{%- do adapter.commit() -%}{% endmacro %}

{% macro snowflake__commit_transaction() %}{%- do run_query('commit') -%}{% endmacro %}
