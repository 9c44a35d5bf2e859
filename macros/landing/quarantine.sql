{#- The rows of one source that could not be read, typed or keyed, with the reasons and the row as it came. -#}
{% macro quarantine(source_name) %}
    {%- set new = is_new() -%}
    {%- for table in var('raw_tables')[source_name] %}
    {{ 'union all' if not loop.first }}
    select
        '{{ source_name }}' as source_name,
        '{{ table }}' as table_name,
        _ingested_on as ingested_on,
        _file as file_path,
        _row as file_row,
        _issues as reasons,
        _raw as raw_row,
        {{ current_batch() }} as _batch
    from {{ ref('base_' ~ source_name ~ '__' ~ table) }}
    where _issues is not null and {{ new }}
    {%- endfor %}
{% endmacro %}
