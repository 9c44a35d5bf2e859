{#- One column for each measure that models/marts/kpi/definitions declares. -#}
-- depends_on: {{ ref('int_delivery__measure_groups') }}
{% set tables = [
    'daily_sales', 'daily_web', 'daily_fulfilment', 'daily_inventory', 'daily_marketing', 'daily_service',
    'agg_customer__purchase_days',
] %}
{# Customers are counted from the first sale on, were it a guest's. #}
{% set begins_as = {'agg_customer__purchase_days': 'daily_sales'} %}
{% set measures = kpi_measures() if execute else [] %}
{% set tables_with_country = measures | selectattr('has_country') | map(attribute='table') | unique | list %}

with

first_days as (

    select
        {%- for table in tables %}
            (select min(first_rows.date_day) from {{ ref(begins_as.get(table, table)) }} as first_rows) as {{ table }},
        {%- endfor %}
        {{ as_of() }} as as_of_date

),

days as (

    select dates.*
    from {{ ref('dim_date') }} as dates
    cross join first_days
    where
        dates.date_day <= first_days.as_of_date
        and (
            {%- for table in tables %}
                {{ 'or' if not loop.first }} dates.date_day >= first_days.{{ table }}
            {%- endfor %}
        )

),

period_days as (
    {% for period_kind, period_start, period_end in [
        ('day', 'date_day', 'date_day'),
        ('week', 'iso_week_start', add_days('iso_week_start', 6)),
        ('month', 'month_start', add_days(add_period('month_start', 'month', 1), -1)),
        ('quarter', 'quarter_start', add_days(add_period('quarter_start', 'month', 3), -1)),
    ] %}
        {{ 'union all' if not loop.first }}
        select
            '{{ period_kind }}' as period_kind,
            {{ period_start }} as period_start,
            {{ period_end }} as period_end,
            date_day
        from days
    {% endfor %}
),

periods as (

    select
        period_kind,
        period_start,
        period_end,
        min(date_day) as first_day,
        max(date_day) as last_day
    from period_days
    group by period_kind, period_start, period_end

),
{% for table in tables %}

    {{ table }}_rows as (

        select
            {{ table }}.*,
            'all' as market
        from {{ ref(table) }} as {{ table }}
        {%- if table in tables_with_country %}

            union all

            select
                {{ table }}.*,
                {{ table }}.country_code as market
            from {{ ref(table) }} as {{ table }}
        {%- endif %}

    ),

    {{ table }}_sums as (

        select
            {%- for measure in measures if measure.table == table %}
                {%- if measure.agg == 'count_distinct' %}
                    count(distinct {{ measure.expr }}) as {{ measure.name }},
                {%- else %}
                    {{ null_propagating_sum(measure.expr) }} as {{ measure.name }},
                {%- endif %}
            {%- endfor %}
            period_days.period_kind,
            period_days.period_start,
            {{ table }}_rows.market
        from {{ table }}_rows
        inner join period_days
            on {{ table }}_rows.date_day = period_days.date_day
        group by period_days.period_kind, period_days.period_start, {{ table }}_rows.market

    ),
{% endfor %}

markets as (

    select 'all' as market
    {%- for table in tables_with_country %}

        union distinct

        select market
        from {{ table }}_rows
    {%- endfor %}

),

-- A table that has no row for a day on which nothing happened is known up to the last day that was delivered; the others say it by null.
known_days as (

    select
        {%- for measure in measures %}
            {{ counted_up_to(measure.groups) if measure.groups else as_of() }} as {{ measure.name }},
        {%- endfor %}
        {{ as_of() }} as as_of_date

)

-- A measure is known from the period on that its first row lies in, up to the last day that was delivered.
select
    ---------- keys
    periods.period_kind,
    periods.period_start,
    markets.market as country_code,

    ---------- measures
    {%- for measure in measures %}
        case
            when
                {{ "markets.market <> 'all' or" if not measure.has_country }}
                coalesce(periods.last_day > known_days.{{ measure.name }}, true)
                then null
            when {{ measure.table }}_sums.market is not null then {{ measure.table }}_sums.{{ measure.name }}
            when periods.last_day >= first_days.{{ measure.table }} then 0
        end as {{ measure.name }},
    {%- endfor %}

    ---------- attributes
    periods.period_end,
    periods.first_day = periods.period_start and periods.last_day = periods.period_end as is_complete
from periods
cross join markets
cross join first_days
cross join known_days
{%- for table in tables %}
    left join {{ table }}_sums
        on
            periods.period_kind = {{ table }}_sums.period_kind
            and periods.period_start = {{ table }}_sums.period_start
            and markets.market = {{ table }}_sums.market
{%- endfor %}
