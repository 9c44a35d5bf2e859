{#- base.node_runs: when each model, seed, snapshot and data test was last run, how that ended, and as of which day; base.project_nodes: what the
    project consists of, and what each node reads. `make publish` needs both (pylib/techco/serving/release_gate.py), and so do snapshots. A node is
    written down as `started` before it runs, so one that was killed never counts as done. -#}

{#- At the start of a run that is recorded: all nodes of the project, those that this run is going to run, and up to which load its tests have passed. -#}
{% macro begin_nodes() %}
    {%- set nodes, started, shared = [], [], fingerprint_of_run() -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot', 'test') and node.config.materialized != 'ephemeral' -%}
        {%- set kind = node.config.materialized if node.resource_type == 'model' else node.resource_type -%}
        {%- do nodes.append([
            node.unique_id, node.name, kind, node.schema ~ '.' ~ node.alias, node.get('depends_on', {}).get('nodes', []) | join(' ')
        ]) -%}
        {%- do started.append([node.unique_id, 'started', '']) if node.unique_id in selected_resources -%}
    {%- endfor -%}
    {%- do run_query(
        'create or replace table ' ~ ledger('project_nodes') ~ ' as '
        ~ declared_rows(['node_id', 'node_name', 'kind', 'relation_name', 'reads'], nodes)
    ) -%}
    {%- do write_node_runs(started) -%}
    {#- All nodes see this graph, so that no test has to ask for itself (macros/incremental/untested_rows.sql). -#}
    {%- for node_id, load_id, known in run_query('select node_id, load_id, fingerprint from ' ~ ledger('tested_loads')).rows if node_id in graph.nodes -%}
        {%- do graph.nodes[node_id].update(tested_load_id=load_id | int) if known == local_md5(shared ~ graph.nodes[node_id].checksum.checksum) -%}
    {%- endfor -%}
    {%- if env_var('TECHCO_ONLY_NEWS', '') -%}
        {#- `make build` leaves out what has no news: it is as this run would make it. -#}
        {%- do run_query(
            'update ' ~ ledger('node_runs') ~ ' set run_number = (select max(run_number) from ' ~ ledger('node_runs') ~ ') where node_id in (select node_id from '
            ~ ledger('project_nodes') ~ ')'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- At its end: how each ended, as dbt says it. `dbt retry` has not said before what it would run. -#}
{% macro end_nodes() %}
    {%- set ended, shared = [], fingerprint_of_run() -%}
    {%- for result in results if result.node.resource_type in ('model', 'seed', 'snapshot', 'test') -%}
        {%- do ended.append([
            result.node.unique_id,
            'empty' if invocation_args_dict.get('empty') and result.status == 'success' else result.status | string,
            local_md5(shared ~ result.node.checksum.checksum),
        ]) -%}
    {%- endfor -%}
    {%- do write_node_runs(ended) -%}
    {%- do write_node_timings() -%}
    {%- do write_tested_loads() -%}
    {%- do remember_full_refreshes() -%}
{% endmacro %}

{#- Write down the run of nodes, given as [id, status, fingerprint of code and settings]. -#}
{% macro write_node_runs(nodes) %}
    {%- if not nodes -%}{{ return('') }}{%- endif -%}
    {%- set number = run_query(
        "select coalesce(max(case when invocation_id = '" ~ invocation_id ~ "' then run_number end), max(run_number) + 1, 1) from " ~ ledger('node_runs')
    ).columns[0].values()[0] -%}
    {%- set as_of = text_literal(var('as_of') or '') -%}
    {%- set statement -%}
        merge into {{ ledger('node_runs') }} as known
        using ({{ declared_rows(['node_id', 'status', 'fingerprint'], nodes) }}) as present
        on known.node_id = present.node_id
        when matched then update set
            run_number = {{ number }}, invocation_id = '{{ invocation_id }}', status = present.status,
            fingerprint = present.fingerprint, as_of = {{ as_of }}
        when not matched then insert (node_id, run_number, invocation_id, status, fingerprint, as_of)
        values (present.node_id, {{ number }}, '{{ invocation_id }}', present.status, present.fingerprint, {{ as_of }})
    {%- endset -%}
    {%- do run_query(statement) -%}
{% endmacro %}

{#- Write down how long each node of this run took, as governance.model_timings shows it; a quarter of a year is kept, as runs by the minute would
    add half a million rows a day. -#}
{% macro write_node_timings() %}
    {%- set timed = [] -%}
    {%- for result in results if result.node.resource_type in ('model', 'seed', 'snapshot', 'test') -%}
        {%- for timing in result.timing if timing.name == 'execute' and timing.started_at -%}
            {%- do timed.append([
                result.node.unique_id, result.status | string, timing.started_at.strftime('%Y-%m-%d %H:%M:%S'), result.execution_time | round(3) | string
            ]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do run_query(
        'delete from ' ~ ledger('node_timings') ~ ' where started_at < ' ~ instant_literal(run_started_at - modules.datetime.timedelta(days=90))
    ) -%}
    {%- do run_query(
        'insert into ' ~ ledger('node_timings') ~ " select '" ~ invocation_id ~ "', node_id, status, cast(started as timestamp), cast(seconds as double) from ("
        ~ declared_rows(['node_id', 'status', 'started', 'seconds'], timed) ~ ') as timed'
    ) if timed -%}
{% endmacro %}

{#- Note of the tests of this run that have passed that they did for all rows of the last load whose run has ended; what a run beside this one is
    still writing, nobody has tested. Of one that did not pass nothing is known any more. -#}
{% macro write_tested_loads() %}
    {%- set of_run = ledger('node_runs') ~ " where invocation_id = '" ~ invocation_id ~ "' and status " -%}
    {%- do run_query('delete from ' ~ ledger('tested_loads') ~ ' where node_id in (select node_id from ' ~ of_run ~ "<> 'skipped')") -%}
    {%- set loads_ended -%}
        (
            select max(load_id) from {{ ledger('loads') }}
            where invocation_id in (select invocation_id from {{ ledger('runs') }} where finished_at is not null)
        )
    {%- endset -%}
    {%- do run_query('insert into ' ~ ledger('tested_loads') ~ ' select node_id, ' ~ loads_ended ~ ', fingerprint from ' ~ of_run ~ "= 'pass'") -%}
{% endmacro %}

{#- What all nodes of this run have in common: the project's files and the vars of the command line. -#}
{% macro fingerprint_of_run() %}
    {{- return(project_fingerprint() ~ (invocation_args_dict.get('vars') or {})) -}}
{% endmacro %}

{#- The ids of what this run is going to run. Of `dbt retry` dbt does not say it: that is what did not pass the last time. -#}
{% macro nodes_of_this_run() %}
    {%- if selected_resources -%}{{ return(selected_resources) }}{%- endif -%}
    {{- return(run_query(
        'select node_id from ' ~ ledger('node_runs') ~ " where status not in ('" ~ passed_statuses() | join("', '") ~ "')"
    ).columns[0].values() | list) -}}
{% endmacro %}

{#- How a node ends that did what it should; the same list stands in pylib/techco/serving/release_gate.py. -#}
{% macro passed_statuses() %}
    {{- return(['success', 'pass', 'warn', 'no-op']) -}}
{% endmacro %}
