{#- The key of a dimension's member: the hash of its natural key, so that a fact can be written before its parent has come;
    null belongs to the unknown member. -#}
{% macro surrogate_key(natural_key) -%}
    coalesce({{ dbt.hash(natural_key) }}, 'unknown')
{%- endmacro %}
