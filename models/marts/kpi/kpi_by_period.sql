{% set kpis = declared_kpis() if execute else [] %}
{% set kpi_rows = [] %}
{% for kpi in kpis %}
    {%- do kpi_rows.append([kpi.name, kpi.direction, 'true' if kpi.has_country else 'false']) %}
{% endfor %}

with

kpis as (

    {{ declared_rows(['kpi_name', 'direction', 'has_country'], kpi_rows) }}

),

periods as (

    select
        *,
        case period_kind
            when 'day' then {{ add_days('period_start', -1) }}
            when 'week' then {{ add_days('period_start', -7) }}
            when 'month' then {{ add_period('period_start', 'month', -1) }}
            when 'quarter' then {{ add_period('period_start', 'month', -3) }}
        end as previous_start,
        -- 52 weeks, so that a Monday is compared with a Monday.
        case
            when period_kind in ('day', 'week') then {{ add_days('period_start', -364) }}
            else {{ add_period('period_start', 'year', -1) }}
        end as last_year_start
    from {{ ref('agg_kpi__measures') }}

),

kpi_values as (

    select
        kpis.kpi_name,
        kpis.direction,
        periods.period_kind,
        periods.period_start,
        periods.period_end,
        periods.previous_start,
        periods.last_year_start,
        periods.country_code,
        periods.is_complete,
        case kpis.kpi_name
            {%- for kpi in kpis %}
                when '{{ kpi.name }}' then {{ safe_decimal(kpi.sql, 28, 4) }}
            {%- endfor %}
        end as value
    from periods
    cross join kpis
    where
        periods.country_code = 'all'
        or kpis.has_country = 'true'

),

-- Only whole periods are compared: the first days of a month say nothing of how it will end.
compared_values as (

    select
        kpi_values.*,
        previous.value as previous_value,
        last_year.value as last_year_value
    from kpi_values
    left join kpi_values as previous
        on
            kpi_values.kpi_name = previous.kpi_name
            and kpi_values.country_code = previous.country_code
            and kpi_values.period_kind = previous.period_kind
            and kpi_values.previous_start = previous.period_start
            and kpi_values.is_complete
            and previous.is_complete
    left join kpi_values as last_year
        on
            kpi_values.kpi_name = last_year.kpi_name
            and kpi_values.country_code = last_year.country_code
            and kpi_values.period_kind = last_year.period_kind
            and kpi_values.last_year_start = last_year.period_start
            and kpi_values.is_complete
            and last_year.is_complete

),

values_with_targets as (

    select
        compared_values.*,
        targets.target
    from compared_values
    left join {{ ref('kpi_targets') }} as targets
        on
            compared_values.period_kind = 'month'
            and compared_values.period_start = targets.month_start
            and compared_values.kpi_name = targets.kpi_name
            and compared_values.country_code = targets.country_code

)

select
    ---------- keys
    kpi_name,
    period_kind,
    period_start,
    country_code,

    ---------- attributes
    period_end,
    is_complete,

    ---------- values
    cast(value as decimal(28, 4)) as value,
    cast(previous_value as decimal(28, 4)) as previous_value,
    cast(last_year_value as decimal(28, 4)) as last_year_value,
    {%- for compared in ['previous', 'last_year'] %}
        {{ safe_decimal(
            'round(cast(value - ' ~ compared ~ '_value as double) / nullif(abs(' ~ compared ~ '_value), 0), 4)', scale=4
        ) }} as {{ 'change_rate' if compared == 'previous' else 'last_year_change_rate' }},
    {%- endfor %}

    ---------- targets
    cast(target as decimal(28, 4)) as target,
    case
        when not is_complete then null
        when direction = 'up' then value >= target
        else value <= target
    end as is_on_target
from values_with_targets
