{{
    config(
        materialized='incremental',
        incremental_strategy='replace_keys',
        unique_key='session_id',
        cluster_by='session_date',
        on_schema_change='append_new_columns',
    )
}}

{% set events = ref('stg_web__events') %}

with

events as (

    select *
    from {{ events }}
    {{ where_touched('session_id', [events]) }}

),

sessions as (

    select
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,

        -- A visitor may log in half way; one session belongs to one person.
        max(customer_key) as customer_key,
        max(device_key) as device_key,
        max(device_type) as device_type,
        max(country_code) as country_code,

        -- The first event that names a source brought the visit.
        min_by(utm_source, case when utm_source is not null then event_id end)
            as utm_source,
        min_by(
            utm_campaign, case when utm_campaign is not null then event_id end
        ) as utm_campaign,
        max(order_id) as order_id,

        count(*) as event_count,
        count_if(event_type = 'page_view') as page_view_count,
        count_if(event_type = 'search') as search_count,
        count_if(event_type = 'product_view') as product_view_count,
        coalesce(count_if(event_type = 'product_view' and not in_stock), 0)
            as unavailable_product_view_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
        count_if(event_type = 'begin_checkout') as checkout_count,
        count_if(event_type = 'purchase') as purchase_count
    from events
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
    add_to_cart_count > 0 as has_cart,
    checkout_count > 0 as has_checkout,
    purchase_count > 0 as has_purchase,

    ---------- measures
    cast(event_count as bigint) as event_count,
    cast(page_view_count as bigint) as page_view_count,
    cast(search_count as bigint) as search_count,
    cast(product_view_count as bigint) as product_view_count,
    cast(unavailable_product_view_count as bigint)
        as unavailable_product_view_count,
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
    {{ current_batch() }} as _batch
from sessions
