{% set declared = [] %}
{% if execute %}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' %}
        {%- for measure_group in node.config.meta.get('measure_groups', []) %}
            {%- do declared.append([node.config.schema, node.name, measure_group]) %}
        {%- endfor %}
    {%- endfor %}
{% endif %}

with

declared as (

    {{ declared_rows(['schema_name', 'table_name', 'measure_group'], declared | sort) }}

),

joined as (

    select
        declared.schema_name,
        declared.table_name,
        declared.measure_group,
        groups.as_of_date,
        groups.complete_up_to,
        case
            when
                groups.complete_up_to
                = min(groups.complete_up_to) over (partition by declared.schema_name, declared.table_name)
                then groups.held_back_by
        end as held_back_by
    from declared
    inner join {{ ref('int_delivery__measure_groups') }} as groups
        on declared.measure_group = groups.measure_group

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
from joined
group by schema_name, table_name
