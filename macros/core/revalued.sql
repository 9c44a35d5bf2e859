{#- An input of where_touched(), in brackets: the keys of rows whose day got a rate or another one after they came. -#}
{% macro revalued(rows, key, instant) -%}
    (
        select valued.{{ key }}, rates._batch
        from {{ rows }} as valued
        inner join {{ ref('int_currency__daily_rates') }} as rates
            on {{ business_date('valued.' ~ instant) }} = rates.rate_date
    )
{%- endmacro %}
