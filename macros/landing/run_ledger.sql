{#- base.runs: who ran what, when, with which commit, and how it ended; governance.run_audit shows it. A run is written down when it starts, so
    one that was killed is there too, without an end. Commands that change nothing are not. -#}
{% macro begin_run() %}
    {%- if not (execute and is_recorded()) -%}{{ return('') }}{%- endif -%}
    {%- do run_query(
        'create table if not exists ' ~ ledger('runs') ~ ' (invocation_id varchar, started_at timestamp, finished_at timestamp, started_by varchar, '
        ~ 'git_commit varchar, target_name varchar, command varchar, selection varchar, built_nodes bigint, run_tests bigint, landed_rows bigint, '
        ~ 'failures bigint, failed_nodes varchar)'
    ) -%}
    {%- set run_values = run_origin() + [invocation_args_dict.which, selection_of_run()] -%}
    {%- set values = [] -%}
    {%- for value in run_values -%}
        {%- do values.append(text_literal((value | string)[:500])) -%}
    {%- endfor -%}
    {%- do run_query(
        'insert into ' ~ ledger('runs') ~ ' (invocation_id, started_at, started_by, git_commit, target_name, command, selection) select '
        ~ "'" ~ invocation_id ~ "', " ~ instant_literal(run_started_at) ~ ', ' ~ values | join(', ')
    ) -%}
    {%- do begin_nodes() -%}
{% endmacro %}

{#- At the end of a run: how it ended. Nodes are named; what a test found is not kept. -#}
{% macro end_run() %}
    {%- if not (execute and is_recorded()) -%}{{ return('') }}{%- endif -%}
    {%- set ns = namespace(built=0, tested=0) -%}
    {%- set failed = [] -%}
    {%- for result in results -%}
        {%- set is_test = result.node.resource_type in ('test', 'unit_test') -%}
        {%- if result.status in ('error', 'fail', 'runtime error') -%}
            {%- do failed.append(result.node.name) -%}
        {%- elif not is_test and result.status == 'success' -%}
            {%- set ns.built = ns.built + 1 -%}
        {%- endif -%}
        {%- if is_test and result.status != 'skipped' -%}
            {%- set ns.tested = ns.tested + 1 -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do run_query(
        'update ' ~ ledger('runs') ~ ' set finished_at = ' ~ utc_now()
        ~ ', built_nodes = ' ~ ns.built ~ ', run_tests = ' ~ ns.tested ~ ', failures = ' ~ failed | length
        ~ ", failed_nodes = '" ~ (failed | sort | join(' '))[:2000] ~ "', landed_rows = (select coalesce(sum(landed_rows), 0) from " ~ ledger('loaded_files')
        ~ ' where batch in (select batch from ' ~ ledger('batches') ~ " where invocation_id = '" ~ invocation_id ~ "')) where invocation_id = '"
        ~ invocation_id ~ "'"
    ) -%}
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
