{#- For how many days a rate stands in for those that have none, after var fx_fill: 4 is from the Thursday before Easter to its Monday, the
    longest that central banks publish nothing; 0 where nothing is filled. -#}
{% macro carried_days() %}
    {%- set fill = var('fx_fill') -%}
    {%- if fill not in (none, 'previous_business_day') -%}
        {%- do exceptions.raise_compiler_error(
            "vars: fx_fill is '" ~ fill ~ "' in dbt_project.yml; expected null (a day without a rate has none) or previous_business_day."
        ) -%}
    {%- endif -%}
    {{- return(4 if fill else 0) -}}
{% endmacro %}
