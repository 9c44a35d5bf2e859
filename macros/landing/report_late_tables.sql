{#- At the end of a build: which tables have not been delivered, and since when. Their measures are null from then on. -#}
{% macro report_late_tables() %}
    {%- if not (execute and invocation_args_dict.which in ('build', 'run')) -%}{{ return('') }}{%- endif -%}
    {%- set tables = relation_if_exists('intermediate', 'int_delivery__tables') -%}
    {%- if not tables -%}{{ return('') }}{%- endif -%}
    {%- set late = run_query(
        "select source_name || '.' || table_name, cast(newest_landing_day as varchar), every_days, cast(as_of_date as varchar), days_late from "
        ~ tables ~ ' where days_late > 0 order by 1'
    ).rows -%}
    {%- for name, newest, every, as_of_date, days in late -%}
        {%- do log(
            'warning: ' ~ name ~ ' was last delivered for ' ~ newest ~ '; expected every ' ~ every ~ ' day(s), so that ' ~ days ~ ' day(s) up to ' ~ as_of_date
            ~ ' are missing. Measures that need it are null after that day (governance.mart_freshness). Land what is missing, an empty file for a day without rows, '
            ~ 'or correct its cadence in the contract.', info=true
        ) -%}
    {%- endfor -%}
{% endmacro %}
