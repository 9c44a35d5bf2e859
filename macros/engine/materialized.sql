{#- How a mart is kept that is rebuilt whole out of others: a table of each build or, on Snowflake with var dynamic_tables, a dynamic table that
    Snowflake itself keeps as fresh as its target_lag says. -#}
{% macro full_refresh_materialization() %}
    {{- return(by_engine(duckdb='table', snowflake='dynamic_table' if var('dynamic_tables') else 'table')) -}}
{% endmacro %}
