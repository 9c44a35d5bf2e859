{#- The last day up to which every table is complete that some groups of measures are made of (vars: measure_groups); never later than as_of. A
    table that never landed holds nothing back.
    Usage: case when date_day <= {{ complete_up_to(['sales', 'refunds']) }} then ... end -#}
{% macro complete_up_to(groups) -%}
    {{- day_of_groups(groups, 'min(complete_up_to)') -}}
{%- endmacro %}

{#- The same, but null where no table of some group has ever landed: nobody counts what the company has no source of. -#}
{% macro counted_up_to(groups) -%}
    {{- day_of_groups(groups, 'case when count(*) = count(counted_up_to) then min(counted_up_to) end') -}}
{%- endmacro %}

{% macro day_of_groups(groups, day) -%}
    {%- for group in groups if group not in var('measure_groups') -%}
        {%- do exceptions.raise_compiler_error('There is no group ' ~ group ~ ' in vars: measure_groups of dbt_project.yml.') -%}
    {%- endfor -%}
    (
        select {{ day }}
        from {{ ref('int_delivery__measure_groups') }}
        where measure_group in ('{{ groups | join("', '") }}')
    )
{%- endmacro %}
