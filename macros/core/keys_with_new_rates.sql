{#- An input of where_keys_changed(), in brackets: the keys of rows whose day got a rate or another one after they came. Only instants about the days
    of new rates are looked at: a business day begins at most 14 hours before, and ends at most 12 hours after, the day of that date in UTC. -#}
{% macro keys_with_new_rates(rows, key, instant) -%}
    {%- set rates = ref('int_currency__daily_rates') -%}
    {%- set days_around = ['valued.' ~ instant, add_days('min(rate_date)', -1), add_days('max(rate_date)', 2)] -%}
    (
        select valued.{{ key }}, rates._load_id
        from {{ rows }} as valued
        inner join {{ rates }} as rates
            on {{ business_date('valued.' ~ instant) }} = rates.rate_date
        where {{ within_bounds([days_around], rates ~ ' where ' ~ is_new_load()) }}
    )
{%- endmacro %}
