with

campaigns as (

    select *
    from {{ ref('stg_ads__campaigns') }}

),

-- Campaigns that money was spent on before they were described.
inferred_campaigns as (

    select distinct spend.campaign_id
    from {{ ref('stg_ads__daily_spend') }} as spend
    left join campaigns
        on spend.campaign_id = campaigns.campaign_id
    where campaigns.campaign_id is null

),

members as (

    select
        campaign_id,
        campaign_name,
        platform,
        utm_source,
        utm_campaign,
        country_code,
        currency_code,
        daily_budget_amount,
        started_on,
        ended_on,
        false as is_inferred
    from campaigns

    union all by name

    select
        campaign_id,
        true as is_inferred
    from inferred_campaigns

    union all by name

    select
        cast(null as varchar) as campaign_id,
        'Unknown campaign' as campaign_name,
        false as is_inferred

)

select
    ---------- keys
    {{ surrogate_key('campaign_id') }} as campaign_key,
    campaign_id,

    ---------- attributes
    campaign_name,
    platform,
    utm_source,
    utm_campaign,
    country_code,
    currency_code,
    cast(daily_budget_amount as decimal(18, 3)) as daily_budget_amount,
    started_on,
    ended_on,
    is_inferred
from members
