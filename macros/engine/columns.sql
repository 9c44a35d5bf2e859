{#- dbt asks its adapter for the columns of a table, each time in a new context of all macros, which on DuckDB takes longer than the answer:
    twice for each incremental model and twice for each documented table, a sixth of a build with nothing new. These forms of dbt's own
    macros ask once, in the context that is there. Snowflake keeps dbt's: there the statement is what takes time. -#}

{#- Name to type of each column, in order, one mapping for each relation. -#}
{% macro described_columns(relations) %}
    {%- set described = [] -%}
    {%- set query -%}
        {%- for relation in relations %}
        {%- do described.append({}) %}
        select {{ loop.index0 }} as place, column_name, column_type from (describe {{ relation }})
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- for place, column_name, column_type in run_query(query).rows -%}
        {%- do described[place | int].update({column_name: column_type}) -%}
    {%- endfor -%}
    {{- return(described) -}}
{% endmacro %}

{% macro duckdb__process_schema_changes(on_schema_change, source_relation, target_relation) %}
    {%- set described = described_columns([source_relation, target_relation]) -%}
    {%- if described[0] != described[1] -%}
        {{- return(dbt.default__process_schema_changes(on_schema_change, source_relation, target_relation)) -}}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for name, data_type in described[0].items() -%}
        {%- do columns.append(api.Column(name, data_type)) -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}

{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {#- Columns of an enforced contract are those that it declares. -#}
        {%- set names = model.columns.keys() if model.config.contract.enforced else described_columns([relation])[0].keys() -%}
        {%- set documented = validate_doc_columns(relation, described_or_inherited(model), names) -%}
        {%- for name, column in documented.items() -%}
            {%- do comments.append('comment on column ' ~ relation ~ '.' ~ name ~ ' is ' ~ duckdb_escape_comment(column.description) ~ ';') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {%- do run_query(comments | join('\n')) -%}
    {%- endif -%}
{% endmacro %}

{% macro snowflake__persist_docs(relation, model, for_relation, for_columns) %}
    {%- if config.persist_column_docs() -%}
        {%- do model.update({'columns': described_or_inherited(model)}) -%}
    {%- endif -%}
    {{- return(dbt.snowflake__persist_docs(relation, model, for_relation, for_columns)) -}}
{% endmacro %}

{#- dbt calls it for the descriptions of those columns that a table has. Its own form warns of all others, which here may be inherited. -#}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) %}
    {%- set documented = {} -%}
    {%- for name in existing_column_names | map('lower') if name in column_dict -%}
        {%- do documented.update({name: column_dict[name]}) -%}
    {%- endfor -%}
    {{- return(documented) -}}
{% endmacro %}

{#- Columns by name, as the YAML of a model describes them; else as that of what it reads first does, down to the contract; else as var
    bookkeeping does. -#}
{% macro described_or_inherited(node) %}
    {%- set columns = dict(var('bookkeeping')) -%}
    {%- for parent in node.get('depends_on', {}).get('nodes', [])[:1] -%}
        {%- do columns.update(described_or_inherited(graph.nodes[parent] or graph.sources[parent])) -%}
    {%- endfor -%}
    {%- do columns.update(node.columns) -%}
    {{- return(columns) -}}
{% endmacro %}
