{#- Var offers, held against what models expect of it: a discount that is none, or a number that is missing, stops the build and says so.
    Usage: {% set offers = offers() %} and then {{ offers.quiet_days }} -#}
{% macro offers() %}
    {%- set offers = var('offers') -%}
    {%- set kinds = ['win_back', 'replenishment', 'cross_sell', 'abandoned_cart', 'back_in_stock', 'next_tier'] -%}
    {%- set numbers = [
        'quiet_days', 'win_back_after_days', 'win_back_until_days', 'abandoned_after_days', 'remind_within_days', 'recovered_within_days',
        'back_in_stock_within_days', 'wanted_within_days', 'affinity_days', 'least_orders_together', 'most_products_of_an_order', 'cross_sell_within_days',
        'cross_sell_products', 'least_repeat_purchases', 'due_from', 'due_until', 'next_tier_orders_short',
    ] -%}
    {%- if offers is not mapping or offers.get('discounts') is not mapping or offers.get('tiers') is not mapping -%}
        {%- do exceptions.raise_compiler_error(
            'vars: offers in dbt_project.yml: expected numbers by name, with discounts: {kind: part of the price} and tiers: {name: purchases}, which '
            ~ 'is {} where there are none.'
        ) -%}
    {%- endif -%}
    {%- set wrong = [] -%}
    {%- for kind in kinds if kind not in offers.discounts or offers.discounts[kind] is not number or not 0 <= offers.discounts[kind] < 1 -%}
        {%- do wrong.append('discounts: ' ~ kind ~ ' is ' ~ offers.discounts.get(kind) ~ ', expected a part of the price, from 0 to less than 1') -%}
    {%- endfor -%}
    {%- for kind in offers.discounts if kind not in kinds -%}
        {%- do wrong.append('discounts: there is no offer ' ~ kind ~ ', but ' ~ kinds | join(', ')) -%}
    {%- endfor -%}
    {%- for name in numbers if offers.get(name) is not number or offers[name] < 0 -%}
        {%- do wrong.append(name ~ ' is ' ~ offers.get(name) ~ ', expected a number that is not negative') -%}
    {%- endfor -%}
    {%- for tier, order_count in offers.tiers.items() if order_count is not integer or order_count < 1 -%}
        {%- do wrong.append('tiers: ' ~ tier ~ ' is ' ~ order_count ~ ', expected the number of purchases that it begins with, from 1') -%}
    {%- endfor -%}
    {%- for first, last in [('win_back_after_days', 'win_back_until_days'), ('due_from', 'due_until')] if not wrong and offers[first] > offers[last] -%}
        {%- do wrong.append(first ~ ' is greater than ' ~ last) -%}
    {%- endfor -%}
    {%- if wrong -%}
        {%- do exceptions.raise_compiler_error('vars: offers in dbt_project.yml: ' ~ wrong | join('; ') ~ '.') -%}
    {%- endif -%}
    {{- return(offers) -}}
{% endmacro %}
