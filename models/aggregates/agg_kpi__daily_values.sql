{#- One row for each KPI that models/marts/kpi/definitions declares. What a ratio is divided by is how much it rests on. -#}
{% set kpis = declared_kpis() if execute else [] %}
{% set kpi_rows = [] %}
{% for kpi in kpis %}
    {%- do kpi_rows.append([kpi.name, 'true' if kpi.has_country else 'false']) %}
{% endfor %}

with

kpis as (

    {{ declared_rows(['kpi_name', 'has_country'], kpi_rows) }}

),

days as (

    select *
    from {{ ref('agg_kpi__measures') }}
    where
        period_kind = 'day'
        and period_start > {{ add_days(as_of(), -var('alerts').history_days) }}

),

kpi_values as (

    select
        kpis.kpi_name,
        days.country_code,
        days.period_start as date_day,
        case kpis.kpi_name
            {%- for kpi in kpis %}
                when '{{ kpi.name }}' then cast({{ kpi.sql }} as double)
            {%- endfor %}
        end as value,
        case kpis.kpi_name
            {%- for kpi in kpis %}
                {%- set divisors = modules.re.findall('nullif\\((.+?), 0\\)', kpi.sql) %}
                when '{{ kpi.name }}' then {{ 'cast(' ~ divisors[0] ~ ' as double)' if divisors else 'null' }}
            {%- endfor %}
        end as group_size
    from days
    cross join kpis
    where
        days.country_code = 'all'
        or kpis.has_country = 'true'

)

select
    ---------- keys
    kpi_name,
    country_code,
    date_day,

    ---------- values
    case when coalesce(group_size >= {{ var('alerts').least_group }}, true) then value end as value,
    group_size
from kpi_values
