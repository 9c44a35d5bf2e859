{#- A sum that is null where any part of it is unknown: SQL's own passes over nulls, and an unknown amount would become a smaller one. -#}
{% macro null_propagating_sum(amount) -%}
    case when count_if({{ amount }} is null) = 0 then sum({{ amount }}) end
{%- endmacro %}
