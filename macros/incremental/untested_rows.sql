{#- Tests of what rows promise look at what is new: rows of later loads than the one up to which the test has passed (base.tested_loads). All rows
    are looked at where the test did not pass the last time, where the project's code or settings have changed since, and under `make audit`, which
    finds what was changed without a load, too. -#}

{#- The load up to which this test has passed; 0 where it has to look at all rows. -#}
{% macro last_tested_load_id() %}
    {%- set tested = graph.nodes.get(model.attached_node) if execute else none -%}
    {%- set has_load_ids = tested and tested.config.materialized == 'incremental' and not env_var('TECHCO_AUDIT', '') -%}
    {{- return(graph.nodes[model.unique_id].get('tested_load_id', 0) if has_load_ids else 0) -}}
{% endmacro %}

{#- For the word from: the rows of the tested relation that are new to this test. -#}
{% macro untested_rows(relation) -%}
    {%- set last = last_tested_load_id() -%}
    {{ '(select * from ' ~ relation ~ ' where _load_id > ' ~ last ~ ')' if last else relation }}
{%- endmacro %}

{#- The same with all older rows of their keys. Keys of restricted schemas may be ids of persons, which stand in no query. -#}
{% macro rows_of_untested_keys(relation, key) -%}
    {%- set last, keys = last_tested_load_id(), key | join(', ') -%}
    {%- if not last -%}{{ return(relation) }}{%- endif -%}
    {%- set new = relation ~ ' where _load_id > ' ~ last -%}
    {%- set is_restricted = graph.nodes[model.attached_node].config.schema in var('restricted_schemas') -%}
(
    select * from {{ new }}
    union all
    select *
    from {{ relation }}
    where
        _load_id <= {{ last }}
        and ({{ keys }}) in (select {{ keys }} from {{ new }})
        and {{ 'true' if is_restricted else within_keys(key, new, always=true) }}
)
{%- endmacro %}
