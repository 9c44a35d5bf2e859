{#- A table of the raw contract, as the sources' YAML declares it: source, table, feed, format, csv, key, retention (also as a text), cadence
    (how many days lie between deliveries, none where a table comes when something changes), and columns (name, data_type, path, required, accepted,
    classification, not_personal, id_form, format, minimum, maximum, elements: what the objects of an array hold). What a kind of feed adds to
    every table (dbt_project.yml, var feeds) comes last. -#}
{% macro contract(source_name, table_name) %}
    {%- set node = graph.sources.values() | selectattr('source_name', 'equalto', source_name) | selectattr('name', 'equalto', table_name) | first -%}
    {#- All nodes of a run see one graph: what has been read once stands in it. -#}
    {%- if node.read_contract -%}{{ return(node.read_contract) }}{%- endif -%}
    {%- set meta = dict(node.source_meta, **node.config.meta) -%}
    {%- set feed, cadence = var('feeds')[meta.feed], meta.get('cadence', {'every': '1 day'}) -%}
    {%- set csv = meta.get('csv', {}) -%}
    {%- set formats = {'date': csv.get('date_format'), 'timestamp': csv.get('timestamp_format')} -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}
        {%- set declared, elements = column.config.meta, [] -%}
        {%- for name, data_type in declared.get('elements', {}).items() -%}
            {%- do elements.append({'name': name, 'data_type': data_type, 'required': name in declared.get('required_elements', [])}) -%}
        {%- endfor -%}
        {%- do columns.append({
            'name': column.name,
            'data_type': column.data_type,
            'path': declared.get('path', column.name),
            'required': declared.get('required', false),
            'accepted': declared.get('accepted_values', var('domains').get(declared.get('domain'), [])),
            'classification': declared.get('classification'),
            'not_personal': declared.get('not_personal'),
            'id_form': declared.get('id_form'),
            'format': formats.get(column.data_type),
            'elements': elements,
            'minimum': declared.get('minimum'),
            'maximum': declared.get('maximum', var('largest').get(column.data_type)),
        }) -%}
    {%- endfor -%}
    {%- for name, data_type in feed.columns.items() -%}
        {%- do columns.append({
            'name': name, 'data_type': data_type, 'path': name, 'required': name in feed.required,
            'accepted': feed.get('accepted', {}).get(name, []), 'classification': none, 'format': none, 'elements': [], 'minimum': none,
            'maximum': var('largest').technical if data_type == 'bigint' else none,
        }) -%}
    {%- endfor -%}
    {%- do node.update(read_contract={
        'source': source_name, 'table': table_name, 'feed': meta.feed, 'format': meta.format, 'csv': csv, 'key': meta.key, 'columns': columns,
        'retention': meta.retention,
        'retention_text': (meta.retention.items() | map('join', ': ') | join(', ')) if meta.retention is mapping else meta.retention,
        'cadence': {'every': none, 'holds_until_next': true} if cadence == 'on_change'
            else {'every': cadence.every.split(' ')[0], 'holds_until_next': cadence.get('holds_until_next', false)},
    }) -%}
    {{- return(node.read_contract) -}}
{% endmacro %}

{#- Every table of the raw contract, in the order of names. -#}
{% macro contract_tables() %}
    {%- set tables = [] -%}
    {%- for node in graph.sources.values() | selectattr('package_name', 'equalto', 'techco') | sort(attribute='unique_id') -%}
        {%- if node.name not in var('raw_tables').get(node.source_name, []) -%}
            {%- do exceptions.raise_compiler_error(
                'The contract declares ' ~ node.source_name ~ '.' ~ node.name ~ ': add it to vars: raw_tables in dbt_project.yml.'
            ) -%}
        {%- endif -%}
        {%- do tables.append(contract(node.source_name, node.name)) -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
