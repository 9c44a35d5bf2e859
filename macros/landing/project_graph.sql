{#- The ids of all incremental models of the project. -#}
{% macro names_of_incremental_models() %}
    {%- set models = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
    {{- return(models | selectattr('config.materialized', 'equalto', 'incremental') | map(attribute='unique_id') | list) -}}
{% endmacro %}

{#- The ids of these nodes and all that they read, each behind whatever it reads. -#}
{% macro nodes_behind(names) %}
    {%- set found = [] -%}
    {%- for name in names if name in graph.nodes -%}
        {%- do visit_node(name, found) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}

{#- Append what a node reads, and then the node. -#}
{% macro visit_node(name, found) %}
    {%- for parent in graph.nodes[name].get('depends_on', {}).get('nodes', []) if parent in graph.nodes and parent not in found -%}
        {%- do visit_node(parent, found) -%}
    {%- endfor -%}
    {%- do found.append(name) if name not in found -%}
{% endmacro %}
