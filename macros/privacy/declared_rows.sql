{#- What is declared in YAML as a query: one row for each list of `rows`, its texts in the order of `columns`; none is null. -#}
{% macro declared_rows(columns, rows) -%}
    select
        {%- for column in columns %}
        cast({{ column }} as varchar) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {%- for row in rows or [[none] * columns | length] %}
        {%- if none in row %}
        ({% for text in row %}{{ 'null' if text is none else text_literal(text) }}{{ ', ' if not loop.last }}{% endfor %})
        {%- else %}
        ({{ text_literals(row) }})
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as declared ({{ columns | join(', ') }})
    {%- if not rows %}
    where false
    {%- endif %}
{%- endmacro %}
