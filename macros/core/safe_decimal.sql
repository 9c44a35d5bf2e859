{#- A product or ratio as decimal(precision, scale); null, which is unknown, where it is so large that its sums would leave the type. Base
    keeps out the rows that are too large by themselves, so this is for two large numbers that meet; without it they would stop the build,
    and every later one. -#}
{% macro safe_decimal(value, precision=18, scale=3) -%}
    case when abs({{ value }}) < 1e{{ precision - scale - 4 }} then cast({{ value }} as decimal({{ precision }}, {{ scale }})) end
{%- endmacro %}
