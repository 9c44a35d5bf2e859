{#- Schema names come out exactly as declared; on a shared Snowflake database a developer's name goes before them. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set developer = env_var('TECHCO_DEVELOPER', '') -%}
    {{ by_engine(duckdb='', snowflake=developer ~ '_' if developer else '') }}{{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

{#- A relation, given as schema.name, where something that stands in another database reads it: a policy, a view. On DuckDB releases read the warehouse
    under a name of their own. -#}
{% macro from_anywhere(relation) -%}
    {{ by_engine(duckdb='', snowflake=target.database ~ '.') ~ relation }}
{%- endmacro %}
