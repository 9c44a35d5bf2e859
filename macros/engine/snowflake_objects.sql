{#- The statements that make a database ready for landed data, in their order; none on DuckDB. Names carry the database's, so that
    environments share nothing. -#}
{% macro object_statements() %}
    {%- if not target_is_loaded() -%}{{ return([]) }}{%- endif -%}
    {%- set database, build, loader = target.database, account_role('transformer'), account_role('loader') -%}
    {%- set schemas, serving_schemas = schemas_of_the_project(), consumer_schemas() + ['policies'] -%}
    {%- set statements %}
    create database if not exists {{ database }};
    {% for schema in schemas %}
    create schema if not exists {{ build_schema(schema) }};
    {% endfor %}
    create database if not exists {{ serving_database() }};
    {% for schema in serving_schemas %}
    create schema if not exists {{ serving_schema(schema) }};
    {% endfor %}

    {#- Two roles of the project's own, and one for each role of the registry, which reads what it says and nothing else. #}
    create role if not exists {{ loader }} comment = 'lands files: the stage and the raw tables, nothing else';
    create role if not exists {{ build }} comment = 'builds: reads raw tables and the vault, owns everything that dbt makes';
    {% for role, rules in var('privacy').roles.items() %}
    create role if not exists {{ account_role(role) }} comment = 'reads {{ rules.schemas | join(", ") }} in {{ serving_database() }}';
    {% endfor %}
    {% for role in roles_of_the_project() %}
    grant role {{ role }} to role sysadmin;
    {% endfor %}

    {#- A warehouse stops a minute after its last query: below that Snowflake bills a minute anyway. #}
    {% for name, size in {'loading': 'xsmall', 'transforming': 'xsmall', 'transforming_large': 'large', 'analysis': 'xsmall'}.items() %}
    create warehouse if not exists {{ database }}_{{ name | upper }}
        warehouse_size = '{{ size }}' auto_suspend = 60 auto_resume = true initially_suspended = true;
    {% endfor %}
    grant usage on warehouse {{ database }}_LOADING to role {{ loader }};
    grant usage on warehouse {{ database }}_TRANSFORMING to role {{ build }};
    grant usage on warehouse {{ database }}_TRANSFORMING_LARGE to role {{ build }};
    {% for role in var('privacy').roles %}
    grant usage on warehouse {{ database }}_ANALYSIS to role {{ account_role(role) }};
    {% endfor %}

    {#- Of the build's database loader and transformer get what they need, and consumers nothing. #}
    grant usage on database {{ database }} to role {{ loader }};
    grant usage on database {{ database }} to role {{ build }};
    grant create schema on database {{ database }} to role {{ build }};
    {% for schema in schemas %}
    grant all privileges on schema {{ build_schema(schema) }} to role {{ build }};
    {% endfor %}
    grant all privileges on schema {{ build_schema('raw') }} to role {{ loader }};
    grant select on future tables in schema {{ build_schema('raw') }} to role {{ build }};
    grant select on future tables in schema {{ build_schema('vault') }} to role {{ build }};
    grant usage on database {{ serving_database() }} to role {{ build }};
    {% for schema in serving_schemas %}
    grant all privileges on schema {{ serving_schema(schema) }} to role {{ build }};
    {% endfor %}
    {#- To attach a policy to a tag, or a tag to a column, takes a privilege on the account. #}
    grant apply masking policy on account to role {{ build }};
    grant apply row access policy on account to role {{ build }};
    grant apply tag on account to role {{ build }};
    {#- Consumers may enter their schemas of the serving database, in which apply_privacy() grants them one view after the other. #}
    {% for grant in wanted_grants([]) %}
    grant {{ grant }};
    {% endfor %}

    create table if not exists {{ vault_table('pepper') }} (pepper varchar);
    create table if not exists {{ vault_table('suppression') }} (inner_pad varchar, outer_pad varchar);
    create stage if not exists {{ raw_object('landing') }}{{ stage_address() }};
    create stage if not exists {{ raw_object('pylib') }};
    {#- Text is loaded by lines, so that a broken one is kept and told. #}
    create or replace file format {{ raw_object('lines') }} type = csv field_delimiter = none record_delimiter = '\n'
        escape_unenclosed_field = none empty_field_as_null = false null_if = ();
    create or replace file format {{ raw_object('parquet') }} type = parquet use_logical_type = true;
    {% for name, csv in csv_formats().items() %}
    create or replace file format {{ raw_object(name) }} type = csv field_delimiter = '{{ csv.get('delimiter', ',') | replace('\t', '\\t') }}'
        field_optionally_enclosed_by = '{{ csv.get('quote', '"') }}' record_delimiter = '\n' skip_blank_lines = true
        encoding = '{{ {'utf-8': 'UTF8', 'utf-16': 'UTF16', 'latin-1': 'ISO88591'}[csv.get('encoding', 'utf-8')] }}'
        escape_unenclosed_field = none empty_field_as_null = false null_if = ();
    {% endfor %}

    {#- Transient: what raw tables hold can be loaded from the stage again. #}
    {% for table in contract_tables() %}
    {% set name, columns = raw_object(table.source ~ '__' ~ table.table), raw_columns(table, var('formats')) %}
    create transient table if not exists {{ name }} (
        {% for column in columns %}{{ column.name }} {{ column.data_type }}{{ ', ' if not loop.last }}{% endfor %}
    );
    {% for column in columns_without(table, columns) %}
    alter table {{ name }} add column {{ column.name }} {{ column.data_type }};
    {% endfor %}
    {% endfor %}
    {%- endset -%}
    {{- return(statements_in(statements)) -}}
{% endmacro %}

{#- The statements of a text, of which each ends with a semicolon at the end of a line. -#}
{% macro statements_in(text) %}
    {{- return((text ~ '\n').split(';\n') | map('trim') | select | list) -}}
{% endmacro %}

{#- Names of all schemas that the build writes to. -#}
{% macro schemas_of_the_project() %}
    {%- set nodes = graph.nodes.values() | selectattr('package_name', 'equalto', 'techco') | selectattr('resource_type', 'in', ['model', 'seed', 'snapshot']) -%}
    {{- return((['vault'] + var('restricted_schemas') + nodes | map(attribute='config.schema') | list) | unique | sort) -}}
{% endmacro %}

{#- A schema of the build, with its database. -#}
{% macro build_schema(schema) -%}
    {{ target.database }}.{{ generate_schema_name(schema, none) }}
{%- endmacro %}

{#- An object of the schema raw, with its database. -#}
{% macro raw_object(name) -%}
    {{ build_schema('raw') }}.{{ name }}
{%- endmacro %}

{#- Where files lie that are to be loaded. Without a url the stage is Snowflake's own, into which `put` writes. -#}
{% macro stage_address() -%}
    {%- set url, integration = env_var('TECHCO_STAGE_URL', ''), env_var('TECHCO_STAGE_INTEGRATION', '') -%}
    {{ " url = '" ~ url ~ "'" if url }}{{ ' storage_integration = ' ~ integration if url and integration }}
{%- endmacro %}

{#- The name of the file format that files of a table are read with: CSV files are written as its contract says. -#}
{% macro file_format(table) %}
    {%- set of_csv = 'fields_of_' ~ table.source ~ '__' ~ table.table if table.csv else 'fields' -%}
    {{- return({'jsonl': 'lines', 'parquet': 'parquet', 'csv': of_csv}[table.format]) -}}
{% endmacro %}

{#- The kinds of CSV files: name of the file format to what the contract says. -#}
{% macro csv_formats() %}
    {%- set formats = {} -%}
    {%- for table in contract_tables() -%}
        {%- do formats.update({file_format(dict(table, format='csv')): table.csv}) -%}
    {%- endfor -%}
    {{- return(formats) -}}
{% endmacro %}

{#- Those of some columns that a raw table lacks since the contract got them; none of a table that is not there yet. -#}
{% macro columns_without(table, columns) %}
    {%- set made = load_relation(source(table.source, table.table)) -%}
    {%- if made is none -%}{{ return([]) }}{%- endif -%}
    {%- set known = adapter.get_columns_in_relation(made) | map(attribute='name') | map('lower') | list -%}
    {{- return(columns | rejectattr('name', 'in', known) | list) -}}
{% endmacro %}

{#- The columns of a raw table, as {name, data_type, value: what `copy into` makes it of}: those that files of some formats fill. An
    external stage names the folders of its bucket before a file's path within the landing zone. -#}
{% macro raw_columns(table, formats) %}
    {%- set columns = [] -%}
    {%- for column in table.columns if 'parquet' in formats -%}
        {%- set data_type = 'timestamp_ntz' if column.data_type == 'timestamp' else column.data_type -%}
        {%- do columns.append({'name': column.name, 'data_type': data_type, 'value': '$1:' ~ column.name ~ '::' ~ data_type}) -%}
    {%- endfor -%}
    {%- set fields -%}
        {% for place in range(csv_fields(table)) %}nvl(${{ place + 1 }}, {{ no_field() }}){{ ', ' if not loop.last }}{% endfor %}
    {%- endset -%}
    {%- set folder = table.source ~ '/' ~ table.table ~ '/ingested_on=' -%}
    {%- for format, name, data_type, value in [
        ('jsonl', '_line', 'varchar', '$1'),
        ('jsonl', 'payload', 'variant', 'iff(check_json($1) is null, parse_json($1), null)'),
        ('csv', '_fields', 'array', 'array_construct(' ~ fields ~ ')'),
        (none, '_file', 'varchar', "'" ~ folder ~ "' || split_part(metadata$filename, '" ~ folder ~ "', 2)"),
        (none, '_row', 'bigint', 'metadata$file_row_number'),
        (none, '_ingested_on', 'date', "to_date(split_part(split_part(metadata$filename, 'ingested_on=', 2), '/', 1))"),
        (none, '_scanned_at', 'timestamp_ntz', "cast(convert_timezone('UTC', metadata$start_scan_time) as timestamp_ntz)"),
    ] if format is none or format in formats -%}
        {%- do columns.append({'name': name, 'data_type': data_type, 'value': value}) -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}
