{#- `dbt run-operation create_objects`: make what a Snowflake database needs before anything lands in it, or add what it lacks: the
    database, its schemas, roles, warehouses and grants, file formats, the stage, the raw tables and the vault. It changes nothing that is
    there. With --args '{dry_run: true}' it prints the statements, for whoever holds the rights to run them. On DuckDB there is nothing to make. -#}
{% macro create_objects(dry_run=false) %}
    {%- for statement in object_statements() -%}
        {%- if dry_run -%}
            {%- do print(statement ~ ';') -%}
        {%- else -%}
            {%- do run_query(statement) -%}
        {%- endif -%}
    {%- else -%}
        {%- do log('There is nothing to create: this engine reads landed files where they lie.', info=true) -%}
    {%- endfor -%}
{% endmacro %}
