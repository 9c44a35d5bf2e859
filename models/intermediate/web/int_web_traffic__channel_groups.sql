-- Rules are asked once for each origin that visits have, and not for each visit.
with

origins as (

    select distinct
        coalesce(utm_source, '') as utm_source,
        coalesce(utm_campaign, '') as utm_campaign,
        coalesce(referrer, '') as referrer
    from {{ ref('fct_web_session') }}

)

select
    ---------- keys
    origins.utm_source,
    origins.utm_campaign,
    origins.referrer,

    ---------- attribute
    coalesce(rules.channel_group, 'other') as channel_group
from origins
left join {{ ref('channel_groups') }} as rules
    on
        (rules.utm_source is null or (origins.utm_source <> '' and lower(origins.utm_source) like rules.utm_source))
        and (
            rules.utm_campaign is null
            or (origins.utm_campaign <> '' and lower(origins.utm_campaign) like rules.utm_campaign)
        )
        and (rules.referrer is null or (origins.referrer <> '' and lower(origins.referrer) like rules.referrer))
qualify
    row_number() over (
        partition by origins.utm_source, origins.utm_campaign, origins.referrer
        order by rules.rule_number
    ) = 1
