{#- What is booked in staging and facts on each day, measure by measure, against what the daily tables show of the day: what a fact holds and no day shows is
    found, and the other way round. It joins no calendar, and leaves out nothing but later days and what is no sale. A sum with an unknown part is unknown.
    Of each table: groups, and measure: [rows, day, what one row books, condition, what a row of the table shows]. -#}
{%- set routes = [
    ('daily_sales', ['sales', 'cost', 'refunds'], {
        'order_count': ['orders', 'order_date', '1', 'is_purchase'],
        'order_count of guests': ['orders', 'order_date', '1', 'is_purchase and customer_key is null', "case when customer_type = 'guest' then order_count else 0 end"],
        'order_count of new': ['orders', 'order_date', '1', 'is_purchase and order_date = first_order_date', "case when customer_type = 'new' then order_count else 0 end"],
        'order_count of returning': ['orders', 'order_date', '1', 'is_purchase and order_date > first_order_date', "case when customer_type = 'returning' then order_count else 0 end"],
        'placed_order_count': ['orders', 'order_date', '1', 'is_purchase or not is_sale'],
        'cancelled_order_count': ['orders', 'order_date', '1', "order_status = 'cancelled'"],
        'unit_count': ['lines', 'order_date', 'quantity', 'is_sale'],
        'gross_sales_amount': [ref('fct_order'), 'order_date', 'gross_amount_reporting', 'is_sale'],
        'discount_amount': [ref('fct_order'), 'order_date', 'discount_amount_reporting', 'is_sale'],
        'tax_amount': [ref('fct_order'), 'order_date', 'tax_amount_reporting', 'is_sale'],
        'shipping_amount': [ref('fct_order'), 'order_date', 'shipping_amount_reporting', 'is_sale'],
        'purchase_amount': [ref('fct_order'), 'order_date', 'net_amount_reporting', 'is_purchase'],
        'cost_amount': [ref('fct_order'), 'order_date', 'cost_amount_reporting', 'is_sale'],
        'refund_amount': ['refunds', 'refund_date', 'amount_reporting', 'is_unmatched or is_sale'],
        'unmatched_refund_amount': ['refunds', 'refund_date', 'amount_reporting', 'is_unmatched'],
    }),
    ('daily_sales', ['returns'], {
        'returned_unit_count': ['returns', 'return_date', 'quantity', 'is_unmatched or is_sale'],
    }),
    ('daily_web', ['sessions'], {
        'visit_count': ['sessions', 'session_date', '1', 'not is_bot'],
        'bounce_count': ['sessions', 'session_date', '1', 'not is_bot and event_count = 1'],
        'product_view_visit_count': ['sessions', 'session_date', '1', 'not is_bot and product_view_count > 0'],
        'product_view_count': ['sessions', 'session_date', 'product_view_count', 'not is_bot'],
        'cart_visit_count': ['sessions', 'session_date', '1', 'not is_bot and has_cart'],
        'checkout_visit_count': ['sessions', 'session_date', '1', 'not is_bot and has_checkout'],
        'purchase_visit_count': ['sessions', 'session_date', '1', 'not is_bot and has_purchase'],
        'funnel_cart_visit_count': [ref('fct_web_session'), 'session_date', '1', 'not is_bot and funnel_step >= 2'],
        'funnel_checkout_visit_count': [ref('fct_web_session'), 'session_date', '1', 'not is_bot and funnel_step >= 3'],
        'funnel_purchase_visit_count': [ref('fct_web_session'), 'session_date', '1', 'not is_bot and funnel_step = 4'],
        'bot_visit_count': ['sessions', 'session_date', '1', 'is_bot'],
    }),
    ('daily_fulfilment', ['parcels', 'tracking'], {
        'parcel_count': ['parcels', 'ship_date', '1', 'true'],
        'shipping_cost_amount': [ref('fct_shipment'), 'ship_date', 'shipping_cost_reporting', 'true'],
        'failed_delivery_count': ['parcels', 'ship_date', 'failed_delivery_count', 'true'],
        'returned_to_sender_count': ['parcels', 'ship_date', '1', 'is_returned'],
        'delivered_parcel_count': ['parcels', 'delivery_date', '1', 'delivery_date is not null'],
        'promised_parcel_count': ['parcels', 'delivery_date', '1', 'delivery_date is not null and promised_on is not null'],
        'on_time_parcel_count': ['parcels', 'delivery_date', '1', 'delivery_date <= promised_on'],
        'delivery_days': ['parcels', 'delivery_date', days_between('ship_date', 'delivery_date'), 'delivery_date is not null'],
    }),
    ('daily_inventory', ['stock', 'cost'], {
        'closing_quantity': ['stocks', 'date_day', 'closing_quantity', 'true'],
        'sold_quantity': ['movements', 'movement_date', '-quantity', "movement_type = 'sale'"],
        'stock_value_amount': [ref('daily_inventory_position'), 'date_day', 'stock_value_reporting', 'true'],
        'cost_of_goods_sold_amount': [ref('daily_inventory_position'), 'date_day', 'cost_of_goods_sold_reporting', 'true'],
        'lost_sales_amount': [ref('daily_inventory_position'), 'date_day', 'lost_sales_reporting', 'true'],
        'lost_unit_count': [ref('daily_inventory_position'), 'date_day', 'lost_quantity', 'true'],
        'product_count': [ref('daily_inventory_position'), 'date_day', '1', 'not is_discontinued'],
        'stocked_out_product_count': [ref('daily_inventory_position'), 'date_day', '1', 'is_stocked_out and not is_discontinued'],
    }),
    ('daily_service', ['tickets', 'messages', 'reviews', 'surveys'], {
        'opened_ticket_count': ['tickets', 'opened_date', '1', 'true'],
        'first_response_count': ['tickets', 'answered_date', '1', 'answered_date is not null'],
        'first_response_seconds': ['tickets', 'answered_date', seconds_between('opened_at', 'answered_at'), 'answered_date is not null'],
        'solved_ticket_count': ['tickets', 'solved_date', '1', 'solved_date is not null'],
        'resolution_seconds': ['tickets', 'solved_date', seconds_between('opened_at', 'solved_at'), 'solved_date is not null'],
        'satisfaction_count': ['reviews', 'review_date', '1', "review_status in ('pending', 'published')"],
        'satisfaction_score': ['reviews', 'review_date', 'stars', "review_status in ('pending', 'published')"],
        'promoter_count': ['answers', 'response_date', '1', 'score in (9, 10)'],
        'passive_count': ['answers', 'response_date', '1', 'score in (7, 8)'],
        'detractor_count': ['answers', 'response_date', '1', 'score < 7'],
    }),
    ('daily_marketing', ['ad_spend', 'sessions'], {
        'spend_amount': [ref('fct_ad_spend'), 'spend_date', 'spend_amount_reporting', 'true'],
        'impression_count': [ref('stg_ads__daily_spend'), 'spend_date', 'impression_count', 'true'],
        'click_count': [ref('stg_ads__daily_spend'), 'spend_date', 'click_count', 'true'],
        'visit_count': ['sessions', 'session_date', '1', 'not is_bot and is_of_a_link'],
        'purchase_visit_count': ['sessions', 'session_date', '1', 'not is_bot and is_of_a_link and has_purchase'],
    }),
] %}
with

bought as (

    select distinct order_id
    from {{ ref('stg_shop__order_items') }}
    where
        not is_deleted
        and quantity > 0
        and unit_price >= 0

),

staged_orders as (

    select
        orders.order_id,
        orders.customer_key,
        orders.order_status,
        {{ business_date('orders.ordered_at') }} as order_date,
        orders.order_status not in ('pending', 'cancelled') as is_sale,
        orders.order_status not in ('pending', 'cancelled') and bought.order_id is not null
            as is_purchase
    from {{ ref('stg_shop__orders') }} as orders
    left join bought
        on orders.order_id = bought.order_id
    where not orders.is_deleted

),

orders as (

    select
        *,
        case
            when customer_key is not null
                then min(case when is_purchase then order_date end) over (partition by customer_key)
        end as first_order_date
    from staged_orders

),

lines as (

    select
        orders.order_date,
        orders.is_sale,
        items.quantity
    from {{ ref('stg_shop__order_items') }} as items
    inner join orders
        on items.order_id = orders.order_id
    where not items.is_deleted

),

refunds as (

    select
        refunds.refund_date,
        refunds.amount_reporting,
        orders.order_id is null as is_unmatched,
        coalesce(orders.is_sale, false) as is_sale
    from {{ ref('fct_refund') }} as refunds
    left join orders
        on refunds.order_id = orders.order_id

),

returns as (

    select
        returns.quantity,
        {{ business_date('returns.returned_at') }} as return_date,
        orders.order_id is null as is_unmatched,
        coalesce(orders.is_sale, false) as is_sale
    from {{ ref('stg_wms__returns') }} as returns
    left join orders
        on returns.order_id = orders.order_id

),

-- Events without a session id of the source are of one visit until a pause.
events as (

    select
        *,
        0 as visit_number
    from {{ ref('stg_web__events') }}
    where session_id = _visit_scope

    union all

    select
        * exclude (previous_at),
        sum(
            case
                when
                    occurred_at
                    <= cast({{ dbt.dateadd('minute', var('visit_gap_minutes'), 'previous_at') }} as timestamp)
                    then 0
                else 1
            end
        ) over (
            partition by _visit_scope
            order by occurred_at, event_id
            rows between unbounded preceding and current row
        ) as visit_number
    from (
        select
            *,
            lag(occurred_at) over (partition by _visit_scope order by occurred_at, event_id) as previous_at
        from {{ ref('stg_web__events') }}
        where coalesce(session_id <> _visit_scope, true)
    ) as events_without_session_ids

),

sums_of_sessions as (

    select
        _visit_scope,
        visit_number,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        count(*) as event_count,
        sum(case when event_type = 'product_view' then 1 else 0 end) as product_view_count,
        max(case when event_type = 'add_to_cart' then 1 else 0 end) = 1 as has_cart,
        max(case when event_type = 'begin_checkout' then 1 else 0 end) = 1 as has_checkout,
        max(case when event_type = 'purchase' then 1 else 0 end) = 1 as has_purchase,
        {%- for pattern in var('bots').user_agents %}
            count(case when lower(user_agent) like '{{ pattern }}' then 1 end) +
        {%- endfor %}
        0 as bot_agent_count,
        count(utm_source) + count(utm_campaign) > 0 as is_of_a_link
    from events
    group by _visit_scope, visit_number

),

sessions as (

    select
        *,
        {{ business_date('started_at') }} as session_date,
        bot_agent_count > 0
        or (
            event_count >= {{ var('bots').fast_visit_events }}
            and event_count > {{ seconds_between('started_at', 'ended_at') }}
        )
        or (event_count >= {{ var('bots').long_visit_events }} and not has_cart) as is_bot
    from sums_of_sessions

),

-- A parcel was delivered when the first of its steps says so.
parcels as (

    select
        shipments.shipment_id,
        {{ business_date('max(shipments.shipped_at)') }} as ship_date,
        max(shipments.promised_on) as promised_on,
        sum(case when steps.event_type = 'delivery_failed' then 1 else 0 end) as failed_delivery_count,
        max(case when steps.event_type = 'returned_to_sender' then 1 else 0 end) = 1 as is_returned,
        {{ business_date("min(case when steps.event_type = 'delivered' then steps.occurred_at end)") }} as delivery_date
    from {{ ref('stg_wms__shipments') }} as shipments
    left join {{ ref('stg_carriers__tracking_events') }} as steps
        on shipments.tracking_number = steps.tracking_number
    group by shipments.shipment_id

),

movements as (

    select
        movement_type,
        quantity,
        {{ business_date('moved_at') }} as movement_date
    from {{ ref('stg_wms__inventory_movements') }}

),

movements_by_day as (

    select
        movement_date,
        sum(quantity) as quantity
    from movements
    group by movement_date

),

-- What is in stock when a day ends is all that was moved up to then.
stocks as (

    select
        days.date_day,
        sum(coalesce(movements_by_day.quantity, 0)) over (order by days.date_day) as closing_quantity
    from {{ ref('dim_date') }} as days
    left join movements_by_day
        on days.date_day = movements_by_day.movement_date

),

tickets as (

    select
        tickets.ticket_id,
        max(tickets.opened_at) as opened_at,
        max(tickets.solved_at) as solved_at,
        min(messages.sent_at) as answered_at,
        {{ business_date('max(tickets.opened_at)') }} as opened_date,
        {{ business_date('max(tickets.solved_at)') }} as solved_date,
        {{ business_date('min(messages.sent_at)') }} as answered_date
    from {{ ref('stg_support__tickets') }} as tickets
    left join {{ ref('stg_support__messages') }} as messages
        on
            tickets.ticket_id = messages.ticket_id
            and messages.author_type = 'agent'
    group by tickets.ticket_id

),

reviews as (

    select
        *,
        {{ business_date('reviewed_at') }} as review_date
    from {{ ref('stg_reviews__reviews') }}

),

answers as (

    select
        *,
        {{ business_date('responded_at') }} as response_date
    from {{ ref('stg_surveys__nps_responses') }}

),

-- Later days are not delivered whole.
booked as (
    {% for table, groups, measures in routes %}
        {%- set is_first_table = loop.first %}
        {%- for measure, route in measures.items() %}
            {%- set rows_of_facts, day, amount, condition = route[:4] %}
            {{ 'union all' if not (is_first_table and loop.first) }}
            select
                '{{ table }}' as table_name,
                '{{ measure }}' as measure,
                {{ day }} as date_day,
                case
                    when count(*) = count({{ amount }}) then sum(cast({{ amount }} as decimal(28, 4)))
                end as booked_value
            from {{ rows_of_facts }}
            where
                ({{ condition }})
                and {{ day }} <= {{ counted_up_to(groups) }}
            group by {{ day }}
        {% endfor %}
    {%- endfor %}
),

shown as (
    {% for table, groups, measures in routes %}
        {%- set is_first_table = loop.first %}
        {%- for measure, route in measures.items() %}
            {%- set amount = route[4] or measure %}
            {{ 'union all' if not (is_first_table and loop.first) }}
            select
                '{{ table }}' as table_name,
                '{{ measure }}' as measure,
                date_day,
                case
                    when count(*) = count({{ amount }}) then sum(cast({{ amount }} as decimal(28, 4)))
                end as shown_value
            from {{ ref(table) }}
            where date_day <= {{ counted_up_to(groups) }}
            group by date_day
        {% endfor %}
    {%- endfor %}
)

-- A day on which nothing is booked shows nothing, or zero.
select
    coalesce(booked.table_name, shown.table_name) as table_name,
    coalesce(booked.measure, shown.measure) as measure,
    coalesce(booked.date_day, shown.date_day) as date_day,
    booked.booked_value,
    shown.shown_value
from booked
full join shown
    on
        booked.table_name = shown.table_name
        and booked.measure = shown.measure
        and booked.date_day = shown.date_day
where
    case when booked.measure is null then 0 else booked.booked_value end
    is distinct from case when shown.measure is null then 0 else shown.shown_value end
