with

visits as (

    select
        sessions.*,
        coalesce(sessions.country_code, 'unknown') as visit_country_code,
        coalesce(sessions.device_type, 'unknown') as visit_device_type,
        channels.channel_group
    from {{ ref('fct_web_session') }} as sessions
    inner join {{ ref('int_web_traffic__channel_groups') }} as channels
        on
            coalesce(sessions.utm_source, '') = channels.utm_source
            and coalesce(sessions.utm_campaign, '') = channels.utm_campaign
            and coalesce(sessions.referrer, '') = channels.referrer
    where sessions.session_date <= {{ as_of() }}

),

visits_by_day as (

    select
        session_date as date_day,
        visit_country_code as country_code,
        visit_device_type as device_type,
        channel_group,
        count(*) as visit_count,
        count_if(event_count = 1) as bounce_count,
        sum(product_view_count) as product_view_count,
        count_if(product_view_count > 0) as product_view_visit_count,
        count_if(has_cart) as cart_visit_count,
        count_if(has_checkout) as checkout_visit_count,
        count_if(has_purchase) as purchase_visit_count
    from visits
    group by session_date, visit_country_code, visit_device_type, channel_group

)

select
    ---------- keys
    date_day,
    country_code,
    device_type,
    channel_group,

    ---------- measures: unknown for days that were not delivered whole
    {%- for measure in [
        'visit_count', 'bounce_count', 'product_view_count', 'product_view_visit_count', 'cart_visit_count',
        'checkout_visit_count', 'purchase_visit_count',
    ] %}
    cast(case when date_day <= {{ complete_up_to(['sessions']) }} then {{ measure }} end as bigint) as {{ measure }}
    {{- ',' if not loop.last }}
{%- endfor %}
from visits_by_day
