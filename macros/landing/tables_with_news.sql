{#- The raw tables of which this incremental model has not seen everything, as [source, table, whether that is all there is of it]: those
    with files loaded after its last run, or all on a full build. A base model that was built again has loaded all its files again; of a table
    whose loaded rows were changed, for a person's rights or at the end of their retention, everything is looked at again, too. -#}
{% macro tables_with_news() %}
    {%- set tables = [] -%}
    {%- if execute and is_incremental() -%}
        {%- set last = last_load_id() -%}
        {%- set news -%}
            select source_name, table_name, min(load_id) > {{ last }} or max(changed_load_id) > {{ last }}
            from (
                select source_name, table_name, load_id, 0 as changed_load_id from {{ ledger('loaded_files') }}
                union all
                select source_name, table_name, load_id, load_id as changed_load_id from {{ ledger('changed_tables') }}
            ) as written
            group by source_name, table_name
            having max(load_id) > {{ last }}
            order by source_name, table_name
        {%- endset -%}
        {{- return(run_query(news).rows | map('list') | list) -}}
    {%- endif -%}
    {%- for source_name, names in var('raw_tables').items() -%}
        {%- for table_name in names -%}
            {%- do tables.append([source_name, table_name, true]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
