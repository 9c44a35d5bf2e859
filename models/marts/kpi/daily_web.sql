with

visits as (

    select
        *,
        coalesce(country_code, 'unknown') as visit_country_code,
        coalesce(device_type, 'unknown') as visit_device_type
    from {{ ref('agg_visit__channel_groups') }}
    where session_date <= {{ as_of() }}

),

visits_by_day as (

    select
        session_date as date_day,
        visit_country_code as country_code,
        visit_device_type as device_type,
        channel_group,
        count_if(not is_bot) as visit_count,
        count_if(not is_bot and event_count = 1) as bounce_count,
        sum(case when is_bot then 0 else product_view_count end) as product_view_count,
        count_if(not is_bot and product_view_count > 0) as product_view_visit_count,
        count_if(not is_bot and has_cart) as cart_visit_count,
        count_if(not is_bot and has_checkout) as checkout_visit_count,
        count_if(not is_bot and has_purchase) as purchase_visit_count,
        count_if(not is_bot and funnel_step >= 2) as funnel_cart_visit_count,
        count_if(not is_bot and funnel_step >= 3) as funnel_checkout_visit_count,
        count_if(not is_bot and funnel_step >= 4) as funnel_purchase_visit_count,
        count_if(is_bot) as bot_visit_count
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
        'checkout_visit_count', 'purchase_visit_count', 'funnel_cart_visit_count', 'funnel_checkout_visit_count',
        'funnel_purchase_visit_count', 'bot_visit_count',
    ] %}
    cast(case when date_day <= {{ complete_up_to(['sessions']) }} then {{ measure }} end as bigint) as {{ measure }}
    {{- ',' if not loop.last }}
{%- endfor %}
from visits_by_day
