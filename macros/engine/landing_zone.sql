{#- Make the landing zone readable as the raw schema. DuckDB: views over the files where they lie. Snowflake: the tables that
    `copy into` fills, so there is nothing to do at the start of a run. -#}
{% macro open_landing_zone() %}
    {{- return(adapter.dispatch('open_landing_zone', 'techco')()) -}}
{% endmacro %}

{% macro snowflake__open_landing_zone() %}{% endmacro %}

{% macro duckdb__open_landing_zone() %}
    {%- do check_identity() -%}
    {%- do check_findings() -%}
    {%- for table in contract_tables() -%}
        {%- do run_query(raw_view(table)) -%}
    {%- endfor -%}
{% endmacro %}

{#- A warehouse belongs to one landing zone and one pepper: with another zone invented sales could reach a real warehouse, with another
    pepper every person would become a new one. -#}
{% macro check_identity() %}
    {%- do run_query('create table if not exists ' ~ ledger('identity') ~ ' (landing_zone_id varchar, pepper_fingerprint varchar)') -%}
    {%- set zones = run_query("select landing_zone_id, " ~ pepper_fingerprint() ~ " from landing.main.zone").rows -%}
    {%- if zones | length == 0 -%}
        {%- do exceptions.raise_compiler_error(
            "There is no landing zone at " ~ env_var('TECHCO_LANDING', 'landing') ~ ". `make build` writes an invented one; for your own data "
            ~ "set TECHCO_LANDING to the folder that holds it."
        ) -%}
    {%- endif -%}
    {%- set own = zones[0] -%}
    {%- set remembered = run_query('select landing_zone_id, pepper_fingerprint from ' ~ ledger('identity')).rows -%}
    {%- if remembered | length == 0 -%}
        {%- do run_query('insert into ' ~ ledger('identity') ~ " values ('" ~ own[0] ~ "', '" ~ own[1] ~ "')") -%}
    {%- elif remembered[0][0] != own[0] -%}
        {%- do exceptions.raise_compiler_error(
            "This warehouse was built from landing zone " ~ remembered[0][0] ~ ", but " ~ env_var('TECHCO_LANDING', 'landing') ~ " is landing zone "
            ~ own[0] ~ ". Set TECHCO_LANDING to the zone it belongs to, or TECHCO_WAREHOUSE to another file."
        ) -%}
    {%- elif remembered[0][1] != own[1] -%}
        {%- do exceptions.raise_compiler_error(
            "TECHCO_PEPPER is not the pepper that this warehouse was built with; with another one every person would get a new key. Set the old one."
        ) -%}
    {%- endif -%}
{% endmacro %}

{% macro pepper_fingerprint() -%}
    left({{ sha256_hex("'fingerprint of ' || " ~ pepper()) }}, 16)
{%- endmacro %}

{#- Say what is wrong with files that are not loaded yet, and stop where building on them would lose data. -#}
{% macro check_findings() %}
    {%- set findings = run_query("select severity, message from landing.main.findings order by severity, message").rows -%}
    {%- for finding in findings -%}
        {%- do log(finding[0] ~ ': ' ~ finding[1], info=true) -%}
    {%- endfor -%}
    {%- if findings | selectattr(0, 'equalto', 'error') | list | length > 0 and invocation_args_dict.which in ('build', 'run') -%}
        {%- do exceptions.raise_compiler_error(
            'landed files do not hold the contract (listed above); nothing was built. `make validate` shows every finding.'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A view over the landed files of a table; a table without files, and a column that no file has, are empty and typed. -#}
{% macro raw_view(table) %}
    {%- set landing = env_var('TECHCO_LANDING', 'landing') -%}
    {%- set files = landed_patterns(landing, table) -%}
    create or replace view {{ generate_schema_name('raw', none) }}.{{ table.source }}__{{ table.table }} as
    select
        {% if table.format == 'jsonl' -%}
        cast(null as varchar) as _line,
        cast(null as json) as payload,
        {%- else -%}
        {%- for column in table.columns -%}
        cast(null as {{ column.data_type }}) as {{ column.name }},
        {% endfor -%}
        {%- endif %}
        cast(null as varchar) as _file,
        cast(null as bigint) as _row,
        cast(null as date) as _ingested_on
    where false
    {%- if files %}
    union all by name
    select {{ landed_columns(table.format) }}, replace(filename, '{{ landing }}/', '') as _file, ingested_on as _ingested_on
    from {{ reader(table.format, files) }}
    {%- endif %}
{% endmacro %}

{#- Patterns of a table's landed files, compressed ones too. Names that begin with a dot or an underscore are no data: files that are
    being written, markers. A pattern that matches nothing is an error to the readers, so only those that match are given. -#}
{% macro landed_patterns(landing, table) %}
    {%- set patterns = [] -%}
    {%- for compression in ([''] if table.format == 'parquet' else ['', '.gz', '.zst']) -%}
        {%- set pattern = landing ~ '/' ~ table.source ~ '/' ~ table.table ~ '/ingested_on=*/[!._]*.' ~ table.format ~ compression -%}
        {%- if run_query("select count(*) from glob('" ~ pattern ~ "')").columns[0].values()[0] > 0 -%}
            {%- do patterns.append(pattern) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(patterns) -}}
{% endmacro %}

{% macro landed_columns(format) %}
    {%- if format == 'jsonl' -%}
        line as _line, try_cast(line as json) as payload
    {%- else -%}
        * exclude (filename, ingested_on, file_row_number), file_row_number + 1 as _row
    {%- endif -%}
{% endmacro %}

{#- Text is read line by line: the delimiter is one that no landed text may hold, and a line may have 64 MiB. -#}
{% macro reader(format, files) %}
    {%- if format == 'parquet' -%}
        read_parquet({{ files }}, union_by_name = true, filename = true, file_row_number = true, hive_partitioning = true)
    {%- else -%}
        read_csv(
            {{ files }}, columns = {'line': 'varchar'}, delim = chr(0), quote = '', escape = '', header = false,
            auto_detect = false, strict_mode = false, max_line_size = 67108864, filename = true, hive_partitioning = true
        )
    {%- endif -%}
{% endmacro %}

{#- The files of a table that this model has not loaded yet, as paths within the landing zone. -#}
{% macro new_files(source_name, table_name) %}
    {{- return(adapter.dispatch('new_files', 'techco')(source_name, table_name)) -}}
{% endmacro %}

{% macro duckdb__new_files(source_name, table_name) %}
    {{- return(run_query(
        "select file from landing.main.files where source_name = '" ~ source_name ~ "' and table_name = '" ~ table_name
        ~ "' and file not in (select file_path from " ~ ledger('loaded_files') ~ ")"
    ).columns[0].values()) -}}
{% endmacro %}

{% macro snowflake__new_files(source_name, table_name) %}
    {{- return(run_query(
        "select distinct _file from " ~ source(source_name, table_name)
        ~ " where _file not in (select file_path from " ~ ledger('loaded_files') ~ ")"
    ).columns[0].values()) -}}
{% endmacro %}
