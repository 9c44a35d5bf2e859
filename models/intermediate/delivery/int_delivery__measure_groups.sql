{{ config(materialized='table') }}
{% set group_rows = [] %}
{% for measure_group, names in var('measure_groups').items() %}
    {%- for name in names %}
        {%- do group_rows.append([measure_group] + name.split('.')) %}
    {%- endfor %}
{% endfor %}

with

declared_groups as (

    {{ declared_rows(['measure_group', 'source_name', 'table_name'], group_rows) }}

),

-- A table that has never landed is one that the company does not have: it holds nothing back.
groups_with_deliveries as (

    select
        declared_groups.measure_group,
        tables.as_of_date,
        tables.complete_up_to,
        case
            when
                tables.complete_up_to < tables.as_of_date
                and tables.complete_up_to = min(tables.complete_up_to) over (partition by declared_groups.measure_group)
                then declared_groups.source_name || '.' || declared_groups.table_name
        end as held_back_by
    from declared_groups
    inner join {{ ref('int_delivery__tables') }} as tables
        on
            declared_groups.source_name = tables.source_name
            and declared_groups.table_name = tables.table_name

)

select
    ---------- key
    measure_group,

    ---------- attributes
    max(as_of_date) as as_of_date,
    coalesce(min(complete_up_to), max(as_of_date)) as complete_up_to,
    min(complete_up_to) as counted_up_to,
    nullif({{ dbt.listagg('held_back_by', "', '", 'order by held_back_by') }}, '') as held_back_by
from groups_with_deliveries
group by measure_group
