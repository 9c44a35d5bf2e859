{#- Incremental strategy `latest_version`: a new row replaces the row of its key unless its _version is lower, so the order in which files
    arrive does not matter. The same version replaces too: a change that comes after the delete that follows it still tells a deleted row's
    attributes. -#}
{% macro get_incremental_latest_version_sql(arguments) %}
    {%- do remember_parents(arguments, unless='known._version > new_rows._version') -%}
    {{- return(replace_older_rows(arguments)) -}}
{% endmacro %}
