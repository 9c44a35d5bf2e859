{% set mart_rows = [] %}
{% if execute %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' %}
        {%- for measure_group in node.config.meta.get('measure_groups', []) %}
            {%- do mart_rows.append([node.config.schema, node.name, measure_group]) %}
        {%- endfor %}
    {%- endfor %}
{% endif %}

with

declared_marts as (

    {{ declared_rows(['schema_name', 'table_name', 'measure_group'], mart_rows | sort) }}

),

marts_with_deliveries as (

    select
        declared_marts.schema_name,
        declared_marts.table_name,
        declared_marts.measure_group,
        groups.as_of_date,
        groups.complete_up_to,
        case
            when
                groups.complete_up_to
                = min(groups.complete_up_to) over (partition by declared_marts.schema_name, declared_marts.table_name)
                then groups.held_back_by
        end as held_back_by
    from declared_marts
    inner join {{ ref('int_delivery__measure_groups') }} as groups
        on declared_marts.measure_group = groups.measure_group

)

select
    ---------- keys
    schema_name,
    table_name,

    ---------- attributes
    nullif({{ dbt.listagg('measure_group', "', '", 'order by measure_group') }}, '') as measure_groups,
    max(as_of_date) as as_of_date,
    min(complete_up_to) as complete_up_to,
    nullif({{ dbt.listagg('held_back_by', "', '", 'order by measure_group') }}, '') as held_back_by,

    ---------- measure
    cast({{ days_between('min(complete_up_to)', 'max(as_of_date)') }} as bigint) as days_behind
from marts_with_deliveries
group by schema_name, table_name
