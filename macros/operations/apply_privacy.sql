{#- `dbt run-operation apply_privacy`: make what consumers read on Snowflake, or bring it up to date: policies, the tag, views with both
    attached, grants. A build does so at its end by itself. Done twice it changes nothing. With --args '{dry_run: true}' it prints the
    statements. On DuckDB there is nothing to do: `make publish` writes what each role may see. -#}
{% macro apply_privacy(dry_run=false) %}
    {%- set statements = privacy_statements() -%}
    {%- if not statements -%}
        {%- do log('There is nothing to apply: on this engine `make publish` writes for each role what it may see.', info=true) -%}
    {%- elif dry_run -%}
        {%- do print(statements | join(';\n') ~ ';') -%}
    {%- else -%}
        {%- do log('Policies, views and grants: ' ~ statements | length ~ ' statements.', info=true) -%}
        {#- In one go: dbt takes longer over a statement than Snowflake does. -#}
        {%- do run_query(statements | join(';\n')) -%}
    {%- endif -%}
{% endmacro %}

{#- At the end of what may have made or changed tables. -#}
{% macro apply_privacy_after_build() %}
    {%- if execute and target_is_loaded() and flags.WHICH in ['build', 'run'] -%}
        {%- do apply_privacy() -%}
        {%- do audit_privacy() -%}
    {%- endif -%}
{% endmacro %}
