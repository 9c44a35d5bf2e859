{#- Tests of what rows promise look at what is new: rows of later loads than the one up to which the test has passed (base.tested_loads). All rows
    are looked at where the test did not pass the last time, where the project's code or settings have changed since, and under `make audit`, which
    finds what was changed without a load, too. -#}

{#- For the word from: the rows of the tested relation that are new to this test; with `key`, and all older rows of their keys. Keys of restricted
    schemas may be ids of persons, which stand in no query. -#}
{% macro untested_rows(relation, key=none) -%}
    {%- set tested = graph.nodes.get(model.attached_node) if execute else none -%}
    {%- set has_load_ids = tested and tested.config.unique_key and tested.config.materialized in ('incremental', 'view') and not env_var('TECHCO_AUDIT', '') -%}
    {%- set last = graph.nodes[model.unique_id].tested_load_id if has_load_ids else none -%}
    {%- if not last -%}{{ return(relation) }}{%- endif -%}
    {%- set new = '(select * from ' ~ relation ~ ' where _load_id > ' ~ last ~ ')' -%}
    {%- if not key -%}{{ return(new) }}{%- endif -%}
    {%- set keys, is_restricted = key | join(', '), tested.config.schema in var('restricted_schemas') -%}
(
    select * from {{ new }} as new_rows
    union all
    select *
    from {{ relation }}
    where
        _load_id <= {{ last }}
        and ({{ keys }}) in (select {{ keys }} from {{ new }} as new_rows)
        and {{ 'true' if is_restricted else within_keys(key, new ~ ' as new_rows', always=true) }}
)
{%- endmacro %}
