{{ config(materialized=live_materialization()) }}
{% set pause = "-" ~ var('visit_gap_minutes') %}
{% set bots = var('bots') %}
{% set consent = var('privacy').purposes.marketing.consent %}

with

clock as (

    select
        live_at,
        cast({{ dbt.dateadd('minute', pause, 'live_at') }} as timestamp) as in_progress_since
    from {{ ref('int_live__clock') }}

),

-- Visits as fct_web_session tells them apart. Of what a device did without session ids, the last visit alone can be in
-- progress.
events_with_pauses as (

    select
        *,
        case
            when
                coalesce(session_id <> _visit_scope, true)
                and lag(occurred_at) over (partition by _visit_scope order by occurred_at, event_id)
                < cast({{ dbt.dateadd('minute', pause, 'occurred_at') }} as timestamp)
                then occurred_at
        end as begun_anew_at
    from {{ ref('int_live__events') }}

),

events as (

    select
        *,
        row_number() over (partition by _visit_scope order by occurred_at, _version, event_id) as event_number,
        min(case when event_type = 'product_view' then occurred_at end) over (partition by _visit_scope)
            as first_viewed_at,
        max(case when event_type = 'purchase' then occurred_at end) over (partition by _visit_scope)
            as last_purchased_at
    from (
        select
            *,
            max(begun_anew_at) over (partition by _visit_scope) as visit_begun_at
        from events_with_pauses
    ) as events_with_pauses
    where visit_begun_at is null or occurred_at >= visit_begun_at

),

visits as (

    select
        _visit_scope,
        coalesce(
            max(case when session_id = _visit_scope then session_id end), 'visit-' || min_by(event_id, event_number)
        ) as session_id,
        max_by(customer_key, case when customer_key is not null then event_number end) as customer_key,
        min_by(device_type, case when device_type is not null then event_number end) as device_type,
        min_by(country_code, case when country_code is not null then event_number end) as country_code,
        min_by(utm_source, case when utm_source is not null then event_number end) as utm_source,
        case
            when count(utm_source) = 0
                then min_by(utm_campaign, case when utm_campaign is not null then event_number end)
            else nullif(
                min_by(coalesce(utm_campaign, ''), case when utm_source is not null then event_number end), ''
            )
        end as utm_campaign,
        max_by(product_id, case when product_id is not null then event_number end) as product_id,
        max_by(in_stock, case when event_type = 'product_view' and in_stock is not null then event_number end)
            as was_in_stock,
        min(occurred_at) as started_at,
        max(occurred_at) as last_event_at,
        min(first_viewed_at) as first_viewed_at,
        min(case when event_type = 'add_to_cart' and occurred_at >= first_viewed_at then occurred_at end)
            as put_into_cart_at,
        max(case when event_type = 'begin_checkout' then occurred_at end) as last_checkout_at,
        max(case when event_type = 'begin_checkout' and occurred_at <= last_purchased_at then occurred_at end)
            as last_checkout_with_purchase_at,
        max(last_purchased_at) as last_purchased_at,
        count(*) as event_count,
        count_if(event_type = 'product_view') as product_view_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        coalesce(count_if(event_type = 'product_view' and not in_stock), 0) as unavailable_product_view_count,
        count_if(has_agent_of_bot) > 0 as has_agent_of_bot
    from events
    group by _visit_scope

),

-- What was put in and not taken out again, since the last purchase.
cart_lines as (

    select
        _visit_scope,
        product_id,
        sum(case event_type when 'add_to_cart' then quantity else -quantity end) as quantity
    from events
    where
        event_type in ('add_to_cart', 'remove_from_cart')
        and (last_purchased_at is null or occurred_at > last_purchased_at)
    group by _visit_scope, product_id

),

rates as (

    select
        currency_code,
        reporting_rate
    from {{ ref('int_currency__daily_rates') }}
    qualify row_number() over (partition by currency_code order by rate_date desc nulls last) = 1

),

products as (

    select
        products.*,
        {{ convert('products.list_price', 'products.currency_code', 'rates.reporting_rate') }} as price_reporting
    from {{ ref('dim_product') }} as products
    left join rates
        on products.currency_code = rates.currency_code

),

carts as (

    select
        cart_lines._visit_scope,
        sum(cart_lines.quantity) as unit_count,
        {{ null_propagating_sum(safe_decimal('cart_lines.quantity * products.price_reporting')) }} as amount_reporting
    from cart_lines
    left join products
        on cart_lines.product_id = products.product_id
    where cart_lines.quantity > 0
    group by cart_lines._visit_scope

),

consents as (

    select customer_key
    from {{ ref('int_person__consents') }}
    where
        purpose = '{{ consent }}'
        and is_granted

),

-- Allowed when the release was made; whose consent does not stand any more is offered nothing.
offers as (

    select *
    from {{ ref('offer_candidates') }}
    where offer_rank = 1

)

select
    ---------- keys
    visits.session_id,
    coalesce(visits.customer_key, 'unknown') as customer_key,
    products.product_key,

    ---------- the visit
    visits.device_type,
    visits.country_code,
    visits.utm_source,
    visits.utm_campaign,
    case
        when visits.last_purchased_at is not null and carts._visit_scope is null then 'purchased'
        when visits.last_checkout_at > coalesce(visits.last_purchased_at, visits.started_at) then 'checkout'
        when carts._visit_scope is not null then 'cart'
        when visits.first_viewed_at is not null then 'product'
        else 'looking'
    end as visit_stage,
    cast(
        case
            when visits.put_into_cart_at <= visits.last_checkout_with_purchase_at then 4
            when visits.put_into_cart_at <= visits.last_checkout_at then 3
            when visits.put_into_cart_at is not null then 2
            when visits.first_viewed_at is not null then 1
            else 0
        end as bigint
    ) as funnel_step,
    visits.has_agent_of_bot
    or (
        visits.event_count >= {{ bots.fast_visit_events }}
        and visits.event_count > {{ seconds_between('visits.started_at', 'visits.last_event_at') }}
    )
    or (visits.event_count >= {{ bots.long_visit_events }} and visits.add_to_cart_count = 0) as is_bot,

    ---------- what it looks at
    visits.product_id,
    products.product_name,
    products.category_code,
    visits.was_in_stock,
    availability.available_quantity,

    ---------- who it is
    segments.segment_name,
    expectations.purchase_probability_30_days,
    expectations.expected_revenue_90_days_reporting,
    expectations.left_probability,
    consents.customer_key is not null as consents_to_marketing,
    offers.offer_kind as best_offer_kind,
    offers.product_name as best_offer_product_name,
    offers.discount_rate as best_offer_discount_rate,

    ---------- measures
    cast(visits.event_count as bigint) as event_count,
    cast(visits.product_view_count as bigint) as product_view_count,
    cast(visits.unavailable_product_view_count as bigint) as unavailable_product_view_count,
    cast(coalesce(carts.unit_count, 0) as bigint) as cart_unit_count,
    cast(case when carts._visit_scope is null then 0 else carts.amount_reporting end as decimal(18, 3))
        as cart_amount_reporting,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- timestamps
    visits.started_at,
    visits.last_event_at,

    ---------- technical
    visits._visit_scope
from visits
cross join clock
left join carts
    on visits._visit_scope = carts._visit_scope
left join products
    on visits.product_id = products.product_id
left join {{ ref('agg_product__availability') }} as availability
    on products.product_key = availability.product_key
left join {{ ref('customer_segments') }} as segments
    on visits.customer_key = segments.customer_key
left join {{ ref('next_purchase') }} as expectations
    on visits.customer_key = expectations.customer_key
left join consents
    on visits.customer_key = consents.customer_key
left join offers
    on consents.customer_key = offers.customer_key
where visits.last_event_at > clock.in_progress_since
