{#- Stop a build where a landing day is refused, and correct what an earlier build has loaded of one: a file that lies in the folder of another day by
    now is loaded again from there. -#}
{% macro check_landing_days() %}
    {%- set refused_from, newest_accepted = run_query(refused_landing_days(
        '(' ~ landed_days() ~ ' union all select source_name, table_name, ingested_on from ' ~ deliveries() ~ ' as loaded) as landed',
        var('landing_day_lead')
    )).rows[0] -%}
    {%- if refused_from is none -%}{{ return('') }}{%- endif -%}
    {%- set is_refused = "ingested_on >= cast('" ~ refused_from ~ "' as date)" -%}
    {%- set problem = ' is later by more than ' ~ var('landing_day_lead') ~ ' days than ' ~ newest_accepted ~ ', the newest landing day of the other tables' -%}
    {%- set folders = run_query(
        "select distinct source_name || '/' || table_name || '/ingested_on=' || cast(ingested_on as varchar) from (" ~ landed_days() ~ ') as landed where '
        ~ is_refused ~ ' order by 1'
    ).columns[0].values() -%}
    {%- if folders -%}
        {%- do exceptions.raise_compiler_error(
            folders | join(', ') ~ problem ~ '; nothing was built, as every mart would be as of that day. Expected is the day on which the files landed: move '
            ~ 'them into the folder of that day'
            ~ (', remove them from the stage, delete their rows from the raw tables (by _file), and load again' if target_is_loaded() else '')
            ~ ". If the day is right, land the other tables, too, or build with --vars '{landing_day_lead: DAYS}'."
        ) -%}
    {%- endif -%}
    {%- do run_query('delete from ' ~ ledger('empty_files') ~ ' where ' ~ is_refused) -%}
    {%- for source_name, table_name, file, day in run_query(
        'select source_name, table_name, file_path, cast(ingested_on as varchar) from ' ~ ledger('loaded_files') ~ ' where ' ~ is_refused ~ ' order by file_path'
    ).rows -%}
        {%- set table, name = contract(source_name, table_name), file.split('/') | last -%}
        {%- set moved_to -%}
            select min(file_path)
            from ({{ landed_files(table) }}) as landed
            where
                right(file_path, {{ name | length + 1 }}) = {{ text_literal('/' ~ name) }}
                and file_path not in (select file_path from {{ ledger('loaded_files') }})
        {%- endset -%}
        {%- set moved_to = run_query(moved_to).columns[0].values()[0] -%}
        {%- if not moved_to -%}
            {%- do exceptions.raise_compiler_error(
                file ~ ' was loaded, its day' ~ problem ~ ', and the file is gone. Land it under its name (' ~ name ~ ') in the folder of the day on which it landed, '
                ~ 'and build again; if its rows are wanted no more, dbt build --full-refresh -s base_' ~ source_name ~ '__' ~ table_name ~ '+.'
            ) -%}
        {%- endif -%}
        {%- do forget_file(table, file, day) -%}
        {%- do log(file ~ ' lies in another folder now: it is loaded again, from ' ~ moved_to ~ '.', info=true) -%}
    {%- endfor -%}
{% endmacro %}

{#- Take the rows of a loaded file out of base, and what was counted of them, so that the file can be loaded from another folder. The file is
    forgotten last: after a crash the next run does all of it again. -#}
{% macro forget_file(table, file, day) %}
    {%- set base_model = 'base_' ~ table.source ~ '__' ~ table.table -%}
    {%- set where_table = ' where ' ~ of_table(table.source, table.table) -%}
    {%- set of_file, of_path = ' where _file = ' ~ text_literal(file), where_table ~ ' and file_path = ' ~ text_literal(file) -%}
    {%- set base = relation_if_exists('base', base_model) -%}
    {%- set quarantine = relation_if_exists('quarantine', 'quarantine_' ~ table.source) -%}
    {%- set row_counts = relation_if_exists('quarantine', 'delivery_row_counts') -%}
    {%- if base -%}
        {%- set key = table.key | join(', ') -%}
        {%- set judged_again = ', _superseded_load_id = null' if table.feed != 'cdc' else '' -%}
        {%- do run_query(
            'update ' ~ base ~ ' set _load_id = ' ~ current_load_id() ~ judged_again ~ ' where (' ~ key ~ ') in (select ' ~ key ~ ' from ' ~ base ~ of_file ~ ')'
        ) -%}
        {%- do forget_where_rows_stood(base_model, of_file) -%}
        {%- do run_query('delete from ' ~ base ~ of_file) -%}
    {%- endif -%}
    {%- do run_query('delete from ' ~ quarantine ~ of_path) if quarantine -%}
    {%- do run_query('delete from ' ~ row_counts ~ where_table ~ " and ingested_on = cast('" ~ day ~ "' as date)") if row_counts -%}
    {%- do run_query(
        'insert into ' ~ ledger('changed_tables') ~ " select '" ~ table.source ~ "', '" ~ table.table ~ "', " ~ current_load_id()
    ) -%}
    {%- do run_query('delete from ' ~ ledger('loaded_files') ~ of_path) -%}
{% endmacro %}

{#- Of one version the row of the later landing day counts (macros/incremental/latest_version.sql). What was made of a file that is forgotten says no
    longer where it stood, so that any row of its key and version replaces it: all of them are new to this run. Columns are asked with a query
    of our own, as dbt's question would begin a transaction that ends with the hook. -#}
{% macro forget_where_rows_stood(base_model, of_file) %}
    {%- for node in graph.nodes.values()
        if [node.config.materialized, node.config.incremental_strategy] == ['incremental', 'latest_version'] and 'model.techco.' ~ base_model in node.depends_on.nodes -%}
        {%- set relation = relation_if_exists(node.config.schema, node.name) -%}
        {%- if relation and '_file' in run_query('select * from ' ~ relation ~ ' limit 0').column_names | map('lower') -%}
            {%- do run_query('update ' ~ relation ~ ' set _file = null, _row = null' ~ of_file) -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#- What every table has delivered: a row per loaded file, those without a row, too. -#}
{% macro deliveries() -%}
    (
        select source_name, table_name, file_path, ingested_on, landed_rows from {{ ledger('loaded_files') }}
        union all
        select source_name, table_name, file_path, ingested_on, 0 as landed_rows from {{ ledger('empty_files') }}
    )
{%- endmacro %}
