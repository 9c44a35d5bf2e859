{#- Incremental strategy `latest_version`: a new row replaces the row of its key unless its _version is lower, so the order in which files
    arrive does not matter. The same version replaces too: a change that comes after the delete that follows it still tells a deleted row's
    attributes. -#}
{% macro get_incremental_latest_version_sql(arguments) %}
    {%- set target_table = arguments.target_relation -%}
    {%- set new_rows = arguments.temp_relation -%}
    {%- set keys = arguments.unique_key if arguments.unique_key is not string else [arguments.unique_key] -%}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ target_table }}
    using {{ new_rows }} as new_rows
    where
        {%- for key in keys %}
        {{ target_table }}.{{ key }} = new_rows.{{ key }} and
        {%- endfor %}
        {{ target_table }}._version <= new_rows._version;

    insert into {{ target_table }} ({{ columns }})
    select {{ columns }}
    from {{ new_rows }} as new_rows
    where not exists (
        select 1
        from {{ target_table }} as known
        where
            {%- for key in keys %}
            known.{{ key }} = new_rows.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}
    )
{% endmacro %}
