{{ config(materialized='table') }}

with

spend as (

    select *
    from {{ ref('stg_ads__daily_spend') }}

),

rates as (

    select *
    from {{ ref('int_currency__daily_rates') }}

)

select
    ---------- keys
    {{ surrogate_key('spend.campaign_id') }} as campaign_key,
    spend.spend_date,

    ---------- attributes
    spend.currency_code,

    ---------- measures
    cast(spend.spend_amount as decimal(18, 3)) as spend_amount,
    {{ convert('spend.spend_amount', 'spend.currency_code', 'rates.reporting_rate') }}
        as spend_amount_reporting,
    spend.impression_count,
    spend.click_count,
    spend.platform_conversion_count
from spend
left join rates
    on
        spend.spend_date = rates.rate_date
        and spend.currency_code = rates.currency_code
