{#- The strategies of macros/incremental/ as statements. DuckDB deletes and inserts in the transaction that dbt holds open. On Snowflake
    dbt holds none: two statements could be cut apart by a crash, and a failed one leaves what ran before it to be committed by the next
    model, so there each strategy is one MERGE. `arguments`: what dbt gives an incremental strategy. -#}

{#- The row of a key is replaced by a new one that is not older (macros/incremental/latest_version.sql). -#}
{% macro replace_older_rows(arguments) %}
    {{- return(adapter.dispatch('replace_older_rows', 'techco')(arguments)) -}}
{% endmacro %}

{% macro duckdb__replace_older_rows(arguments) %}
    {%- set target_table = arguments.target_relation -%}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    {%- set and_in_range = and_within_range(arguments) -%}
    delete from {{ target_table }} as known
    using {{ arguments.temp_relation }} as new_rows
    where {{ same_key('known', arguments) }} {{ and_in_range }} and {{ is_not_older(arguments) }};

    insert into {{ target_table }} ({{ columns }})
    select {{ columns }}
    from {{ arguments.temp_relation }} as new_rows
    where not exists (select 1 from {{ target_table }} as known where {{ same_key('known', arguments) }} {{ and_in_range }})
{% endmacro %}

{% macro snowflake__replace_older_rows(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='name') | list -%}
    merge into {{ arguments.target_relation }} as known
    using {{ arguments.temp_relation }} as new_rows
    on {{ same_key('known', arguments) }} {{ and_within_range(arguments) }}
    when matched and {{ is_not_older(arguments) }} then update set
        {% for column in columns %}{{ column }} = new_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
    when not matched then insert ({{ columns | join(', ') }})
    values ({% for column in columns %}new_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{% endmacro %}


{#- All rows of the keys that new rows name are replaced by these; rows marked _is_deleted only remove. -#}
{% macro replace_rows_of_keys(arguments) %}
    {{- return(adapter.dispatch('replace_rows_of_keys', 'techco')(arguments)) -}}
{% endmacro %}

{% macro duckdb__replace_rows_of_keys(arguments) %}
    {%- set columns = arguments.dest_columns | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments.target_relation }} as known
    where
        {{ arguments.unique_key }} in (select {{ arguments.unique_key }} from {{ arguments.temp_relation }})
        {{ and_within_range(arguments) }};

    insert into {{ arguments.target_relation }} ({{ columns }})
    select {{ columns }}
    from {{ arguments.temp_relation }}
    where not _is_deleted
{% endmacro %}

{#- Each key once as what removes its rows, beside the rows that come. -#}
{% macro snowflake__replace_rows_of_keys(arguments) %}
    {%- set key = arguments.unique_key -%}
    {%- set columns = arguments.dest_columns | map(attribute='name') | list -%}
    merge into {{ arguments.target_relation }} as known
    using (
        select new_rows.*, actions.is_removal
        from {{ arguments.temp_relation }} as new_rows
        cross join (select true as is_removal union all select false) as actions
        where actions.is_removal or not new_rows._is_deleted
        qualify not is_removal or row_number() over (partition by new_rows.{{ key }}, is_removal order by new_rows.{{ key }}) = 1
    ) as new_rows
    on known.{{ key }} = new_rows.{{ key }} and new_rows.is_removal {{ and_within_range(arguments) }}
    when matched then delete
    when not matched and not new_rows.is_removal then insert ({{ columns | join(', ') }})
    values ({% for column in columns %}new_rows.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{% endmacro %}


{#- The condition that a row has the key of a new one. -#}
{% macro same_key(known, arguments) -%}
    {%- for key in keys_of(arguments) -%}
        {{ ' and ' if not loop.first }}{{ known }}.{{ key }} = new_rows.{{ key }}
    {%- endfor -%}
{%- endmacro %}

{#- The columns of an incremental model's key, as a list. -#}
{% macro keys_of(arguments) %}
    {{- return([arguments.unique_key] if arguments.unique_key is string else arguments.unique_key) -}}
{% endmacro %}

{#- What a known row of a new row's key has to fulfil besides, so that little of the table is read: the ranges of the new keys
    (macros/incremental/ranges.sql), and what a model declares as incremental_predicates. Keys of restricted schemas may be ids of persons, which
    stand in no query. -#}
{% macro and_within_range(arguments) %}
    {%- if model.config.schema not in var('restricted_schemas') %}
    and {{ within_keys(keys_of(arguments), arguments.temp_relation, 'known') }}
    {%- endif -%}
    {%- for predicate in arguments.incremental_predicates or [] %}
    and {{ predicate }}
    {%- endfor -%}
{% endmacro %}
