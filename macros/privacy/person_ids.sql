{#- The source ids of persons that new rows of base models name, one row each; erased persons have none. `columns`: `<source>.<table>.<column>`; must name every
    column that the contract classifies person_id. -#}
{% macro person_ids(columns) %}
    {%- if execute -%}
        {%- set declared = [] -%}
        {%- for table in contract_tables() -%}
            {%- for column in table.columns if column.classification == 'person_id' -%}
                {%- do declared.append(table.source ~ '.' ~ table.table ~ '.' ~ column.name) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- if declared | sort != columns | sort -%}
            {%- do exceptions.raise_compiler_error('person_keys must name the columns that the contract classifies person_id: ' ~ declared | sort) -%}
        {%- endif -%}
    {%- endif -%}
    {%- set new = is_new() -%}
    {%- for column in columns %}
    {%- set source_name, table_name, column_name = column.split('.') %}
    {{ 'union' if not loop.first }}
    select {{ column_name }} as person_id
    from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }}
    where {{ column_name }} is not null and {{ new }} and {{ erased_key_of(column_name) }} is null
    {%- endfor %}
{% endmacro %}
