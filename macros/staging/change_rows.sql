{#- The good rows of a change log that came since this model's last run, one for each key and instant (the latest version of it), with
    changed_at, _version and is_deleted. Validity ranges are made of them (macros/core/scd2_versions.sql). -#}
{% macro change_rows(source_name, table_name) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    select
        *,
        _committed_at as changed_at,
        _op = 'd' as is_deleted
    from ({{ latest_of(base ~ ' where _issues is null and ' ~ is_new_load(), table, table.key + ['_committed_at']) }}) as changes
{% endmacro %}
