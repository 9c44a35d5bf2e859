{#- How live tables are kept: on DuckDB a table of each build, in whose place the live service puts its own (pylib/techco/live); on Snowflake a
    view, so that it shows what has landed since. -#}
{% macro live_materialization() %}
    {{- return(by_engine(duckdb='table', snowflake='view')) -}}
{% endmacro %}

{#- The day up to which live tables show events: as_of, and on Snowflake that of what has landed since, if it is later. -#}
{% macro live_until() -%}
    {{- adapter.dispatch('live_until', 'techco')() -}}
{%- endmacro %}

{% macro duckdb__live_until() -%}
    {{ as_of() }}
{%- endmacro %}

{% macro snowflake__live_until() -%}
    {%- set day = as_of() -%}
    {%- if var('as_of') -%}
        {{ day }}
    {%- else -%}
        (
            select max(day)
            from (
                select {{ day }} as day
                union all
                select max(_ingested_on) as day from {{ source('web', 'events') }} where {{ is_not_loaded('web', 'events') }}
            ) as days
        )
    {%- endif -%}
{%- endmacro %}

{#- Of web.events, what has landed since the last run, typed, judged and keyed as by the base model: a query to be united with, which selects
    `columns`. Nothing on DuckDB, where the live service reads it, nor of a run that stands on an earlier day (var as_of). Rows of erased persons that land
    again are left out; a build also finds those that name nobody, by their visit. -#}
{% macro union_events_landed_since(columns) -%}
    {{- adapter.dispatch('union_events_landed_since', 'techco')(columns) -}}
{%- endmacro %}

{% macro duckdb__union_events_landed_since(columns) -%}
{%- endmacro %}

{% macro snowflake__union_events_landed_since(columns) -%}
    {%- set raw = source('web', 'events') -%}
    {%- if execute and not var('as_of') -%}
    {%- set table = contract('web', 'events') -%}
    {%- set staging = graph.nodes['model.' ~ project_name ~ '.stg_web__events'] -%}
    {%- set landed -%}
        select _line, payload, _file, _row, _ingested_on
        from {{ raw }}
        where {{ is_not_loaded('web', 'events') }} and {{ is_of_format('_file', 'jsonl') }}
    {%- endset %}

    union all

    select {{ columns | join(', ') }}
    from (
        select
            *,
            {{ staging.config.meta.derived_parents._visit_scope }} as _visit_scope
        from ({{ rows_with_keys(dict(table, format='jsonl'), landed) }}) as judged
        where
            _issues is null
            and coalesce({{ suppression_hash('customer_id') }}, '') not in (
                select person_hash from {{ ledger('suppressions') }} where person_key is not null
            )
    ) as landed_since
    {%- endif -%}
{%- endmacro %}

{#- A condition on rows of a raw table: no run has loaded their file. -#}
{% macro is_not_loaded(source_name, table_name) -%}
    _file not in (select file_path from {{ ledger('loaded_files') }} where {{ of_table(source_name, table_name) }})
{%- endmacro %}
