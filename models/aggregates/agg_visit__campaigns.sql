{{ config(materialized='view') }}

select
    ---------- keys
    visits.session_id,
    visits.session_date,
    coalesce(links.campaign_key, 'unknown') as campaign_key,

    ---------- attributes
    case
        when links.campaign_key is null then 'no_campaign'
        when links.campaign_key = 'unknown' then 'unknown_campaign'
        else 'campaign'
    end as traffic_kind,
    visits.has_purchase
from {{ ref('fct_web_session') }} as visits
left join {{ ref('agg_web_traffic__campaigns') }} as links
    on
        visits.session_date = links.session_date
        and coalesce(visits.utm_source, '') = links.utm_source
        and coalesce(visits.utm_campaign, '') = links.utm_campaign
        and coalesce(visits.country_code, '') = links.country_code
where
    visits.session_date <= {{ as_of() }}
    and not visits.is_bot
