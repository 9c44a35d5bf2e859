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
    {%- for name in ['utm_source', 'utm_campaign', 'referrer'] %}
        {{ 'and ' if not loop.first -}}
        (rules.{{ name }} is null or (origins.{{ name }} <> '' and lower(origins.{{ name }}) like rules.{{ name }}))
    {%- endfor %}
qualify
    row_number() over (
        partition by origins.utm_source, origins.utm_campaign, origins.referrer
        order by rules.rule_number
    ) = 1
