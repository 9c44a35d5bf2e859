{#- Incremental strategy `replace_keys`: what the model says of a key replaces all rows of that key. Rows marked _is_deleted only remove.
    `without_deleted()` ends such a model: a full build must leave the marked rows out itself. -#}
{% macro get_incremental_replace_keys_sql(arguments) %}
    {{- return(replace_rows_of_keys(arguments)) -}}
{% endmacro %}

{% macro without_deleted() -%}
    {{ 'where not _is_deleted' if not is_incremental() }}
{%- endmacro %}
