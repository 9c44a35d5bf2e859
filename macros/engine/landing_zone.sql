{#- Make the landing zone readable as the raw schema. DuckDB: views over the files where they lie. Snowflake: the tables that
    `copy into` fills, so there is nothing to do at the start of a run. -#}
{% macro open_landing_zone() %}
    {%- if target_is_loaded() -%}{{ return('') }}{%- endif -%}
    {%- set zones = run_query('select landing_zone_id, ' ~ pepper_fingerprint() ~ ' from landing.main.zone').rows -%}
    {%- if not zones -%}
        {%- do exceptions.raise_compiler_error(
            "There is no landing zone at " ~ env_var('TECHCO_LANDING', 'landing') ~ ". `make build` writes an invented one; for your own data "
            ~ "set TECHCO_LANDING to the folder that holds it."
        ) -%}
    {%- endif -%}
    {%- do check_identity(zones[0][0], zones[0][1]) -%}
    {#- Say what is wrong with files that are not loaded yet, and stop where building on them would lose data. -#}
    {%- set findings = run_query('select severity, message from landing.main.findings order by severity, message').rows -%}
    {%- for severity, message in findings -%}
        {%- do log(severity ~ ': ' ~ message, info=true) -%}
    {%- endfor -%}
    {%- if 'error' in findings | map(attribute=0) and invocation_args_dict.which in ('build', 'run') -%}
        {%- do exceptions.raise_compiler_error(
            'landed files do not hold the contract (listed above); nothing was built. `make validate` shows every finding.'
        ) -%}
    {%- endif -%}
    {#- The run of an erasure (pylib/techco/operations/erase.py) opens no landed file: one that cannot be read must not stop it. -#}
    {%- if not env_var('TECHCO_RUN_OF_ERASURE', '') -%}
        {%- do refresh_raw_views() -%}
    {%- endif -%}
{% endmacro %}

{#- A warehouse belongs to one landing zone and one pepper: with another zone invented sales could reach a real warehouse, with another
    pepper every person would become a new one. -#}
{% macro check_identity(landing_zone_id, pepper_fingerprint) %}
    {%- do run_query('create table if not exists ' ~ ledger('identity') ~ ' (landing_zone_id varchar, pepper_fingerprint varchar)') -%}
    {%- set remembered = run_query('select landing_zone_id, pepper_fingerprint from ' ~ ledger('identity')).rows -%}
    {%- if not remembered -%}
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

{#- What the warehouse remembers of the pepper, to know it again; techco.privacy.vault has the same rule. -#}
{% macro pepper_fingerprint() -%}
    left({{ sha256_hex("'fingerprint of ' || " ~ pepper()) }}, 16)
{%- endmacro %}

{#- Make the raw views whose table or files changed. Making one opens every file, so the others are left: a view's comment is the hash of the
    query that it was made of. -#}
{% macro refresh_raw_views() %}
    {%- set known = dict(run_query(
        "select view_name, comment from duckdb_views() where database_name = '" ~ target.database ~ "' and schema_name = 'raw'"
    ).rows | map('list')) -%}
    {%- set groups = landed_groups('format is not null') -%}
    {%- for table in contract_tables() -%}
        {%- set name = table.source ~ '__' ~ table.table -%}
        {%- set query = raw_rows(table, groups | selectattr('table', 'equalto', name) | list) -%}
        {%- if known.get(name) != local_md5(query) -%}
            {%- do run_query('create or replace view raw.' ~ name ~ ' as ' ~ query) -%}
            {%- do run_query('comment on view raw.' ~ name ~ " is '" ~ local_md5(query) ~ "'") -%}
        {%- endif -%}
    {%- endfor -%}
{% endmacro %}

{#- All that has landed of a table, to be looked at. Where it landed in several formats, a column that one shows as text is text. -#}
{% macro raw_rows(table, groups) %}
    {%- for format, of_format in groups | groupby('format') %}
    {{ 'union all by name' if not loop.first }}
    select * from ({{ landed_rows(dict(table, format=format), of_format) }})
    {%- else %}
    {{ landed_rows(table, []) }}
    {%- endfor -%}
{% endmacro %}
