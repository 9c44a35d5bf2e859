{% set kpi_rows = [] %}
{% if execute %}
    {%- for kpi in declared_kpis() %}
        {%- set has_country = 'true' if kpi.has_country else 'false' %}
        {%- do kpi_rows.append([
            kpi.name, kpi.label, kpi.meaning, kpi.formula, kpi.source_tables, kpi.unit, kpi.direction, kpi.owner,
            has_country,
        ]) %}
    {%- endfor %}
{% endif %}

with

declared as (

    {{
        declared_rows(
            [
                'kpi_name', 'label', 'meaning', 'formula', 'source_tables', 'unit', 'direction', 'owner',
                'has_country',
            ],
            kpi_rows,
        )
    }}

)

select
    ---------- key
    declared.kpi_name,

    ---------- attributes
    declared.label,
    declared.meaning,
    declared.formula,
    declared.source_tables,
    declared.unit,
    declared.direction,
    declared.owner,
    declared.has_country = 'true' as has_country,
    declared.kpi_name in (select targets.kpi_name from {{ ref('kpi_targets') }} as targets) as has_target
from declared
