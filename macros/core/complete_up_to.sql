{#- The last day up to which every table is complete that some groups of measures are made of (vars: measure_groups); never later than as_of.
    Usage: case when date_day <= {{ complete_up_to(['sales', 'refunds']) }} then ... end -#}
{% macro complete_up_to(groups) -%}
    {%- for group in groups if group not in var('measure_groups') -%}
        {%- do exceptions.raise_compiler_error('There is no group ' ~ group ~ ' in vars: measure_groups of dbt_project.yml.') -%}
    {%- endfor -%}
    (
        select min(complete_up_to)
        from {{ ref('int_delivery__measure_groups') }}
        where measure_group in ('{{ groups | join("', '") }}')
    )
{%- endmacro %}
