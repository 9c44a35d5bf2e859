{#- The objects of an array that a staging model carries as JSON, one row each with the key of the row they came in and their position
    from 1. What the model leaves out of the objects is left out here. `of`: a CTE with some of the model's rows. -#}
{% macro parts(source_name, table_name, array, staged_as=none, of=none) %}
    {%- set rows = of or ref('stg_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ rows) }}{%- endif -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- set column = table.columns | selectattr('name', 'equalto', array) | first -%}
    {%- set shown = column.elements | rejectattr('name', 'equalto', 'content') if column.classification else column.elements -%}
    {{- array_elements(rows, table.key + ['_version', '_load_id'], staged_as or array, shown | list) -}}
{% endmacro %}
