{#- What events gave up is needed until visits are made without it; a key of a device that was erased is kept no longer. -#}
{{
    config(
        unique_key='_visit_scope',
        cluster_by='session_date',
        post_hook="delete from {{ ledger('former_parents') }} where parent_column = '_visit_scope'",
    )
}}

{% set stg_events = ref('stg_web__events') %}
{% set where_changed = where_keys_changed('_visit_scope', [stg_events]) %}
{% set bots = var('bots') %}

with

-- Visits that the source has told apart.
events_with_session_ids as (

    select
        *,
        session_id as visit_id
    from (
        select *
        from {{ stg_events }}
        {{ where_changed }}
    ) as events
    where session_id = _visit_scope

),

-- The others end with a pause. Which event follows which is said by times and ids, so that deliveries in any order
-- make the same visits.
events_without_session_ids as (

    select
        *,
        lag(occurred_at) over (partition by _visit_scope order by occurred_at, event_id) as previous_at
    from (
        select *
        from {{ stg_events }}
        {{ where_changed }}
    ) as events
    where coalesce(session_id <> _visit_scope, true)

),

events_with_visit_numbers as (

    select
        *,
        count(
            case
                when previous_at is null then 1
                when
                    occurred_at > cast({{ dbt.dateadd('minute', var('visit_gap_minutes'), 'previous_at') }} as timestamp)
                    then 1
            end
        ) over (
            partition by _visit_scope
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from events_without_session_ids

),

-- Such a visit is called after its first event.
events_in_visits as (

    select *
    from events_with_session_ids

    union all

    select
        * exclude (previous_at, visit_number),
        'visit-' || first_value(event_id) over (
            partition by _visit_scope, visit_number order by occurred_at, event_id
        ) as visit_id
    from events_with_visit_numbers

),

-- Ids say nothing about time; of events of one instant the first delivered is first.
numbered_events as (

    select
        *,
        row_number() over (
            partition by visit_id order by occurred_at, _version, event_id
        ) as event_number,
        min(case when event_type = 'product_view' then occurred_at end) over (partition by visit_id)
            as first_viewed_at,
        max(case when event_type = 'purchase' then occurred_at end) over (partition by visit_id)
            as last_purchased_at
    from events_in_visits

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
        visit_id,
        min(_visit_scope) as _visit_scope,
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

        -- The steps of the funnel in their order: the first cart after a view, and the last checkout before a purchase,
        -- leave the most room for what has to lie between.
        min(first_viewed_at) as first_viewed_at,
        min(case when event_type = 'add_to_cart' and occurred_at >= first_viewed_at then occurred_at end)
            as put_into_cart_at,
        max(case when event_type = 'begin_checkout' then occurred_at end) as last_checkout_at,
        max(case when event_type = 'begin_checkout' and occurred_at <= last_purchased_at then occurred_at end)
            as last_checkout_with_purchase_at,
        max(
            case
                when user_agent is null then 0
                when
                    {%- for pattern in bots.user_agents %}
                        {{ 'or ' if not loop.first }}lower(user_agent) like '{{ pattern }}'
                    {%- else %}
                        false
                    {%- endfor %}
                    then 1
                else 0
            end
        ) = 1 as has_agent_of_bot,
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
    group by visit_id

),

sessions_with_bots as (

    select
        *,
        {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,
        case
            when has_agent_of_bot then 'user_agent'
            when
                event_count >= {{ bots.fast_visit_events }}
                and event_count > {{ seconds_between('started_at', 'ended_at') }}
                then 'too_fast'
            when event_count >= {{ bots.long_visit_events }} and add_to_cart_count = 0 then 'many_events_no_cart'
        end as bot_rule
    from sessions

)

select
    ---------- keys
    visit_id as session_id,
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
    cast(
        case
            when put_into_cart_at <= last_checkout_with_purchase_at then 4
            when put_into_cart_at <= last_checkout_at then 3
            when put_into_cart_at is not null then 2
            when first_viewed_at is not null then 1
            else 0
        end as bigint
    ) as funnel_step,
    bot_rule is not null as is_bot,
    bot_rule,

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
    duration_seconds,

    ---------- timestamps
    started_at,
    ended_at,

    ---------- technical
    _visit_scope,
    false as _is_deleted,
    {{ current_load_id() }} as _load_id
from sessions_with_bots
