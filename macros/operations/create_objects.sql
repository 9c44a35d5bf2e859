{#- `dbt run-operation create_objects`: make what a Snowflake database needs before anything lands in it, or add what it lacks: the
    database, its schemas, roles, warehouses and grants, file formats, the stage, the raw tables and the vault. It changes nothing that is
    there. With --args '{dry_run: true}' it prints the statements, for whoever holds the rights to run them. On DuckDB there is nothing to make. -#}
{% macro create_objects(dry_run=false) %}
    {%- set statements = object_statements() -%}
    {%- if not statements -%}
        {%- do log('There is nothing to create: this engine reads landed files where they lie.', info=true) -%}
    {%- elif dry_run -%}
        {%- do print(statements | join(';\n') ~ ';') -%}
    {%- else -%}
        {%- do log('Making what is missing: ' ~ statements | length ~ ' statements.', info=true) -%}
        {#- In one go: dbt takes longer over a statement than Snowflake does. -#}
        {%- do run_query(statements | join(';\n')) -%}
    {%- endif -%}
{% endmacro %}
