{#- Incremental strategy `replace_keys`: what the model says of a key replaces all rows of that key. Rows marked _is_deleted only remove, and
    so does a key that the rows of an input gave up (former_parents.sql) and of which the model says nothing any more. What is removed stands
    before what is replaced as a statement of its own, as it is right whether or not the second one comes through.
    `without_deleted()` ends such a model: a full build must leave the marked rows out itself. -#}
{% macro get_incremental_replace_keys_sql(arguments) %}
    {%- set key = arguments.unique_key -%}
    {%- set given_up = former_parents(key) -%}
    {%- set removed = given_up ~ ' except select ' ~ key ~ ' from ' ~ arguments.temp_relation if given_up else none -%}
    {%- set in_range = within_keys([key], '(' ~ removed ~ ') as removed') if removed else 'false' -%}
    {%- set removed = none if in_range == 'false' else removed -%}
    {%- do remember_parents(arguments, removed=removed) -%}
    {%- if removed -%}
        {%- do run_query('delete from ' ~ arguments.target_relation ~ ' where ' ~ key ~ ' in (' ~ removed ~ ') and ' ~ in_range) -%}
    {%- endif -%}
    {{- return(replace_rows_of_keys(arguments)) -}}
{% endmacro %}

{% macro without_deleted() -%}
    {{ 'where not _is_deleted' if not is_incremental() }}
{%- endmacro %}
