{% set days_of_month = 30.4375 %}

with

verdicts as (

    select
        *,
        count_if(coalesce(is_alert, false)) over (partition by series_kind, subject_key, country_code) as alert_count,
        count(is_alert) over (partition by series_kind, subject_key, country_code) as known_period_count,
        cast(period_start as date) = {{ as_of() }}
        and (period_kind = 'day' or extract(hour from period_start) = 23) as is_newest
    from {{ ref('pred_series__verdicts') }}

),

kpis as (

    select *
    from {{ ref('kpi_definitions') }}

),

products as (

    select *
    from {{ ref('dim_product') }}

),

campaigns as (

    select *
    from {{ ref('dim_campaign') }}

)

select
    ---------- keys
    verdicts.series_kind,
    verdicts.subject_key,
    verdicts.country_code,
    verdicts.period_start,

    ---------- attributes
    verdicts.period_kind,
    coalesce(kpis.label, products.product_name, campaigns.campaign_name, verdicts.subject_key) as subject_name,
    verdicts.is_newest,
    case
        when verdicts.is_alert then 'alert'
        when not verdicts.is_alert then 'usual'
        else 'unknown'
    end as alert_status,
    case
        when not verdicts.is_alert then null
        when verdicts.value > verdicts.upper_value then 'above'
        when verdicts.value < verdicts.lower_value then 'below'
    end as alert_direction,
    verdicts.unknown_reason,
    verdicts.based_on,

    ---------- values
    verdicts.value,
    verdicts.expected_value,
    verdicts.lower_value,
    verdicts.upper_value,
    verdicts.score,
    verdicts.group_size,

    ---------- how often it alarms
    cast({{ var('alerts').false_alarms_per_month }} as double) as allowed_alarms_per_month,
    round(
        cast(verdicts.alert_count as double) * {{ days_of_month }}
        * case verdicts.period_kind when 'hour' then 24 else 1 end
        / nullif(cast(verdicts.known_period_count as double), 0), 2
    ) as alarms_per_month,
    cast(verdicts.known_period_count as bigint) as known_period_count
from verdicts
left join kpis
    on
        verdicts.series_kind = 'kpi'
        and verdicts.subject_key = kpis.kpi_name
left join products
    on
        verdicts.series_kind like '%returns%'
        and verdicts.subject_key = products.product_key
left join campaigns
    on
        verdicts.series_kind = 'campaign_click_price'
        and verdicts.subject_key = campaigns.campaign_key
where
    verdicts.is_newest
    or verdicts.is_alert
