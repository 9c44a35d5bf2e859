{#- Whether landed files are loaded into raw tables by an operation. DuckDB reads them where they lie. -#}
{% macro target_is_loaded() %}
    {{- return(by_engine(duckdb=false, snowflake=true)) -}}
{% endmacro %}


{#- `copy into` one raw table, files of the format that `table` says: each file once, which Snowflake remembers for 64 days and base models for
    ever. Names that begin with a dot or an underscore are no data. -#}
{% macro copy_statement(table) -%}
    {%- set columns = raw_columns(table, [table.format]) -%}
    copy into {{ raw_object(table.source ~ '__' ~ table.table) }} ({{ columns | join(', ', attribute='name') }})
    from (
        select {{ columns | join(', ', attribute='value') }}
        from '@{{ raw_object('landing') }}/{{ table.source }}/{{ table.table }}/'
    )
    file_format = (format_name = '{{ raw_object(file_format(table)) }}')
    pattern = '.*/ingested_on=[^/]+/[^._/][^/]*[.]{{ table.format }}{{ '([.](gz|zst))?' if table.format != 'parquet' }}'
{%- endmacro %}

{#- Write a local file to a stage, as it is. -#}
{% macro put_file(file, stage, overwrite) %}
    {%- do run_query("put 'file://" ~ file ~ "' '@" ~ stage ~ "' auto_compress = false overwrite = " ~ overwrite) -%}
{% endmacro %}

{#- Write local files to the stage. `files`: names of files by their folder within the landing zone; `whole_folders`: those of which nothing stays
    behind, which go up at once. What is staged already stays as it is; files of an external stage lie where their systems landed them. -#}
{% macro put_files(folder, files, whole_folders) %}
    {%- if stage_address() -%}{{ return('') }}{%- endif -%}
    {%- set staged = run_query('list @' ~ raw_object('landing')).columns[0].values() | map('replace', 'landing/', '', 1) | list -%}
    {%- for path, names in files.items() -%}
        {%- set missing = [] -%}
        {%- for name in names if path ~ '/' ~ name not in staged -%}
            {%- do missing.append(name) -%}
        {%- endfor -%}
        {%- for name in (['*'] if missing == names and path in whole_folders else missing) -%}
            {%- do put_file(folder ~ '/' ~ path ~ '/' ~ name, raw_object('landing') ~ '/' ~ path, overwrite=false) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}

{#- Upload the package that Python models import. -#}
{% macro put_package(package_file) %}
    {%- do put_file(package_file, raw_object('pylib') ~ '/', overwrite=true) -%}
{% endmacro %}

{#- Load what is staged for a table, in whatever format. A file that cannot be read is left out; returns a message for each. -#}
{% macro copy_files(table) %}
    {%- set broken, rows = [], [] -%}
    {%- for format in var('formats') -%}
        {%- set result = run_query(copy_statement(dict(table, format=format)) ~ ' on_error = skip_file') -%}
        {%- for answer in result.rows if 'file' in result.column_names | map('lower') -%}
            {%- do rows.append(answer['rows_loaded'] | int) -%}
            {%- if answer['status'] | upper == 'LOAD_FAILED' -%}
                {%- do broken.append(answer['file'] ~ ': ' ~ answer['first_error']) -%}
            {#- Of CSV the header is a row. -#}
            {%- elif answer['rows_loaded'] | int <= (1 if format == 'csv' else 0) -%}
                {%- do note_empty_file(table, answer['file']) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if rows -%}
        {%- do log(table.source ~ '.' ~ table.table ~ ': ' ~ rows | sum ~ ' rows of ' ~ (rows | length - broken | length) ~ ' files loaded', info=true) -%}
    {%- endif -%}
    {{- return(broken) -}}
{% endmacro %}

{#- A file without rows, or a CSV file with its header only, is a delivery, too: nothing in the raw table tells of it. -#}
{% macro note_empty_file(table, file) %}
    {%- set folder = table.source ~ '/' ~ table.table ~ '/ingested_on=' -%}
    {%- set within = file.split(folder, 1)[1] -%}
    {%- set path = text_literal(folder ~ within) -%}
    {%- set statement -%}
        insert into {{ ledger('empty_files') }}
        select '{{ table.source }}', '{{ table.table }}', {{ path }}, cast('{{ within[:10] }}' as date)
        where {{ path }} not in (select file_path from {{ ledger('empty_files') }})
    {%- endset -%}
    {%- do run_query(statement) -%}
{% endmacro %}

{#- Bring the secrets into an empty vault by files, so that they stand in no statement and no query history. -#}
{% macro fill_vault(pepper_file, pads_file) %}
    {%- do fill_vault_table('pepper', 'pepper', pepper_file, '$1') -%}
    {%- if pads_file -%}
        {%- do fill_vault_table('suppression', 'inner_pad, outer_pad', pads_file, "split_part($1, ' ', 1), split_part($1, ' ', 2)") -%}
    {%- endif -%}
{% endmacro %}

{#- Load a file of secrets into a table of the vault that is empty, by a stage that is gone afterwards; one that has rows stays as it is. -#}
{% macro fill_vault_table(name, columns, file, values) %}
    {%- if run_query('select count(*) from ' ~ vault_table(name)).columns[0].values()[0] == 0 -%}
        {%- set stage = build_schema('vault') ~ '.' ~ name ~ '_drop' -%}
        {%- do run_query('create stage if not exists ' ~ stage) -%}
        {%- do put_file(file, stage ~ '/', overwrite=true) -%}
        {%- do run_query(
            'copy into ' ~ vault_table(name) ~ ' (' ~ columns ~ ') from (select ' ~ values ~ " from '@" ~ stage ~ "/') file_format = (format_name = '"
            ~ raw_object('lines') ~ "') on_error = abort_statement purge = true"
        ) -%}
        {%- do run_query('drop stage if exists ' ~ stage) -%}
    {%- endif -%}
{% endmacro %}


{#- The stage over a bucket of the cloud, by which Snowflake reads what lands there. -#}
{% macro bucket_stage(url, integration) -%}
    create stage if not exists {{ raw_object('landing') }} url = '{{ url }}' storage_integration = {{ integration }}
{%- endmacro %}

{#- A pipe that loads files of a raw table by itself when the bucket says that they are there. -#}
{% macro pipe_statement(table) -%}
    create pipe if not exists {{ raw_object('load_' ~ table.source ~ '__' ~ table.table ~ '__' ~ table.format) }} auto_ingest = true as {{ copy_statement(table) }}
{%- endmacro %}
