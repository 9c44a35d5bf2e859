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


{#- Post-hook of base models: landed files without a row are deliveries, too. On Snowflake the load has noted them. -#}
{% macro remember_empty_files() %}
    {%- if target_is_loaded() -%}{{ return('') }}{%- endif -%}
    {%- set source_name, table_name = model.name.removeprefix('base_').split('__') -%}
    {%- set this_table = of_table(source_name, table_name) -%}
    delete from {{ ledger('empty_files') }}
    where {{ this_table }}
        {%- if execute and is_incremental() %}
        and file_path in (select file from landing.main.files where {{ this_table }})
        {%- endif %};
    insert into {{ ledger('empty_files') }}
    select source_name, table_name, file, ingested_on
    from landing.main.files
    where {{ this_table }} and ingested_on is not null and file not in (select file_path from {{ ledger('loaded_files') }} where {{ this_table }})
{% endmacro %}
