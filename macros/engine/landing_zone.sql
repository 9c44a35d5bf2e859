{#- Make the landing zone readable as the raw schema. DuckDB: views over the files where they lie. Snowflake: the tables that
    `copy into` fills, so there is nothing to do at the start of a run. -#}
{% macro open_landing_zone() %}
    {{- return(adapter.dispatch('open_landing_zone', 'techco')()) -}}
{% endmacro %}

{% macro snowflake__open_landing_zone() %}{% endmacro %}

{% macro duckdb__open_landing_zone() %}
    {%- do check_zone() -%}
    {%- do check_findings() -%}
    {#- The run of an erasure (pylib/techco/operations/erase.py) opens no landed file: one that cannot be read must not stop it. -#}
    {%- if not env_var('TECHCO_RUN_OF_ERASURE', '') -%}
        {%- do refresh_raw_views() -%}
    {%- endif -%}
{% endmacro %}

{#- The zone at TECHCO_LANDING, held against the one that this warehouse remembers. -#}
{% macro check_zone() %}
    {%- set zones = run_query("select landing_zone_id, " ~ pepper_fingerprint() ~ " from landing.main.zone").rows -%}
    {%- if zones | length == 0 -%}
        {%- do exceptions.raise_compiler_error(
            "There is no landing zone at " ~ env_var('TECHCO_LANDING', 'landing') ~ ". `make build` writes an invented one; for your own data "
            ~ "set TECHCO_LANDING to the folder that holds it."
        ) -%}
    {%- endif -%}
    {%- do check_identity(zones[0][0], zones[0][1]) -%}
{% endmacro %}

{#- A warehouse belongs to one landing zone and one pepper: with another zone invented sales could reach a real warehouse, with another
    pepper every person would become a new one. -#}
{% macro check_identity(landing_zone_id, pepper_fingerprint) %}
    {%- do run_query('create table if not exists ' ~ ledger('identity') ~ ' (landing_zone_id varchar, pepper_fingerprint varchar)') -%}
    {%- set remembered = run_query('select landing_zone_id, pepper_fingerprint from ' ~ ledger('identity')).rows -%}
    {%- if remembered | length == 0 -%}
        {%- do run_query('insert into ' ~ ledger('identity') ~ " values ('" ~ landing_zone_id ~ "', '" ~ pepper_fingerprint ~ "')") -%}
    {%- elif remembered[0][0] != landing_zone_id -%}
        {%- do exceptions.raise_compiler_error(
            "This warehouse was built from landing zone " ~ remembered[0][0] ~ ", but " ~ env_var('TECHCO_LANDING', 'landing') ~ " is landing zone "
            ~ landing_zone_id ~ ". Set TECHCO_LANDING to the zone it belongs to, or TECHCO_WAREHOUSE to another file."
        ) -%}
    {%- elif remembered[0][1] != pepper_fingerprint -%}
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

{#- All that has landed of a table, to be looked at. Where it landed in several formats, values are shown as text. -#}
{% macro raw_rows(table, formats) %}
    {%- if formats | length == 1 -%}
        {%- set landed = dict(table, format=formats[0]) -%}
        {{- return(landed_rows(landed, landed_groups(landed))) -}}
    {%- endif -%}
    {%- for format in formats %}
    {%- set landed = dict(table, format=format) %}
    {{ 'union all by name' if not loop.first }}
    select
        {% if format == 'parquet' -%}
        {% for column in table.columns %}cast({{ column.name }} as varchar) as {{ column.name }}, {% endfor -%}
        _file, _row, _ingested_on
        {%- else -%}
        *
        {%- endif %}
    from ({{ landed_rows(landed, landed_groups(landed)) }})
    {%- endfor -%}
{% endmacro %}

{#- Make the raw views whose table or files changed. Making one opens every file, so the others are left: a view's comment is the
    fingerprint of what it was made for. -#}
{% macro refresh_raw_views() %}
    {%- set listing -%}
        select
            source_name || '__' || table_name,
            md5(string_agg(file, '|' order by file)),
            cast(to_json(list_sort(list(distinct format))) as varchar)
        from landing.main.files
        where format is not null
        group by source_name, table_name
    {%- endset -%}
    {%- set landed, formats = {}, {} -%}
    {%- for name, files, of_files in run_query(listing).rows -%}
        {%- do landed.update({name: files}) -%}
        {%- do formats.update({name: fromjson(of_files)}) -%}
    {%- endfor -%}
    {%- set made -%}
        select view_name || ' ' || comment from duckdb_views() where database_name = '{{ target.database }}' and schema_name = 'raw'
    {%- endset -%}
    {%- set known = run_query(made).columns[0].values() -%}
    {%- for table in contract_tables() -%}
        {%- set name = table.source ~ '__' ~ table.table -%}
        {%- set fingerprint = local_md5('with row numbers of text' ~ landing_folder() ~ tojson(table) ~ landed.get(name)) -%}
        {%- if name ~ ' ' ~ fingerprint not in known -%}
            {%- do run_query('create or replace view raw.' ~ name ~ ' as ' ~ raw_rows(table, formats.get(name, [table.format]))) -%}
            {%- do run_query('comment on view raw.' ~ name ~ " is '" ~ fingerprint ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}
