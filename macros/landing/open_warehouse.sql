{#- What every run does first: schemas and ledgers exist, the landing zone is the one this warehouse belongs to and has no broken file,
    raw relations show what has landed, and a run that builds gets its batch number. -#}
{% macro open_warehouse() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=generate_schema_name('raw', none))) -%}
    {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=generate_schema_name('base', none))) -%}
    {%- do run_query('create table if not exists ' ~ ledger('batches') ~ ' (batch bigint, invocation_id varchar)') -%}
    {%- do run_query('create table if not exists ' ~ ledger('loaded_files') ~ ' (source_name varchar, table_name varchar, file_path varchar, ingested_on date, batch bigint, landed_rows bigint)') -%}
    {%- do run_query('create table if not exists ' ~ ledger('last_runs') ~ ' (model_name varchar, batch bigint)') -%}
    {%- do open_landing_zone() -%}
    {%- if invocation_args_dict.which in ('build', 'run') -%}
        {%- do run_query(
            'insert into ' ~ ledger('batches') ~ " select coalesce(max(batch), 0) + 1, '" ~ invocation_id ~ "' from " ~ ledger('batches')
        ) -%}
    {%- endif -%}
{% endmacro %}
