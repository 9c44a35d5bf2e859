{#- Combinations of columns that stand in more than one row. Nulls count as equal: two rows without a value are no key either. -#}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
