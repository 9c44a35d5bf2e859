-- Asked once for each link and day, and not for each visit.
with

links as (

    select distinct
        session_date,
        coalesce(utm_source, '') as utm_source,
        coalesce(utm_campaign, '') as utm_campaign,
        coalesce(country_code, '') as country_code
    from {{ ref('fct_web_session') }}
    where
        session_date <= {{ as_of() }}
        and (utm_source is not null or utm_campaign is not null)

)

-- Links of two campaigns may be alike: then country and day decide. Where they leave several, or none, nobody knows which campaign it was.
select
    ---------- keys
    links.session_date,
    links.utm_source,
    links.utm_campaign,
    links.country_code,

    ---------- attribute
    case when count(campaigns.campaign_key) = 1 then max(campaigns.campaign_key) else 'unknown' end as campaign_key
from links
left join {{ ref('dim_campaign') }} as campaigns
    on
        links.utm_source = campaigns.utm_source
        and links.utm_campaign = campaigns.utm_campaign
        and links.country_code = coalesce(campaigns.country_code, links.country_code)
        and links.session_date >= coalesce(campaigns.started_on, links.session_date)
        and links.session_date <= coalesce(campaigns.ended_on, links.session_date)
group by links.session_date, links.utm_source, links.utm_campaign, links.country_code
