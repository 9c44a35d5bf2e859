{#- Snowflake's query history says which model of which run a statement belongs to, so that cost can be told by model. dbt calls both around
    each model that it builds. -#}
{% macro snowflake__set_query_tag() -%}
    {%- set tag = {'project': project_name, 'target': target.name, 'model': model.name, 'invocation_id': invocation_id} -%}
    {%- do run_query("alter session set query_tag = '" ~ tojson(tag) ~ "'") -%}
{%- endmacro %}

{% macro snowflake__unset_query_tag(original_query_tag) -%}
    {%- do run_query('alter session unset query_tag') -%}
{%- endmacro %}
