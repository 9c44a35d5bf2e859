{#- A row that moves to another parent changes both. The parent that it names now is found in the row; the one that it named before is found in
    base.former_parents, where the incremental strategies write it down before they replace the row. No model declares this: where a model is
    replaced by a key and reads an input whose rows carry that key as a foreign one, the input remembers it and the model asks for it. -#}

{#- The columns by which incremental models that read this node are replaced, and which are no part of its own key, so that its rows may change
    them. Rows of append-only models never change; keys of restricted schemas may be ids of persons, which no ledger of ours repeats. -#}
{% macro parent_columns(node) %}
    {%- set columns = [] -%}
    {%- if node.config.unique_key and node.config.incremental_strategy != 'append' and node.config.schema not in var('restricted_schemas') -%}
        {%- set shown_as = itself_and_views(node.unique_id) -%}
        {%- set own = [node.config.unique_key] if node.config.unique_key is string else node.config.unique_key or [] -%}
        {%- for reader in graph.nodes.values() if reader.resource_type == 'model' and reader.config.materialized == 'incremental' -%}
            {%- set key = reader.config.unique_key -%}
            {%- if key is string and key not in own + columns and reader.depends_on.nodes | select('in', shown_as) | list -%}
                {%- do columns.append(key) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(columns | sort) -}}
{% endmacro %}

{#- The id of a node and of the views that show it. -#}
{% macro itself_and_views(id) %}
    {%- set ids = [id] -%}
    {%- for view in graph.nodes.values() if view.config.materialized in ('view', 'ephemeral') and id in view.depends_on.nodes -%}
        {%- do ids.extend(itself_and_views(view.unique_id)) -%}
    {%- endfor -%}
    {{- return(ids) -}}
{% endmacro %}

{#- What a node reads, and what the views among that read. -#}
{% macro inputs_through_views(node) %}
    {%- set inputs = [] -%}
    {%- for id in node.depends_on.nodes if id in graph.nodes -%}
        {%- do inputs.append(id) -%}
        {%- if graph.nodes[id].config.materialized in ('view', 'ephemeral') -%}
            {%- do inputs.extend(inputs_through_views(graph.nodes[id])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(inputs | unique | list) -}}
{% endmacro %}

{#- The inputs of this model whose rows carry its key as a foreign one. -#}
{% macro inputs_with_parents(key) %}
    {%- set inputs = [] -%}
    {%- for id in inputs_through_views(model) if key in parent_columns(graph.nodes[id]) -%}
        {%- set node = graph.nodes[id] -%}
        {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
        {%- if key in adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') -%}
            {%- do check_staged_as_landed(node, key) if node.config.materialized == 'view' -%}
            {%- do inputs.append({'name': node.name, 'relation': relation}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(inputs) -}}
{% endmacro %}

{#- What a parent column of a staging view is in base: itself where it was landed, else the SQL over base's columns that the view declares as
    `derived_parents` in its meta; none where it is neither. -#}
{% macro parent_in_base(node, table, column) %}
    {%- if column in table.columns | map(attribute='name') -%}{{- return(column) -}}{%- endif -%}
    {{- return(node.config.meta.get('derived_parents', {}).get(column)) -}}
{% endmacro %}

{#- Base writes down what superseded rows named (current_rows.sql), and knows columns as they were landed. -#}
{% macro check_staged_as_landed(node, key) %}
    {%- set source_name, table_name = node.name.removeprefix('stg_').split('__') -%}
    {%- if not parent_in_base(node, contract(source_name, table_name), key) -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ' is replaced by ' ~ key ~ ', which ' ~ node.name ~ ' makes of what was landed, so that nobody writes down what its rows named before. '
            ~ 'Store that model: take latest_rows() for current_rows(), and leave out materialized=\'view\'; or declare its SQL as meta: derived_parents.'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A query: the values of this model's key that rows of its inputs gave up after its last run; none where no input has it as a foreign key, or
    `key` is not the model's: a row that is replaced by its own key takes its parent with it. An input that was built again since has forgotten
    what its rows named, so then all keys of this model count. -#}
{% macro former_parents(key) %}
    {%- if not (execute and is_incremental()) or model.config.unique_key != key -%}{{- return(none) -}}{%- endif -%}
    {%- set inputs = inputs_with_parents(key) -%}
    {%- if not inputs -%}{{- return(none) -}}{%- endif -%}
    {%- if model.config.incremental_strategy != 'replace_keys' -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ' is replaced by ' ~ key ~ ", which rows of " ~ inputs[0].name ~ ' may change, so that a value of it may be left without '
            ~ "rows; use incremental_strategy='replace_keys', which removes it"
        ) -%}
    {%- endif -%}
    {%- set last = last_load_id() -%}
    {%- set oldest -%}
        select max(oldest)
        from (
            {%- for input in inputs %}
            select min(_load_id) as oldest from {{ input.relation }}
            {{ 'union all' if not loop.last }}
            {%- endfor %}
        ) as inputs
    {%- endset -%}
    {%- if (run_query(oldest).columns[0].values()[0] or 0) > last -%}
        {{- return('select ' ~ key ~ ' from ' ~ this) -}}
    {%- endif -%}
    {%- set column = adapter.get_columns_in_relation(this) | selectattr('name', 'in', [key, key | upper]) | first -%}
    {%- set query -%}
        select {{ 'parent_key' if column.is_string() else 'cast(parent_key as ' ~ column.data_type ~ ')' }} as {{ key }}
        from {{ ledger('former_parents') }}
        where
            model_name in ({% for input in inputs %}'{{ input.name }}'{{ ', ' if not loop.last }}{% endfor %})
            and parent_column = '{{ key }}'
            and load_id > {{ last }}
    {%- endset -%}
    {{- return(query) -}}
{% endmacro %}

{#- For the strategies: write down what known rows that are about to be replaced name as their parents, and the new ones do not. `unless`: SQL
    that leaves known rows in place; `removed`: a query of keys whose rows go without new ones, or none. -#}
{% macro remember_parents(arguments, unless='false', removed=none) %}
    {%- set names = arguments.dest_columns | map(attribute='name') | map('lower') | list -%}
    {%- set columns = names | select('in', parent_columns(graph.nodes[model.unique_id])) | list -%}
    {%- set deleted = 'new_rows._is_deleted or ' if '_is_deleted' in names else '' -%}
    {%- if not columns -%}{{- return('') -}}{%- endif -%}
    {%- set statement -%}
    insert into {{ ledger('former_parents') }} (model_name, parent_column, parent_key, load_id)
    with

    given_up as (

        select
            {%- for column in columns %}
            case when {{ deleted }}known.{{ column }} is distinct from new_rows.{{ column }} then known.{{ column }} end as {{ column }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ arguments.target_relation }} as known
        inner join {{ arguments.temp_relation }} as new_rows
            on {{ same_key('known', arguments) }} {{ and_within_range(arguments) }}
        where
            not ({{ unless }})
            and (
                {{ deleted }}
                {%- for column in columns %}known.{{ column }} is distinct from new_rows.{{ column }}{{ ' or ' if not loop.last }}{% endfor %}
            )
        {%- if removed %}

        union all

        select {{ columns | join(', ') }}
        from {{ arguments.target_relation }}
        where {{ arguments.unique_key }} in ({{ removed }})
        {%- endif %}

    )
    {%- for column in columns %}

    select distinct '{{ model.name }}', '{{ column }}', cast({{ column }} as varchar), {{ current_load_id() }}
    from given_up
    where {{ column }} is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {%- endset -%}
    {%- do run_query(statement) -%}
{% endmacro %}
