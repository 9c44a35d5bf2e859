{#- What a table promises, as the relational model names it (Codd, 1990). Entities: no key stands in two rows, and none of its columns, nor of
    those in `never_null`, is without a value; nulls count as equal, so that two rows without a key are two faults. `references`: a value
    of the column is one of `model.column`. `accepted_values`: it is one of these. Null passes the last two.
    Rows that have passed are not read again, but for their keys where new rows have the same (macros/incremental/untested_rows.sql).
    One test instead of `unique`, `not_null`, `relationships` and `accepted_values`, because every dbt test costs 30 to 50 ms of Python
    whatever it asks: apart, these 100 tests would be 533. -#}
{% test integrity(model, key, never_null=[], references={}, accepted_values={}) %}
{%- set complete -%}
    {%- for column in key + never_null %}
    {{ column }} is not null{{ ' and' if not loop.last }}
    {%- endfor %}
{%- endset -%}
select
    'key' as broken,
    {% for column in key %}{{ "' / ' || " if not loop.first }}coalesce(cast({{ column }} as varchar), 'null'){{ ' || ' if not loop.last }}{% endfor %} as found,
    count(*) as row_count,
    count_if(not ({{ complete }})) as incomplete_row_count
from {{ untested_rows(model, key) }}
group by {{ key | join(', ') }}
having count(*) > 1 or count_if(not ({{ complete }})) > 0
{%- for column, target in references.items() %}
{%- set referenced, referenced_column = target.split('.') %}
union all
select
    '{{ column }} is no {{ target }}' as broken,
    cast(referring.{{ column }} as varchar) as found,
    count(*) as row_count,
    0 as incomplete_row_count
from {{ untested_rows(model) }} as referring
left join {{ ref(referenced) }} as referenced on referring.{{ column }} = referenced.{{ referenced_column }}
where referring.{{ column }} is not null and referenced.{{ referenced_column }} is null
group by referring.{{ column }}
{%- endfor %}
{%- for column, values in accepted_values.items() %}
union all
select
    '{{ column }} is none of its values' as broken,
    cast({{ column }} as varchar) as found,
    count(*) as row_count,
    0 as incomplete_row_count
from {{ untested_rows(model) }}
where cast({{ column }} as varchar) not in ({% for value in values %}'{{ value }}'{{ ', ' if not loop.last }}{% endfor %})
group by {{ column }}
{%- endfor %}
{% endtest %}
