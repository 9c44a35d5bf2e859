{#- The good rows of a change log that came since this model's last run, one for each key and instant (the latest version of it), with
    changed_at, _version and is_deleted. Validity ranges are made of them (macros/intermediate/validity_ranges.sql). -#}
{% macro change_rows(source_name, table_name) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {{- return(good_rows(base, table, table.key + ['_committed_at'])) -}}
{% endmacro %}
