{#- What every run does first: schemas and ledgers exist, the landing zone is the one this warehouse belongs to and has no broken file,
    raw relations show what has landed, the run is one that this warehouse can take, and a run that builds gets its load id. -#}
{% macro open_warehouse() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- if var('elementary_enabled') and not graph.nodes.values() | selectattr('package_name', 'equalto', 'elementary') | list -%}
        {%- do exceptions.raise_compiler_error(
            'elementary_enabled is true, and the package elementary is not there. `make observe` runs the overlay that brings it; '
            ~ 'docs/observability.md says how, also where no package hub is. Leave the var out to build without it.'
        ) -%}
    {%- endif -%}
    {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=generate_schema_name('raw', none))) -%}
    {%- do adapter.create_schema(api.Relation.create(database=target.database, schema=generate_schema_name('base', none))) -%}
    {%- do make_ledgers() -%}
    {%- do open_landing_zone() -%}
    {%- do check_suppression_key() -%}
    {%- if is_recorded() -%}
        {%- do refuse_parts_of_inputs() -%}
        {%- do check_settings() -%}
    {%- endif -%}
    {%- if invocation_args_dict.which in ('build', 'run') -%}
        {%- do refuse_base_of_before() if not flags.FULL_REFRESH -%}
        {%- do run_query(next_load_id()) -%}
        {%- do check_landing_days() -%}
    {%- endif -%}
{% endmacro %}

{#- Make the control tables that are not there yet. -#}
{% macro make_ledgers() %}
    {%- if relation_if_exists('base', 'batches') -%}
        {%- do exceptions.raise_compiler_error(
            'This warehouse was built when load ids were called batches. CHANGELOG.md (A house that reads) has the statements that rename them; run these, then '
            ~ '`dbt build --full-refresh`. A warehouse without rights of persons and histories may as well be built anew: remove its file.'
        ) -%}
    {%- endif -%}
    {%- for name, columns in {
        'loads': 'load_id bigint, invocation_id varchar',
        'loaded_files': 'source_name varchar, table_name varchar, file_path varchar, ingested_on date, load_id bigint, landed_rows bigint',
        'empty_files': 'source_name varchar, table_name varchar, file_path varchar, ingested_on date',
        'last_runs': 'model_name varchar, load_id bigint',
        'former_parents': 'model_name varchar, parent_column varchar, parent_key varchar, load_id bigint',
        'changed_tables': 'source_name varchar, table_name varchar, load_id bigint',
        'runs': 'invocation_id varchar, started_at timestamp, finished_at timestamp, started_by varchar, git_commit varchar, target_name varchar, '
            ~ 'command varchar, selection varchar, built_nodes bigint, run_tests bigint, landed_rows bigint, failures bigint, failed_nodes varchar',
        'node_runs': 'node_id varchar, run_number bigint, invocation_id varchar, status varchar, fingerprint varchar, as_of varchar',
        'node_timings': 'invocation_id varchar, node_id varchar, status varchar, started_at timestamp, seconds double',
        'tested_loads': 'node_id varchar, load_id bigint, fingerprint varchar',
        'model_settings': 'node_id varchar, fingerprint varchar',
        'settings': 'fingerprint varchar, setting_name varchar, setting_value varchar',
        'suppressions': 'person_hash varchar, person_key varchar, erased_on date',
        'privacy_actions': 'action_id varchar, action varchar, person_key varchar, request_id varchar, privacy_regime varchar, requested_at timestamp, '
            ~ 'done_at timestamp, row_count bigint, details varchar',
    }.items() -%}
        {%- do run_query('create table if not exists ' ~ ledger(name) ~ ' (' ~ columns ~ ')') -%}
    {%- endfor -%}
{% endmacro %}

{#- Stop where base does not say which rows are superseded: staging would show every version of a key. -#}
{% macro refuse_base_of_before() %}
    {%- set query %}
        select lower(table_name)
        from information_schema.columns
        where lower(table_catalog) = lower('{{ target.database }}') and lower(table_schema) = lower('{{ generate_schema_name('base', none) }}')
        group by 1
        having count_if(lower(column_name) = '_superseded_load_id') = 0
    {%- endset -%}
    {%- set without = run_query(query).columns[0].values() -%}
    {%- for table in contract_tables() if table.feed != 'cdc' and 'base_' ~ table.source ~ '__' ~ table.table in without -%}
        {%- do exceptions.raise_compiler_error(
            'This warehouse was built when staging stored each column a second time. Run `dbt build --full-refresh` once.'
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- A statement: the next load begins. -#}
{% macro next_load_id() -%}
    insert into {{ ledger('loads') }} select coalesce(max(load_id), 0) + 1, '{{ invocation_id }}' from {{ ledger('loads') }}
{%- endmacro %}
