{#- What dbt takes from the root project alone: the project's own snapshots, and elementary's way to run a test. -#}
{% materialization snapshot, default %}
    {{- return(techco.materialization_snapshot_default()) -}}
{% endmaterialization %}
