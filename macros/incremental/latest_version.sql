{#- Incremental strategy `latest_version`: a new row replaces the row of its key unless it is older, so the order in which files arrive does not
    matter. The greater _version is newer. Of one version the row that stands later in the landing zone is, where the model says by _file and
    _row where its row stood. Where it does not say, for want of the columns or because the row was made of all rows of its key (a deleted one,
    macros/staging/latest_rows.sql), the row that is worked out last replaces the other. -#}
{% macro get_incremental_latest_version_sql(arguments) %}
    {%- do remember_parents(arguments, unless='known._version > new_rows._version') -%}
    {{- return(replace_older_rows(arguments)) -}}
{% endmacro %}

{#- A condition on `known` and `new_rows`. -#}
{% macro is_not_older(arguments) -%}
    {%- if '_file' in arguments.dest_columns | map(attribute='name') | map('lower') -%}
        (
            known._version < new_rows._version
            or (
                known._version = new_rows._version
                and coalesce(known._file < new_rows._file or (known._file = new_rows._file and coalesce(known._row <= new_rows._row, true)), true)
            )
        )
    {%- else -%}
        known._version <= new_rows._version
    {%- endif -%}
{%- endmacro %}
