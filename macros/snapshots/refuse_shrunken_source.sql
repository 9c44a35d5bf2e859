{#- Pre-hook of snapshots: stop where what is to be remembered has lost more than half of its keys. An empty or half-loaded table is no reason
    to close everyone's history; one that really shrank is named in var accept_shrunken. -#}
{% macro refuse_shrunken_source() %}
    {%- if not execute or load_relation(this) is none -%}{{ return('') }}{%- endif -%}
    {%- set source = graph.nodes[model.depends_on.nodes[0]] -%}
    {%- set key = config.get('unique_key') -%}
    {%- set counts = run_query(
        'select (select count(distinct ' ~ key ~ ') from ' ~ source.relation_name ~ '), '
        ~ '(select count(distinct ' ~ key ~ ') from ' ~ this ~ ' where dbt_valid_to is null)'
    ).rows[0] -%}
    {%- if 2 * counts[0] < counts[1] and source.name not in var('accept_shrunken') -%}
        {%- do exceptions.raise_compiler_error(
            'Snapshot ' ~ model.name ~ ' was stopped and keeps its history: ' ~ source.name ~ ' has ' ~ counts[0] ~ ' keys, fewer than half of the '
            ~ counts[1] ~ ' that stood when it was last taken. See what landed for it; if it really shrank, run again with --vars '
            ~ "'{accept_shrunken: [" ~ source.name ~ "]}'."
        ) -%}
    {%- endif -%}
{% endmacro %}
