{#- dbt's snapshots, but a history is left as it is by a run that is no ordinary one: what the warehouse believed for a moment, as of another day
    or of a part of the data, is no belief, and no later build could take it out again. The next whole build goes on with the history. -#}
{% materialization snapshot, default %}
    {%- set hindrance = hindrance_to_snapshot() -%}
    {%- set known = load_cached_relation(this) -%}
    {%- if hindrance -%}
        {%- do log('Snapshot ' ~ model.name ~ ' is left as it is: ' ~ hindrance ~ '. The next build of everything goes on with it.', info=true) -%}
    {%- endif -%}
    {%- if hindrance and known is not none -%}
        {%- call statement('main') -%} select 1 as left_as_it_is {%- endcall -%}
        {{- return({'relations': [known]}) -}}
    {%- elif hindrance -%}
        {#- A new one is made without a row, so that what reads and tests it finds it. -#}
        {%- do model.update({'compiled_code': 'select * from (' ~ sql ~ ') as source_rows where 1 = 0'}) -%}
    {%- endif -%}
    {{- return(dbt.materialization_snapshot_default()) -}}
{% endmaterialization %}

{#- Why what this snapshot reads is not what an ordinary build of everything makes; none where it is. -#}
{% macro hindrance_to_snapshot() %}
    {%- set newest = run_query('select cast(max(ingested_on) as varchar) from ' ~ ledger('loaded_files')).columns[0].values()[0] -%}
    {%- if var('as_of') and var('as_of') | string != newest -%}
        {{- return('this run is as of ' ~ var('as_of') ~ ', and the newest day that has landed is ' ~ newest) -}}
    {%- elif invocation_args_dict.get('empty') -%}
        {{- return('with --empty nothing is read') -}}
    {%- endif -%}
    {%- set runs = {} -%}
    {%- for row in run_query('select node_id, run_number, status, as_of from ' ~ ledger('node_runs')).rows -%}
        {%- do runs.update({row[0]: {'number': row[1] | int, 'status': row[2], 'as_of': row[3]}}) -%}
    {%- endfor -%}
    {#- What this run builds is built well, or dbt would have skipped the snapshot. -#}
    {%- set read = nodes_behind(model.depends_on.nodes) -%}
    {%- set built_now = nodes_of_this_run() -%}
    {%- for name in read if name not in built_now and name in runs -%}
        {%- if runs[name].status not in passed_statuses() -%}
            {{- return(graph.nodes[name].name ~ ' was not built well by the last run that tried (' ~ runs[name].status ~ ')') -}}
        {%- elif runs[name].as_of and runs[name].as_of != newest -%}
            {{- return(graph.nodes[name].name ~ ' was built as of ' ~ runs[name].as_of ~ ', and the newest day that has landed is ' ~ newest) -}}
        {%- endif -%}
    {%- endfor -%}
    {{- return(uneven_build(read, runs, built_now)) -}}
{% endmacro %}

{#- Why these nodes hold different states of what has landed; none where they do not. -#}
{% macro uneven_build(nodes, runs, built_now) %}
    {%- set present = runs.values() | map(attribute='number') | max if runs else 0 -%}
    {#- Of each node, when what it shows was built: a view shows what it reads. -#}
    {%- set built, loads = {}, {} -%}
    {%- for name in nodes if name in runs or name in built_now -%}
        {%- set node = graph.nodes[name] -%}
        {%- set ns = namespace(newest=present if name in built_now else runs[name].number) -%}
        {%- set own = ns.newest -%}
        {%- for parent in node.get('depends_on', {}).get('nodes', []) if parent in built and built[parent] > own -%}
            {%- if node.config.materialized != 'view' -%}
                {{- return(node.name ~ ' is older than ' ~ graph.nodes[parent].name ~ ', which it reads') -}}
            {%- endif -%}
            {%- set ns.newest = [ns.newest, built[parent]] | max -%}
        {%- endfor -%}
        {%- do built.update({name: ns.newest}) -%}
        {%- do loads.update({own: node.name}) if node.name.startswith('base_') -%}
    {%- endfor -%}
    {%- if loads | length > 1 -%}
        {%- set names = loads.values() | list -%}
        {{- return(names[0] ~ ' and ' ~ names[1] ~ ', which it is made of, were loaded by different runs') -}}
    {%- endif -%}
    {{- return(none) -}}
{% endmacro %}
