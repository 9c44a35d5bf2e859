{#- What is declared in YAML as a query: one row for each list of `rows`, its texts in the order of `columns`; none is null.
    Rows without it are not put together by a macro for each text, as text_literal() is: a build has twelve thousand of them. -#}
{% macro declared_rows(columns, rows) -%}
    {%- set backslash = by_engine(duckdb='\\', snowflake='\\\\') -%}
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
        ('{{ row | map('replace', "'", "''") | map('replace', '\\', backslash) | join("', '") }}')
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    ) as declared ({{ columns | join(', ') }})
    {%- if not rows %}
    where false
    {%- endif %}
{%- endmacro %}
