{#- A table of the raw contract, as the sources' YAML declares it:
    relation, source, table, feed, format, key, and columns (name, data_type, path, required, accepted, classification).
    What a kind of feed adds to every table (dbt_project.yml, var feeds) comes last. -#}
{% macro contract(source_name, table_name) %}
    {%- set node = graph.sources.values() | selectattr('source_name', 'equalto', source_name) | selectattr('name', 'equalto', table_name) | first -%}
    {%- set meta = dict(node.source_meta, **node.config.meta) -%}
    {%- set feed = var('feeds')[meta.feed] -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- set declared = column.config.meta -%}
        {%- do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'path': declared.get('path', column.name),
            'required': declared.get('required', false),
            'accepted': declared.get('accepted_values', var('domains').get(declared.get('domain'), [])),
            'classification': declared.get('classification'),
        }) -%}
    {%- endfor -%}
    {%- for name, data_type in feed.columns.items() -%}
        {%- do columns.append({
            'name': name, 'data_type': data_type, 'path': name, 'required': name in feed.required, 'accepted': [], 'classification': none,
        }) -%}
    {%- endfor -%}
    {{- return({
        'source': source_name, 'table': table_name, 'feed': meta.feed, 'format': meta.format, 'key': meta.key, 'columns': columns,
    }) -}}
{% endmacro %}

{#- Every table of the raw contract, in the order of names. -#}
{% macro contract_tables(source_name=none) %}
    {%- set tables = [] -%}
    {%- for node in graph.sources.values() | selectattr('package_name', 'equalto', 'techco') | sort(attribute='unique_id') -%}
        {%- if source_name in (none, node.source_name) -%}
            {%- do tables.append(contract(node.source_name, node.name)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
