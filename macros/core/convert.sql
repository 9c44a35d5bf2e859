{#- An amount in the reporting currency, rounded to its smallest unit, half away from zero. `rate` is null where the day has no rate: then the
    amount is null too, never 1.0. The amount is widened because DuckDB keeps the product of two decimals of 18 digits in 18 digits, of which
    eleven would stand behind the point: 100 million times a rate stopped the build. -#}
{% macro convert(amount, currency_code, rate) -%}
    {%- set product = 'cast(' ~ amount ~ ' as decimal(28, 3)) * ' ~ rate -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}' then cast({{ amount }} as decimal(18, 3))
        else {{ safe_decimal('round(' ~ product ~ ', ' ~ minor_unit(var('reporting_currency')) ~ ')') }}
    end
{%- endmacro %}
