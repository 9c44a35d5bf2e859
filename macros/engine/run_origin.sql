{#- Who runs dbt, the commit of the project, and the target: on DuckDB as the plugin finds them, on Snowflake the user of the account and TECHCO_GIT_COMMIT. -#}
{% macro run_origin() %}
    {{- return(adapter.dispatch('run_origin', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__run_origin() %}
    {{- return(run_query('select started_by, git_commit from landing.main.run').rows[0] | list + [target.name]) -}}
{% endmacro %}

{% macro snowflake__run_origin() %}
    {{- return([target.user, env_var('TECHCO_GIT_COMMIT', 'unknown'), target.name]) -}}
{% endmacro %}

{#- The fingerprint of the project's files that may reach any node (pylib/techco/operations/news.py), by which `make build` knows what it may leave
    as it is; none on Snowflake, where every build runs everything. -#}
{% macro project_fingerprint() %}
    {{- return(adapter.dispatch('project_fingerprint', 'techco')()) -}}
{% endmacro %}

{% macro duckdb__project_fingerprint() %}
    {{- return(run_query('select project_fingerprint from landing.main.run').columns[0].values()[0]) -}}
{% endmacro %}

{% macro snowflake__project_fingerprint() %}{{ return('') }}{% endmacro %}
