{#- An amount in the reporting currency. `rate` is null where the day has no rate: then the amount is null too, never 1.0. The amount is widened
    because DuckDB keeps the product of two decimals of 18 digits in 18 digits, of which ten would stand behind the point: 100 million times a
    rate stopped the build. -#}
{% macro convert(amount, currency_code, rate) -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}' then cast({{ amount }} as decimal(18, 2))
        else {{ fitting('round(cast(' ~ amount ~ ' as decimal(28, 2)) * ' ~ rate ~ ', 2)') }}
    end
{%- endmacro %}
