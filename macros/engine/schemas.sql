{#- Schema names come out exactly as declared; on a shared Snowflake database a developer's name goes before them. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ schema_prefix() }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{#- A relation, given as schema.name, where something that stands in another database reads it: a policy, a view. -#}
{% macro from_anywhere(relation) %}
    {{- return(adapter.dispatch('from_anywhere', 'techco')(relation)) -}}
{% endmacro %}

{#- Releases read the warehouse under a name of their own. -#}
{% macro duckdb__from_anywhere(relation) %}{{ return(relation) }}{% endmacro %}

{% macro snowflake__from_anywhere(relation) %}{{ return(target.database ~ '.' ~ relation) }}{% endmacro %}

{% macro schema_prefix() %}
    {{- return(adapter.dispatch('schema_prefix', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__schema_prefix() %}{{ return('') }}{% endmacro %}

{% macro snowflake__schema_prefix() %}
    {%- set developer = env_var('TECHCO_DEVELOPER', '') -%}
    {{- return(developer ~ '_' if developer else '') -}}
{% endmacro %}
