{#- A query: source_name, table_name and ingested_on of what has landed, loaded or not. -#}
{% macro landed_days() %}
    {{- return(adapter.dispatch('landed_days', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__landed_days() -%}
    select source_name, table_name, ingested_on from landing.main.files where ingested_on is not null
{%- endmacro %}

{#- The newest day of each table, which Snowflake knows without reading the table. -#}
{% macro snowflake__landed_days() -%}
    select source_name, table_name, ingested_on
    from (
        {%- for table in contract_tables() %}
        {{ 'union all' if not loop.first }}
        select '{{ table.source }}' as source_name, '{{ table.table }}' as table_name, max(_ingested_on) as ingested_on
        from {{ source(table.source, table.table) }}
        {%- endfor %}
    ) as newest
    where ingested_on is not null
{%- endmacro %}


{#- What else there is to do, besides moving a file to the folder of another day. -#}
{% macro how_to_take_back() %}
    {{- return(adapter.dispatch('how_to_take_back', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__how_to_take_back() %}{{ return('') }}{% endmacro %}

{% macro snowflake__how_to_take_back() %}
    {{- return(', remove them from the stage, delete their rows from the raw tables (by _file), and load again') -}}
{% endmacro %}


{#- Paths of a table's landed files of some name that are not loaded. -#}
{% macro new_files_named(source_name, table_name, name) %}
    {{- return(adapter.dispatch('new_files_named', 'techco')(source_name, table_name, name)) -}}
{% endmacro %}

{% macro duckdb__new_files_named(source_name, table_name, name) %}
    {%- set files = "select file from landing.main.files where source_name = '" ~ source_name ~ "' and table_name = '" ~ table_name ~ "'" -%}
    {{- return(new_among(files, 'file', name)) -}}
{% endmacro %}

{% macro snowflake__new_files_named(source_name, table_name, name) %}
    {{- return(new_among('select distinct _file from ' ~ source(source_name, table_name) ~ ' where true', '_file', name)) -}}
{% endmacro %}

{% macro new_among(files, path, name) %}
    {%- set query -%}
        {{ files }} and right({{ path }}, {{ name | length + 1 }}) = {{ text_literal('/' ~ name) }}
        and {{ path }} not in (select file_path from {{ ledger('loaded_files') }})
        order by {{ path }}
    {%- endset -%}
    {{- return(run_query(query).columns[0].values() | list) -}}
{% endmacro %}


{#- Post-hook of base models: landed files without a row are deliveries, too. On Snowflake the load has noted them. -#}
{% macro remember_empty_files() %}
    {{- return(adapter.dispatch('remember_empty_files', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__remember_empty_files() %}
    {%- set source_name, table_name = model.name.removeprefix('base_').split('__') -%}
    {%- set of_table = "source_name = '" ~ source_name ~ "' and table_name = '" ~ table_name ~ "'" -%}
    {%- set loaded -%}
        (select file_path from {{ ledger('loaded_files') }} where {{ of_table }})
    {%- endset -%}
    delete from {{ ledger('empty_files') }}
    where {{ of_table }}
        {%- if execute and is_incremental() %}
        and file_path in (select file from landing.main.files where {{ of_table }})
        {%- endif %};
    insert into {{ ledger('empty_files') }}
    select source_name, table_name, file, ingested_on
    from landing.main.files
    where {{ of_table }} and ingested_on is not null and file not in {{ loaded }}
{% endmacro %}

{% macro snowflake__remember_empty_files() %}{{ return('') }}{% endmacro %}
