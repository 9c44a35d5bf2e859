with

spend_by_day as (

    select
        spend_date as date_day,
        'campaign' as traffic_kind,
        campaign_key,
        spend_amount_reporting as spend_amount,
        impression_count,
        click_count
    from {{ ref('fct_ad_spend') }}
    where spend_date <= {{ as_of() }}

),

visits_by_day as (

    select
        session_date as date_day,
        traffic_kind,
        campaign_key,
        count(*) as visit_count,
        count_if(has_purchase) as purchase_visit_count
    from {{ ref('agg_visit__campaigns') }}
    group by session_date, traffic_kind, campaign_key

),

figures as (

    select
        coalesce(spend.date_day, visits.date_day) as date_day,
        coalesce(spend.traffic_kind, visits.traffic_kind) as traffic_kind,
        coalesce(spend.campaign_key, visits.campaign_key) as campaign_key,
        {%- for measure in ['spend_amount', 'impression_count', 'click_count'] %}
            case when spend.date_day is null then 0 else spend.{{ measure }} end as {{ measure }},
        {%- endfor %}
        coalesce(visits.visit_count, 0) as visit_count,
        coalesce(visits.purchase_visit_count, 0) as purchase_visit_count,
        true as has_figures
    from spend_by_day as spend
    full join visits_by_day as visits
        on
            spend.date_day = visits.date_day
            and spend.traffic_kind = visits.traffic_kind
            and spend.campaign_key = visits.campaign_key

),

-- Days of campaigns of which nothing came, from the first day on that anything is known of.
quiet_days as (

    select
        dates.date_day,
        'campaign' as traffic_kind,
        campaigns.campaign_key
    from {{ ref('dim_campaign') }} as campaigns
    inner join {{ ref('dim_date') }} as dates
        on dates.date_day between campaigns.started_on and coalesce(campaigns.ended_on, {{ as_of() }})
    left join figures
        on
            dates.date_day = figures.date_day
            and campaigns.campaign_key = figures.campaign_key
    where
        figures.date_day is null
        and dates.date_day <= {{ as_of() }}
        and dates.date_day >= (select min(known_figures.date_day) from figures as known_figures)

),

known_days as (

    select
        {{ counted_up_to(['ad_spend']) }} as spend_up_to,
        {{ counted_up_to(['sessions']) }} as sessions_up_to

),

days as (

    select *
    from figures

    union all

    select
        date_day,
        traffic_kind,
        campaign_key,
        0 as spend_amount,
        0 as impression_count,
        0 as click_count,
        0 as visit_count,
        0 as purchase_visit_count,
        false as has_figures
    from quiet_days

)

select
    ---------- keys
    days.date_day,
    days.traffic_kind,
    days.campaign_key,

    ---------- attribute
    days.has_figures,

    ---------- what the platforms say
    cast(case when days.date_day <= known_days.spend_up_to then days.spend_amount end as decimal(18, 3))
        as spend_amount,
    cast(case when days.date_day <= known_days.spend_up_to then days.impression_count end as bigint)
        as impression_count,
    cast(case when days.date_day <= known_days.spend_up_to then days.click_count end as bigint) as click_count,

    ---------- what the shop saw
    cast(case when days.date_day <= known_days.sessions_up_to then days.visit_count end as bigint) as visit_count,
    cast(case when days.date_day <= known_days.sessions_up_to then days.purchase_visit_count end as bigint)
        as purchase_visit_count
from days
cross join known_days
