{#- The columns of a model that its YAML declares additive (config.meta.additive), in that order: what a mart over it sums up. Reads the project and no
    table. Usage: {% set measures = additive_measures('daily_sales_measures') %} -#}
{% macro additive_measures(model_name) %}
    {%- set columns = graph.nodes['model.' ~ project_name ~ '.' ~ model_name].columns.values() if execute else [] -%}
    {{- return(columns | selectattr('meta.additive', 'true') | map(attribute='name') | list) -}}
{% endmacro %}
