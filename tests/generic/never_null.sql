{#- Rows that lack a value in a column that always has one: one test for all such columns of a model, because each dbt test costs 40 ms of
    Python and there were 280 of them. -#}
{% test never_null(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {%- for column in columns %}
    {{ column }} is null{{ ' or' if not loop.last }}
    {%- endfor %}
{% endtest %}
