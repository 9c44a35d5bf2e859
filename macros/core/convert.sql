{#- An amount in the reporting currency. `rate` is null where the day has no rate: then the amount is null too, never 1.0. -#}
{% macro convert(amount, currency_code, rate) -%}
    case
        when {{ currency_code }} = '{{ var("reporting_currency") }}' then cast({{ amount }} as decimal(18, 2))
        else {{ fitting('round(' ~ amount ~ ' * ' ~ rate ~ ', 2)') }}
    end
{%- endmacro %}
