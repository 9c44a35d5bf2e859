{#- The keys that these models name, each once: members of a dimension that others may speak of before its own source does. -#}
{% macro keys_named_in(key, models) -%}
    {%- for model in models %}
    select {{ key }} from {{ ref(model) }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
