{#- Of two texts of SQL that mean the same the one for this engine.
    Usage: {{ by_engine(duckdb='sha256(' ~ text ~ ')', snowflake='sha2(' ~ text ~ ', 256)') }} -#}
{% macro by_engine(duckdb, snowflake) %}
    {{- return(adapter.dispatch('by_engine', 'techco')(duckdb, snowflake)) -}}
{% endmacro %}

{% macro duckdb__by_engine(duckdb, snowflake) %}{{ return(duckdb) }}{% endmacro %}

{% macro snowflake__by_engine(duckdb, snowflake) %}{{ return(snowflake) }}{% endmacro %}
