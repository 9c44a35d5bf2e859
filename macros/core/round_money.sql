{#- A computed amount, rounded to its currency's smallest unit, half away from zero on both engines. Branches are of one width, because DuckDB
    takes digits off the scale where a branch of 37 digits meets one with decimals. For what may leave the type, see safe_money().
    Usage: {{ round_money('quantity * unit_price', 'currency_code') }} -#}
{% macro round_money(amount, currency_code) -%}
    cast({{ in_minor_unit('cast(' ~ amount ~ ' as decimal(28, 6))', currency_code) }} as decimal(18, 3))
{%- endmacro %}

{#- The same of two numbers that may both be large: null, which is unknown, where their product is so large that its sums would leave the type. -#}
{% macro safe_money(amount, currency_code) -%}
    case when abs({{ amount }}) < 1e11 then {{ round_money(amount, currency_code) }} end
{%- endmacro %}

{#- A decimal without the digits that its currency does not have. Only currencies of the contract are asked for; while the currency is unknown,
    as that of a line whose order has not come, no digit that any of them has is lost. -#}
{% macro in_minor_unit(amount, currency_code) -%}
    {%- set digits_of = {} -%}
    {%- for currency in var('domains').currencies if minor_unit(currency) != 2 -%}
        {%- do digits_of.setdefault(minor_unit(currency), []).append(currency) -%}
    {%- endfor -%}
    {%- if not digits_of -%}
        round({{ amount }}, 2)
    {%- else -%}
        case
            {%- for digits, currencies in digits_of.items() %}
            when {{ currency_code }} in ('{{ currencies | join("', '") }}') then round({{ amount }}, {{ digits }})
            {%- endfor %}
            when {{ currency_code }} is null then round({{ amount }}, {{ [2, digits_of | max] | max }})
            else round({{ amount }}, 2)
        end
    {%- endif -%}
{%- endmacro %}

{#- How many decimals a currency's smallest unit has, as a number: 2 for all that var minor_units does not name. -#}
{% macro minor_unit(currency_code) %}
    {%- for digits, currencies in var('minor_units').items() if currency_code in currencies -%}
        {{- return(digits | int) -}}
    {%- endfor -%}
    {{- return(2) -}}
{% endmacro %}
