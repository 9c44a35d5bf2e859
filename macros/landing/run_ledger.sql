{#- base.runs: who ran what, when, with which commit, and how it ended; governance.run_audit shows it. A run is written down when it starts, so
    one that was killed is there too, without an end. Commands that change nothing are not. -#}
{% macro begin_run() %}
    {%- if not (execute and is_recorded()) -%}{{ return('') }}{%- endif -%}
    {%- set statement -%}
        insert into {{ ledger('runs') }} (invocation_id, started_at, started_by, git_commit, target_name, command, selection)
        select
            '{{ invocation_id }}',
            {{ instant_literal(run_started_at) }},
            {%- for value in run_origin() + [invocation_args_dict.which, selection_of_run()] %}
            {{ text_literal((value | string)[:500]) }}{{ ',' if not loop.last }}
            {%- endfor %}
    {%- endset -%}
    {%- do run_query(statement) -%}
    {%- do begin_nodes() -%}
{% endmacro %}

{#- At the end of a run: how it ended. Nodes are named; what a test found is not kept. -#}
{% macro end_run() %}
    {%- if not (execute and is_recorded()) -%}{{ return('') }}{%- endif -%}
    {%- set tests = ['test', 'unit_test'] -%}
    {%- set built = results | selectattr('status', 'equalto', 'success') | rejectattr('node.resource_type', 'in', tests) | list -%}
    {%- set tested = results | selectattr('node.resource_type', 'in', tests) | rejectattr('status', 'equalto', 'skipped') | list -%}
    {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'runtime error']) | map(attribute='node.name') | sort -%}
    {%- set statement -%}
        update {{ ledger('runs') }}
        set
            finished_at = {{ utc_now() }},
            built_nodes = {{ built | length }},
            run_tests = {{ tested | length }},
            failures = {{ failed | length }},
            failed_nodes = '{{ (failed | join(' '))[:2000] }}',
            landed_rows = (
                select coalesce(sum(landed_rows), 0) from {{ ledger('loaded_files') }}
                where load_id in (select load_id from {{ ledger('loads') }} where invocation_id = '{{ invocation_id }}')
            )
        where invocation_id = '{{ invocation_id }}'
    {%- endset -%}
    {%- do run_query(statement) -%}
    {%- do end_nodes() -%}
{% endmacro %}

{#- Commands that change what a warehouse holds, or say whether it is right. -#}
{% macro is_recorded() %}
    {{- return(invocation_args_dict.which in ('build', 'run', 'seed', 'snapshot', 'test')) -}}
{% endmacro %}

{#- What the command chose, as typed; `everything` for no choice. -#}
{% macro selection_of_run() %}
    {%- set chosen = [] -%}
    {%- for name in ('select', 'exclude', 'selector') if invocation_args_dict.get(name) -%}
        {%- set given = invocation_args_dict[name] -%}
        {%- do chosen.append(name ~ ' ' ~ (given if given is string else given | join(' '))) -%}
    {%- endfor -%}
    {%- do chosen.append('full refresh') if invocation_args_dict.get('full_refresh') -%}
    {{- return(chosen | join(', ') or 'everything') -}}
{% endmacro %}
