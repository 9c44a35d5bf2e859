with

spend_by_day as (

    select
        spend_date as date_day,
        campaign_key,
        {{ null_propagating_sum('spend_amount_reporting') }} as spend_amount,
        {{ null_propagating_sum('impression_count') }} as impression_count,
        {{ null_propagating_sum('click_count') }} as click_count
    from {{ ref('fct_ad_spend') }}
    where spend_date <= {{ as_of() }}
    group by spend_date, campaign_key

),

-- Visits that a link with utm values brought, by these; not those of programs.
visits_by_link as (

    select
        session_date as date_day,
        coalesce(utm_source, '') as utm_source,
        coalesce(utm_campaign, '') as utm_campaign,
        coalesce(country_code, '') as country_code,
        count(*) as visit_count,
        count_if(has_purchase) as purchase_visit_count
    from {{ ref('fct_web_session') }}
    where
        session_date <= {{ as_of() }}
        and not is_bot
        and (utm_source is not null or utm_campaign is not null)
    group by session_date, utm_source, utm_campaign, country_code

),

-- Links of two campaigns may be alike: then country and day decide. Where they leave several, or none, nobody knows which campaign it was.
links_with_campaigns as (

    select
        visits.date_day,
        visits.utm_source,
        visits.utm_campaign,
        visits.country_code,
        case when count(campaigns.campaign_key) = 1 then max(campaigns.campaign_key) else 'unknown' end as campaign_key
    from visits_by_link as visits
    left join {{ ref('dim_campaign') }} as campaigns
        on
            visits.utm_source = campaigns.utm_source
            and visits.utm_campaign = campaigns.utm_campaign
            and visits.country_code = coalesce(campaigns.country_code, visits.country_code)
            and visits.date_day >= coalesce(campaigns.started_on, visits.date_day)
            and visits.date_day <= coalesce(campaigns.ended_on, visits.date_day)
    group by visits.date_day, visits.utm_source, visits.utm_campaign, visits.country_code

),

visits_by_day as (

    select
        visits.date_day,
        links.campaign_key,
        sum(visits.visit_count) as visit_count,
        sum(visits.purchase_visit_count) as purchase_visit_count
    from visits_by_link as visits
    inner join links_with_campaigns as links
        on
            visits.date_day = links.date_day
            and visits.utm_source = links.utm_source
            and visits.utm_campaign = links.utm_campaign
            and visits.country_code = links.country_code
    group by visits.date_day, links.campaign_key

),

known_days as (

    select
        {{ counted_up_to(['ad_spend']) }} as spend_up_to,
        {{ counted_up_to(['sessions']) }} as sessions_up_to

),

days as (

    select
        known_days.*,
        coalesce(spend.date_day, visits.date_day) as date_day,
        coalesce(spend.campaign_key, visits.campaign_key) as campaign_key,
        {%- for measure in ['spend_amount', 'impression_count', 'click_count'] %}
            case when spend.date_day is null then 0 else spend.{{ measure }} end as {{ measure }},
        {%- endfor %}
        coalesce(visits.visit_count, 0) as visit_count,
        coalesce(visits.purchase_visit_count, 0) as purchase_visit_count
    from spend_by_day as spend
    full join visits_by_day as visits
        on
            spend.date_day = visits.date_day
            and spend.campaign_key = visits.campaign_key
    cross join known_days

)

select
    ---------- keys
    date_day,
    campaign_key,

    ---------- what the platforms say
    cast(case when date_day <= spend_up_to then spend_amount end as decimal(18, 3)) as spend_amount,
    cast(case when date_day <= spend_up_to then impression_count end as bigint) as impression_count,
    cast(case when date_day <= spend_up_to then click_count end as bigint) as click_count,

    ---------- what the shop saw
    cast(case when date_day <= sessions_up_to then visit_count end as bigint) as visit_count,
    cast(case when date_day <= sessions_up_to then purchase_visit_count end as bigint) as purchase_visit_count,

    '{{ var("reporting_currency") }}' as currency_code
from days
