with

cut_offs as (

    select *
    from {{ ref('agg_prediction__cut_offs') }}

),

cancellations as (

    select
        order_id,
        {{ business_date('min(valid_from)') }} as cancelled_date
    from {{ ref('fct_order_status') }}
    where order_status = 'cancelled'
    group by order_id

),

-- What an order became after a cut-off is not known then: whoever cancels later has bought, whoever pays later, too.
orders as (

    select
        cut_offs.cut_off_date,
        orders.customer_key,
        orders.order_date,
        orders.discount_amount > 0 as is_discounted,
        orders.net_amount_reporting,
        orders.net_amount_reporting - orders.tax_amount_reporting as revenue_amount,
        {{ days_between('orders.order_date', 'cut_offs.cut_off_date') }} as days_ago
    from {{ ref('fct_order') }} as orders
    inner join cut_offs
        on orders.order_date <= cut_offs.cut_off_date
    left join cancellations
        on orders.order_id = cancellations.order_id
    where
        orders.has_customer
        and orders.unit_count > 0
        and (cancellations.cancelled_date is null or cancellations.cancelled_date > cut_offs.cut_off_date)

),

purchases as (

    select
        cut_off_date,
        customer_key,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        count(distinct order_date) as purchase_day_count,
        count(*) as order_count,
        coalesce(count_if(is_discounted), 0) as discounted_order_count,
        {{ null_propagating_sum('net_amount_reporting') }} as net_amount,
        {{ null_propagating_sum('revenue_amount') }} as revenue_amount,
        count(distinct case when days_ago < 7 then order_date end) as purchase_day_count_last_7_days,
        count(distinct case when days_ago < 30 then order_date end) as purchase_day_count_last_30_days,
        count(distinct case when days_ago < 90 then order_date end) as purchase_day_count_last_90_days,
        coalesce(count_if(days_ago < 90), 0) as order_count_last_90_days,
        coalesce(count_if(days_ago < 365), 0) as order_count_last_365_days,
        {{ null_propagating_sum('case when days_ago < 90 then revenue_amount else 0 end') }} as revenue_last_90_days,
        {{ null_propagating_sum('case when days_ago < 365 then revenue_amount else 0 end') }} as revenue_last_365_days
    from orders
    group by cut_off_date, customer_key

),

-- Logged in, so that it is known who looked around.
visits as (

    select
        cut_offs.cut_off_date,
        sessions.customer_key,
        sessions.session_date,
        {{ days_between('sessions.session_date', 'cut_offs.cut_off_date') }} as days_ago
    from {{ ref('fct_web_session') }} as sessions
    inner join cut_offs
        on sessions.session_date <= cut_offs.cut_off_date
    where sessions.customer_key <> 'unknown'

),

visits_by_customer as (

    select
        cut_off_date,
        customer_key,
        coalesce(count_if(days_ago < 7), 0) as visit_count_last_7_days,
        coalesce(count_if(days_ago < 30), 0) as visit_count_last_30_days,
        coalesce(count_if(days_ago < 90), 0) as visit_count_last_90_days
    from visits
    group by cut_off_date, customer_key

),

active_days as (

    select
        cut_off_date,
        customer_key,
        order_date as active_date
    from orders

    union distinct

    select
        cut_off_date,
        customer_key,
        session_date as active_date
    from visits

),

activity as (

    select
        cut_off_date,
        customer_key,
        min(active_date) as first_active_date,
        max(active_date) as last_active_date,
        count(*) as active_day_count
    from active_days
    group by cut_off_date, customer_key

)

select
    ---------- keys
    purchases.cut_off_date,
    purchases.customer_key,

    ---------- purchases
    purchases.first_order_date,
    purchases.last_order_date,
    cast(purchases.purchase_day_count as bigint) as purchase_day_count,
    cast(purchases.order_count as bigint) as order_count,
    cast(purchases.discounted_order_count as bigint) as discounted_order_count,
    cast(purchases.net_amount as decimal(18, 3)) as net_amount,
    cast(purchases.revenue_amount as decimal(18, 3)) as revenue_amount,
    cast(purchases.purchase_day_count_last_7_days as bigint) as purchase_day_count_last_7_days,
    cast(purchases.purchase_day_count_last_30_days as bigint) as purchase_day_count_last_30_days,
    cast(purchases.purchase_day_count_last_90_days as bigint) as purchase_day_count_last_90_days,
    cast(purchases.order_count_last_90_days as bigint) as order_count_last_90_days,
    cast(purchases.order_count_last_365_days as bigint) as order_count_last_365_days,
    cast(purchases.revenue_last_90_days as decimal(18, 3)) as revenue_last_90_days,
    cast(purchases.revenue_last_365_days as decimal(18, 3)) as revenue_last_365_days,

    ---------- visits, and days with either
    cast(coalesce(visits_by_customer.visit_count_last_7_days, 0) as bigint) as visit_count_last_7_days,
    cast(coalesce(visits_by_customer.visit_count_last_30_days, 0) as bigint) as visit_count_last_30_days,
    cast(coalesce(visits_by_customer.visit_count_last_90_days, 0) as bigint) as visit_count_last_90_days,
    activity.first_active_date,
    activity.last_active_date,
    cast(activity.active_day_count as bigint) as active_day_count
from purchases
inner join activity
    on
        purchases.cut_off_date = activity.cut_off_date
        and purchases.customer_key = activity.customer_key
left join visits_by_customer
    on
        purchases.cut_off_date = visits_by_customer.cut_off_date
        and purchases.customer_key = visits_by_customer.customer_key
