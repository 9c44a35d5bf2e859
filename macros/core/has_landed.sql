{#- A condition: some row of a raw table has landed, good or not. A company that does not have a table is asked nothing that needs it. -#}
{% macro has_landed(source_name, table_name) -%}
    exists (select 1 from {{ ref('base_' ~ source_name ~ '__' ~ table_name) }})
{%- endmacro %}
