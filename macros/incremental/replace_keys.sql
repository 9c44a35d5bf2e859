{#- Incremental strategy `replace_keys`: what the model says of a key replaces all rows of that key. Rows marked _is_deleted only remove.
    `without_deleted()` ends such a model: a full build must leave the marked rows out itself. -#}
{% macro get_incremental_replace_keys_sql(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments.target_relation }}
    where {{ arguments.unique_key }} in (select {{ arguments.unique_key }} from {{ arguments.temp_relation }});

    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arguments.temp_relation }}
    where not _is_deleted
{% endmacro %}

{% macro without_deleted() -%}
    {{ 'where not _is_deleted' if not is_incremental() }}
{%- endmacro %}
