{#- The statements that make a database ready for landed data, in their order; none on DuckDB. Names carry the database's, so that
    environments share nothing. -#}
{% macro object_statements() %}
    {{- return(adapter.dispatch('object_statements', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__object_statements() %}{{ return([]) }}{% endmacro %}

{% macro snowflake__object_statements() %}
    {%- set database = target.database -%}
    {%- set statements = ['create database if not exists ' ~ database] -%}
    {%- for schema in schemas_of_the_project() -%}
        {%- do statements.append('create schema if not exists ' ~ database ~ '.' ~ generate_schema_name(schema, none)) -%}
    {%- endfor -%}
    {%- do statements.append('create database if not exists ' ~ serving_database()) -%}
    {%- for schema in consumer_schemas() + ['policies'] -%}
        {%- do statements.append('create schema if not exists ' ~ serving_schema(schema)) -%}
    {%- endfor -%}
    {%- do statements.extend(role_statements(database) + warehouse_statements(database) + grant_statements(database)) -%}
    {%- do statements.append('create table if not exists ' ~ vault_table() ~ ' (pepper varchar)') -%}
    {%- do statements.append('create table if not exists ' ~ vault_table('suppression') ~ ' (inner_pad varchar, outer_pad varchar)') -%}
    {%- do statements.extend(stage_statements()) -%}
    {%- for table in contract_tables() -%}
        {%- do statements.extend(raw_table_statements(table)) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{#- Names of all schemas that the build writes to. -#}
{% macro schemas_of_the_project() %}
    {%- set schemas = ['vault'] + var('restricted_schemas') -%}
    {%- for node in graph.nodes.values() | selectattr('package_name', 'equalto', 'techco') | selectattr('resource_type', 'in', ['model', 'seed', 'snapshot']) -%}
        {%- do schemas.append(node.config.schema) -%}
    {%- endfor -%}
    {{- return(schemas | unique | sort) -}}
{% endmacro %}

{#- Two roles of the project's own, and one for each role of the registry, which reads what it says and nothing else. -#}
{% macro role_statements(database) %}
    {%- set purposes = {
        'LOADER': 'lands files: the stage and the raw tables, nothing else',
        'TRANSFORMER': 'builds: reads raw tables and the vault, owns everything that dbt makes',
    } -%}
    {%- for role, rules in var('privacy').roles.items() -%}
        {%- do purposes.update({role | upper: 'reads ' ~ rules.schemas | join(', ') ~ ' in ' ~ serving_database()}) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for role, purpose in purposes.items() -%}
        {%- do statements.append('create role if not exists ' ~ database ~ '_' ~ role ~ " comment = '" ~ purpose ~ "'") -%}
        {%- do statements.append('grant role ' ~ database ~ '_' ~ role ~ ' to role sysadmin') -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{#- A warehouse stops a minute after its last query: below that Snowflake bills a minute anyway. -#}
{% macro warehouse_statements(database) %}
    {%- set statements = [] -%}
    {%- set warehouses = [('LOADING', 'xsmall', 'LOADER'), ('TRANSFORMING', 'xsmall', 'TRANSFORMER'), ('TRANSFORMING_LARGE', 'large', 'TRANSFORMER')] -%}
    {%- for role in var('privacy').roles -%}
        {%- do warehouses.append(('ANALYSIS', 'xsmall', role | upper)) -%}
    {%- endfor -%}
    {%- for warehouse, size, role in warehouses -%}
        {%- set name = database ~ '_' ~ warehouse -%}
        {%- do statements.append('create warehouse if not exists ' ~ name ~ " warehouse_size = '" ~ size ~ "' auto_suspend = 60 auto_resume = true initially_suspended = true") -%}
        {%- do statements.append('grant usage on warehouse ' ~ name ~ ' to role ' ~ database ~ '_' ~ role) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{#- Of the build's database loader and transformer get what they need, and consumers nothing. They may enter their schemas of the serving
    database, in which apply_privacy() grants them one view after the other. -#}
{% macro grant_statements(database) %}
    {%- set statements = [] -%}
    {%- set build = database ~ '_TRANSFORMER' -%}
    {%- for role in ['LOADER', 'TRANSFORMER'] -%}
        {%- do statements.append('grant usage on database ' ~ database ~ ' to role ' ~ database ~ '_' ~ role) -%}
    {%- endfor -%}
    {%- do statements.append('grant create schema on database ' ~ database ~ ' to role ' ~ build) -%}
    {%- for schema in schemas_of_the_project() -%}
        {%- set name = database ~ '.' ~ generate_schema_name(schema, none) -%}
        {%- do statements.append('grant all privileges on schema ' ~ name ~ ' to role ' ~ build) -%}
        {%- if schema == 'raw' -%}
            {%- do statements.append('grant all privileges on schema ' ~ name ~ ' to role ' ~ database ~ '_LOADER') -%}
        {%- endif -%}
        {%- if schema in ['raw', 'vault'] -%}
            {%- do statements.append('grant select on future tables in schema ' ~ name ~ ' to role ' ~ build) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do statements.append('grant usage on database ' ~ serving_database() ~ ' to role ' ~ build) -%}
    {%- for schema in consumer_schemas() + ['policies'] -%}
        {%- do statements.append('grant all privileges on schema ' ~ serving_schema(schema) ~ ' to role ' ~ build) -%}
    {%- endfor -%}
    {#- To attach a policy to a tag, or a tag to a column, takes a privilege on the account. -#}
    {%- for privilege in ['masking policy', 'row access policy', 'tag'] -%}
        {%- do statements.append('grant apply ' ~ privilege ~ ' on account to role ' ~ build) -%}
    {%- endfor -%}
    {%- for grant in wanted_grants([]) -%}
        {%- do statements.append('grant usage on ' ~ grant.kind | lower ~ ' ' ~ grant.name ~ ' to role ' ~ grant.role) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}


{#- Where files lie that are to be loaded, and the package that Python models import; and how files are written: text by lines, so that a broken one is kept and told, Parquet, and a
    format for each kind of CSV file. Without a url the stage is Snowflake's own, into which `put` writes. -#}
{% macro stage_statements() %}
    {%- set statements = [
        'create stage if not exists ' ~ raw_object('landing') ~ stage_address(), 'create stage if not exists ' ~ raw_object('pylib')
    ] -%}
    {%- set formats = {
        'lines': "type = csv field_delimiter = none record_delimiter = '\\n' escape_unenclosed_field = none empty_field_as_null = false null_if = ()",
        'parquet': 'type = parquet use_logical_type = true',
        'pepper': "type = csv field_delimiter = none record_delimiter = '\\n' escape_unenclosed_field = none null_if = ()",
    } -%}
    {%- for table in contract_tables() -%}
        {%- do formats.update({file_format(dict(table, format='csv')): csv_format(table.csv)}) -%}
    {%- endfor -%}
    {%- for name, options in formats.items() -%}
        {%- do statements.append('create or replace file format ' ~ raw_object(name) ~ ' ' ~ options) -%}
    {%- endfor -%}
    {{- return(statements) -}}
{% endmacro %}

{#- The name of the file format that files of a table are read with: CSV files are written as its contract says. -#}
{% macro file_format(table) %}
    {%- set of_csv = 'fields_of_' ~ table.source ~ '__' ~ table.table if table.csv else 'fields' -%}
    {{- return({'jsonl': 'lines', 'parquet': 'parquet', 'csv': of_csv}[table.format]) -}}
{% endmacro %}

{% macro csv_format(csv) -%}
    type = csv field_delimiter = '{{ csv.get('delimiter', ',') | replace('\t', '\\t') }}' record_delimiter = '\n' field_optionally_enclosed_by = '{{ csv.get('quote', '"') }}' encoding = '{{ {'utf-8': 'UTF8', 'utf-16': 'UTF16', 'latin-1': 'ISO88591'}[csv.get('encoding', 'utf-8')] }}' escape_unenclosed_field = none empty_field_as_null = false null_if = () skip_blank_lines = true
{%- endmacro %}

{% macro stage_address() -%}
    {%- set url = env_var('TECHCO_STAGE_URL', '') -%}
    {%- if url %} url = '{{ url }}'{%- if env_var('TECHCO_STAGE_INTEGRATION', '') %} storage_integration = {{ env_var('TECHCO_STAGE_INTEGRATION') }}{% endif %}{%- endif -%}
{%- endmacro %}

{% macro raw_object(name) -%}
    {{ target.database }}.{{ generate_schema_name('raw', none) }}.{{ name }}
{%- endmacro %}

{% macro vault_table(name='pepper') -%}
    {{ target.database }}.{{ generate_schema_name('vault', none) }}.{{ name }}
{%- endmacro %}


{#- A raw table, and the columns that it lacks since the contract got them. Transient: what it holds can be loaded from the stage again. -#}
{% macro raw_table_statements(table) %}
    {%- set name = raw_object(table.source ~ '__' ~ table.table) -%}
    {%- set declared = [] -%}
    {%- for column in raw_columns(table, var('formats')) -%}
        {%- do declared.append(column[0] ~ ' ' ~ column[1]) -%}
    {%- endfor -%}
    {%- set statements = ['create transient table if not exists ' ~ name ~ ' (' ~ declared | join(', ') ~ ')'] -%}
    {%- set made = load_relation(source(table.source, table.table)) -%}
    {%- if made is not none -%}
        {%- set known = adapter.get_columns_in_relation(made) | map(attribute='name') | map('lower') | list -%}
        {%- for column in raw_columns(table, var('formats')) if column[0] not in known -%}
            {%- do statements.append('alter table ' ~ name ~ ' add column ' ~ column[0] ~ ' ' ~ column[1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(statements) -}}
{% endmacro %}

{#- The columns of a raw table, as [name, type, what `copy into` makes it of]: those that files of one format fill, or of all three, for which a
    table has room. -#}
{% macro raw_columns(table, formats) %}
    {%- set columns = [] -%}
    {%- if 'parquet' in formats -%}
        {%- for column in table.columns -%}
            {%- set data_type = 'timestamp_ntz' if column.data_type == 'timestamp' else column.data_type -%}
            {%- do columns.append([column.name, data_type, '$1:' ~ column.name ~ '::' ~ data_type]) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if 'jsonl' in formats -%}
        {%- do columns.append(['_line', 'varchar', '$1']) -%}
        {%- do columns.append(['payload', 'variant', 'iff(check_json($1) is null, parse_json($1), null)']) -%}
    {%- endif -%}
    {%- if 'csv' in formats -%}
        {%- set fields = [] -%}
        {%- for place in range(csv_fields(table)) -%}
            {%- do fields.append('nvl($' ~ (place + 1) ~ ', ' ~ no_field() ~ ')') -%}
        {%- endfor -%}
        {%- do columns.append(['_fields', 'array', 'array_construct(' ~ fields | join(', ') ~ ')']) -%}
    {%- endif -%}
    {%- do columns.append(['_file', 'varchar', path_in_zone(table, 'metadata$filename')]) -%}
    {%- do columns.append(['_row', 'bigint', 'metadata$file_row_number']) -%}
    {%- do columns.append(['_ingested_on', 'date', "to_date(split_part(split_part(metadata$filename, 'ingested_on=', 2), '/', 1))"]) -%}
    {%- do columns.append(['_scanned_at', 'timestamp_ntz', "cast(convert_timezone('UTC', metadata$start_scan_time) as timestamp_ntz)"]) -%}
    {{- return(columns) -}}
{% endmacro %}

{#- What stands in an array for a field that its line does not have: a null in an array is no JSON on Snowflake. -#}
{% macro no_field() -%}
    chr(127)
{%- endmacro %}

{#- How many fields of a CSV line are kept: those of the contract, and some for columns that it does not know. -#}
{% macro csv_fields(table) %}
    {{- return(table.columns | length + 16) -}}
{% endmacro %}

{#- A staged file's path within the landing zone: an external stage names the folders of its bucket before it. -#}
{% macro path_in_zone(table, file) -%}
    {%- set folder = table.source ~ '/' ~ table.table ~ '/ingested_on=' -%}
    '{{ folder }}' || split_part({{ file }}, '{{ folder }}', 2)
{%- endmacro %}
