{#- Of two forms of one expression that of this engine. What takes more than an expression is dispatched instead.
    Usage: {{ by_engine(duckdb='sha256(' ~ text ~ ')', snowflake='sha2(' ~ text ~ ', 256)') }} -#}
{% macro by_engine(duckdb, snowflake) %}
    {{- return(adapter.dispatch('by_engine', 'techco')(duckdb, snowflake)) -}}
{% endmacro %}

{% macro duckdb__by_engine(duckdb, snowflake) %}{{ return(duckdb) }}{% endmacro %}

{% macro snowflake__by_engine(duckdb, snowflake) %}{{ return(snowflake) }}{% endmacro %}
