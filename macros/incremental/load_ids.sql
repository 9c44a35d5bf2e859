{#- The rule of load ids. Every run that loads or transforms gets a number that only grows, and every row that a run writes into an
    incremental model carries it as _load_id. A model therefore finds what is new in an input by its own greatest _load_id: a row with
    a greater one was written after the model's last run, whatever the times inside the data say. -#}

{#- The tables that remember runs and loaded files; `macros/landing/` writes them. -#}
{% macro ledger(name) %}
    {{- return(api.Relation.create(database=target.database, schema=generate_schema_name('base', none), identifier=name)) -}}
{% endmacro %}

{#- A table of the project where it has been built; else none. -#}
{% macro relation_if_exists(schema, name) %}
    {{- return(load_relation(api.Relation.create(database=target.database, schema=generate_schema_name(schema, none), identifier=name))) -}}
{% endmacro %}

{#- The number of this run. -#}
{% macro current_load_id() -%}
    (select max(load_id) from {{ ledger('loads') }})
{%- endmacro %}

{#- This model's last run, as a literal so that engines can skip older storage blocks; 0 on a full build. -#}
{% macro last_load_id() %}
    {%- if not (execute and is_incremental()) -%}
        {{- return(0) -}}
    {%- endif -%}
    {%- set last -%}
        select greatest(
            coalesce((select max(_load_id) from {{ this }}), 0),
            coalesce((select max(load_id) from {{ ledger('last_runs') }} where model_name = '{{ model.name }}'), 0)
        )
    {%- endset -%}
    {{- return(run_query(last).columns[0].values()[0]) -}}
{% endmacro %}

{#- Post-hook of models that most runs give no row, as the quarantine: they would go through the same input again and again. -#}
{% macro remember_run() -%}
    delete from {{ ledger('last_runs') }} where model_name = '{{ model.name }}';
    insert into {{ ledger('last_runs') }} select '{{ model.name }}', {{ current_load_id() }}
{%- endmacro %}

{#- A condition: rows of an input that came after this model's last run. -#}
{% macro is_new_load(alias=none) -%}
    {{ alias ~ '.' if alias }}_load_id > {{ last_load_id() }}
{%- endmacro %}

{#- A where clause that keeps the keys which new rows of any input touch, or named before (former_parents.sql); nothing on a full build.
    `key`: the column that all inputs have; `inputs`: relations or, in brackets, queries with that column and _load_id. Keys of restricted
    schemas may be ids of persons, which stand in no query. -#}
{% macro where_keys_changed(key, inputs) -%}
    {%- if is_incremental() %}
    {%- set new = is_new_load() %}
    {%- set given_up = former_parents(key) %}
    {%- set touched -%}
        (
            {%- for input in inputs %}
            select {{ key }} from {{ input }} where {{ new }}
            {{ 'union' if not loop.last }}
            {%- endfor %}
            {%- if given_up %}
            union
            {{ given_up }}
            {%- endif %}
        )
    {%- endset %}
    where
        {{ key }} in {{ touched }}
        {%- if model.config.schema not in var('restricted_schemas') %}
        and {{ within_keys([key], touched ~ ' as touched') }}
        {%- endif %}
    {%- endif %}
{%- endmacro %}
