{{ config(unique_key='session_id', cluster_by='session_date') }}

{% set stg_events = ref('stg_web__events') %}

with

events as (

    select *
    from {{ stg_events }}
    {{ where_keys_changed('session_id', [stg_events]) }}

),

-- Ids say nothing about time; of events of one instant the first delivered is first.
numbered_events as (

    select
        *,
        row_number() over (
            partition by session_id order by occurred_at, _version, event_id
        ) as event_number
    from events

),

session_orders as (

    select
        *,
        case when customer_key is not null then event_number end as named_customer,
        case when device_key is not null then event_number end as named_device,
        case when device_type is not null then event_number end as named_device_type,
        case when country_code is not null then event_number end as named_country,
        case when referrer is not null then event_number end as named_referrer,
        case when utm_source is not null then event_number end as named_source,
        case when utm_campaign is not null then event_number end as named_campaign,
        case when order_id is not null then event_number end as named_order
    from numbered_events

),

sessions as (

    select
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        -- A visitor may log in half way; of several persons the last one counts.
        max_by(customer_key, named_customer) as customer_key,
        min_by(device_key, named_device) as device_key,
        min_by(device_type, named_device_type) as device_type,
        min_by(country_code, named_country) as country_code,
        min_by(referrer, named_referrer) as referrer,

        -- The first event that names a source brought the visit, with its campaign
        -- or none: min_by() would pass over a null.
        min_by(utm_source, named_source) as utm_source,
        case
            when count(utm_source) = 0 then min_by(utm_campaign, named_campaign)
            else nullif(min_by(coalesce(utm_campaign, ''), named_source), '')
        end as utm_campaign,
        min_by(order_id, named_order) as order_id,
        count(*) as event_count,
        count_if(event_type = 'page_view') as page_view_count,
        count_if(event_type = 'search') as search_count,
        count_if(event_type = 'product_view') as product_view_count,
        coalesce(count_if(event_type = 'product_view' and not in_stock), 0) as unavailable_product_view_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
        count_if(event_type = 'begin_checkout') as checkout_count,
        count_if(event_type = 'purchase') as purchase_count
    from session_orders
    group by session_id

)

select
    ---------- keys
    session_id,
    coalesce(customer_key, 'unknown') as customer_key,
    device_key,
    order_id,
    {{ business_date('started_at') }} as session_date,

    ---------- attributes
    device_type,
    country_code,
    utm_source,
    utm_campaign,
    referrer,
    add_to_cart_count > 0 as has_cart,
    checkout_count > 0 as has_checkout,
    purchase_count > 0 as has_purchase,

    ---------- measures
    cast(event_count as bigint) as event_count,
    cast(page_view_count as bigint) as page_view_count,
    cast(search_count as bigint) as search_count,
    cast(product_view_count as bigint) as product_view_count,
    cast(unavailable_product_view_count as bigint) as unavailable_product_view_count,
    cast(add_to_cart_count as bigint) as add_to_cart_count,
    cast(remove_from_cart_count as bigint) as remove_from_cart_count,
    cast(checkout_count as bigint) as checkout_count,
    cast(purchase_count as bigint) as purchase_count,
    {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,

    ---------- timestamps
    started_at,
    ended_at,

    ---------- technical
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from sessions
