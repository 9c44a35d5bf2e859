{#- Of two texts of SQL that mean the same the one for this engine.
    Without dispatch, as it is called some 14,000 times in a build.
    Usage: {{ by_engine(duckdb='sha256(' ~ text ~ ')', snowflake='sha2(' ~ text ~ ', 256)') }} -#}
{% macro by_engine(duckdb, snowflake) %}{{ return(snowflake if target.type == 'snowflake' else duckdb) }}{% endmacro %}
