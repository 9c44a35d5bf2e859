{#- How a mart is kept that is rebuilt whole out of others: a table of each build or, on Snowflake with var dynamic_tables, a dynamic table that
    Snowflake itself keeps as fresh as its target_lag says. -#}
{% macro rebuilt() %}
    {{- return(adapter.dispatch('rebuilt', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__rebuilt() %}{{ return('table') }}{% endmacro %}

{% macro snowflake__rebuilt() %}{{ return('dynamic_table' if var('dynamic_tables') else 'table') }}{% endmacro %}
