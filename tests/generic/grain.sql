{#- The grain that a model's description promises: keys that stand in more than one row, and rows without a value in the key or in a column
    that always has one. One test instead of `unique` and a `not_null` for each column, because every dbt test costs 30 ms of Python, which
    for 350 of them was a third of a run that finds nothing new. Nulls count as equal: two rows without a key are two faults. -#}
{% test grain(model, key, never_null=[]) %}
{%- set complete -%}
    {%- for column in key + never_null %}
    {{ column }} is not null{{ ' and' if not loop.last }}
    {%- endfor %}
{%- endset %}
select
    {{ key | join(', ') }},
    count(*) as row_count,
    count_if(not ({{ complete }})) as incomplete_row_count
from {{ model }}
group by {{ key | join(', ') }}
having count(*) > 1 or count_if(not ({{ complete }})) > 0
{% endtest %}
