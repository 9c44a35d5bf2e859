{#- A table of the raw contract, as the sources' YAML declares it: source, table, feed, format, csv, key, retention (also as a text), cadence, and columns (name,
    data_type, path, required, accepted, classification, not_personal, id_form, format, minimum, maximum, elements: what the objects of an array
    hold).
    What a kind of feed adds to every table (dbt_project.yml, var feeds) comes last. -#}
{% macro contract(source_name, table_name) %}
    {%- set node = graph.sources.values() | selectattr('source_name', 'equalto', source_name) | selectattr('name', 'equalto', table_name) | first -%}
    {%- set meta = dict(node.source_meta, **node.config.meta) -%}
    {%- set feed = var('feeds')[meta.feed] -%}
    {%- set csv = meta.get('csv', {}) -%}
    {%- set formats = {'date': csv.get('date_format'), 'timestamp': csv.get('timestamp_format')} -%}
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
            'not_personal': declared.get('not_personal'),
            'id_form': declared.get('id_form'),
            'format': formats.get(column.data_type),
            'elements': contract_elements(declared),
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
    {{- return({
        'source': source_name, 'table': table_name, 'feed': meta.feed, 'format': meta.format, 'csv': csv, 'key': meta.key, 'columns': columns,
        'retention': meta.retention,
        'retention_text': (meta.retention.items() | map('join', ': ') | join(', ')) if meta.retention is mapping else meta.retention,
        'cadence': contract_cadence(meta.get('cadence', {'every': '1 day'})),
    }) -}}
{% endmacro %}

{#- How often a table comes: every so many days (text), none where it comes when something changes. -#}
{% macro contract_cadence(declared) %}
    {%- if declared == 'on_change' -%}
        {{- return({'every': none, 'holds_until_next': true}) -}}
    {%- endif -%}
    {{- return({'every': declared.every.split(' ')[0], 'holds_until_next': declared.get('holds_until_next', false)}) -}}
{% endmacro %}

{% macro contract_elements(declared) %}
    {%- set elements = [] -%}
    {%- for name, data_type in declared.get('elements', {}).items() -%}
        {%- do elements.append({'name': name, 'data_type': data_type, 'required': name in declared.get('required_elements', [])}) -%}
    {%- endfor -%}
    {{- return(elements) -}}
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
