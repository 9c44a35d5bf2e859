{#- Schema names come out exactly as declared; on a shared Snowflake database a developer's name goes before them. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ schema_prefix() }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{% macro schema_prefix() %}
    {{- return(adapter.dispatch('schema_prefix', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__schema_prefix() %}{{ return('') }}{% endmacro %}

{% macro snowflake__schema_prefix() %}
    {%- set developer = env_var('TECHCO_DEVELOPER', '') -%}
    {{- return(developer ~ '_' if developer else '') -}}
{% endmacro %}
