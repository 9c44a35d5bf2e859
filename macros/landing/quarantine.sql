{#- The rows of one source that could not be read, typed or keyed, with the reasons and the row as it came. `tables` must name every table
    of the source's contract (dbt has to know the references before it has read the contract). -#}
{% macro quarantine(source_name, tables) %}
    {%- if execute -%}
        {%- set declared = contract_tables(source_name) | map(attribute='table') | list -%}
        {%- if declared | sort != tables | sort -%}
            {%- do exceptions.raise_compiler_error('quarantine_' ~ source_name ~ ' must name the tables of the contract: ' ~ declared | sort) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set new = is_new() -%}
    {%- for table in tables %}
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
