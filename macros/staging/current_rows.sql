{#- The good rows of a raw table that no newer row of their key has superseded, with _version. Staging is a view of them: nearly every landed row is
    the only one of its key, and would be stored twice. Change logs, whose deletes make a row of all rows of a key, are staged by latest_rows().
    Usage: select * from ({{ current_rows('web', 'events') }}) as events -#}
{% macro current_rows(source_name, table_name) %}
    {%- set base = ref('base_' ~ source_name ~ '__' ~ table_name) -%}
    {%- if not execute -%}{{ return('select * from ' ~ base) }}{%- endif -%}
    {%- set feed = contract(source_name, table_name).feed -%}
    {%- if feed == 'cdc' -%}
        {%- do exceptions.raise_compiler_error(
            source_name ~ '.' ~ table_name ~ ' is a change log (feed: cdc), so ' ~ model.name ~ " needs latest_rows() for current_rows(), and no materialized='view'."
        ) -%}
    {%- endif %}
    select
        *,
        {{ row_version(feed) }} as _version
    from {{ base }}
    where _issues is null and _superseded_load_id is null
{% endmacro %}

{#- Post-hook of base models: of each key all good rows but the latest are superseded. Rows are new until their files are noted as loaded
    (remember_loaded_files), so that a run that was killed in between is made good by the next one. What a superseded row named as its
    parent, and the latest one does not, is written down for the models that are replaced by it (former_parents.sql). -#}
{% macro supersede_rows() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set source_name, table_name = model.name.removeprefix('base_').split('__') -%}
    {%- set table = contract(source_name, table_name) -%}
    {%- if table.feed == 'cdc' -%}{{ return('') }}{%- endif -%}
    {%- set good = this ~ ' where _issues is null and _superseded_load_id is null' -%}
    {%- set new = good ~ ' and _load_id > ' ~ last_noted_load_id(source_name, table_name) -%}
    {%- set near_new_keys = within_keys(not_personal(table.key, table), new) -%}
    {%- if near_new_keys == 'false' -%}{{ return('') }}{%- endif -%}
    {%- set keys = table.key | join(', ') -%}
    {%- set staged_as = 'stg_' ~ source_name ~ '__' ~ table_name -%}
    {%- set staging = graph.nodes.get('model.techco.' ~ staged_as) -%}
    {#- Each parent column and what it is in base. -#}
    {%- set parents = {} -%}
    {%- for column in (parent_columns(staging) if staging and is_incremental() else []) if parent_in_base(staging, table, column) -%}
        {%- do parents.update({column: parent_in_base(staging, table, column)}) -%}
    {%- endfor -%}
    {%- set latest_first -%}
        over (partition by {{ keys }} order by {{ row_version(table.feed) }} desc nulls last, {{ last_delivered_first() }})
    {%- endset -%}
    {#- Repeated keys are found by their hash, which takes a fraction of the memory that keys take. -#}
    {%- set superseded -%}
        (
            select *
            from (
                select
                    {{ (['_file', '_row'] + table.key) | unique | join(', ') }},
                    {%- for column, named in parents.items() %}
                    {{ named }} as parent_{{ column }},
                    first_value({{ named }}) {{ latest_first }} as latest_{{ column }},
                    {%- endfor %}
                    row_number() {{ latest_first }} as place
                from {{ good }} and {{ near_new_keys }} and hash({{ keys }}) in (
                    select hash({{ keys }})
                    from {{ good }} and {{ near_new_keys }}
                    {%- if is_incremental() %} and hash({{ keys }}) in (select hash({{ keys }}) from {{ new }}){% endif %}
                    group by hash({{ keys }})
                    having count(*) > 1
                )
            ) as ranked
            where place > 1
        ) as superseded
    {%- endset -%}
    {%- set near_superseded_keys = within_keys(not_personal(table.key, table), superseded, 'known') -%}
    {%- if near_superseded_keys == 'false' -%}{{ return('') }}{%- endif -%}
    {%- for column in parents %}
    insert into {{ ledger('former_parents') }} (model_name, parent_column, parent_key, load_id)
    select distinct '{{ staged_as }}', '{{ column }}', cast(parent_{{ column }} as varchar), {{ current_load_id() }}
    from {{ superseded }}
    where parent_{{ column }} is distinct from latest_{{ column }} and parent_{{ column }} is not null;
    {%- endfor %}
    update {{ this }} as known
    set _superseded_load_id = {{ current_load_id() }}
    from {{ superseded }}
    where known._file = superseded._file and known._row = superseded._row and known._issues is null and {{ near_superseded_keys }}
{% endmacro %}
