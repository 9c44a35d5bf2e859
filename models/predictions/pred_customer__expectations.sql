with

outlook as (

    select
        *,
        cast(cut_off_date as date) as cut_off_day
    from {{ ref('pred_customer__outlook') }}

),

features as (

    select *
    from {{ ref('agg_customer__features') }}

),

-- Models count days with a purchase, of which some have several.
totals as (

    select
        cut_off_date,
        cast(sum(order_count) as double) / sum(purchase_day_count) as orders_per_purchase_day,
        cast(sum(net_amount) as double) as net_amount
    from features
    group by cut_off_date

),

refunds as (

    select
        cut_offs.cut_off_date,
        cast(sum(refunds.amount_reporting) as double) as refund_amount
    from {{ ref('agg_prediction__cut_offs') }} as cut_offs
    inner join {{ ref('fct_refund') }} as refunds
        on cut_offs.cut_off_date >= refunds.refund_date
    where refunds.customer_key <> 'unknown'
    group by cut_offs.cut_off_date

),

-- Of what is sold so much is kept, by what had come back up to the cut-off.
rates as (

    select
        totals.cut_off_date,
        totals.orders_per_purchase_day,
        1 - coalesce(refunds.refund_amount / nullif(totals.net_amount, 0), 0) as kept_rate
    from totals
    left join refunds
        on totals.cut_off_date = refunds.cut_off_date

)

select
    ---------- keys
    features.cut_off_date,
    features.customer_key,

    ---------- whether the customer buys within 30 days, or has left
    cast(outlook.purchase_probability_30_days as double) as boosting_purchase_probability_30_days,
    cast(outlook.recency_purchase_probability_30_days as double) as recency_purchase_probability_30_days,
    cast(outlook.left_probability as double) as pareto_nbd_left_probability,
    cast(outlook.recency_gone_probability_90_days as double) as recency_left_probability,

    ---------- orders
    outlook.pareto_nbd_purchases_90_days * rates.orders_per_purchase_day as pareto_nbd_order_count_90_days,
    outlook.bg_nbd_purchases_90_days * rates.orders_per_purchase_day as bg_nbd_order_count_90_days,
    cast(features.order_count_last_90_days as double) as carried_order_count_90_days,

    ---------- net revenue
    outlook.pareto_nbd_purchases_90_days * outlook.expected_purchase_amount * rates.kept_rate
        as pareto_nbd_revenue_90_days,
    outlook.bg_nbd_purchases_90_days * outlook.expected_purchase_amount * rates.kept_rate as bg_nbd_revenue_90_days,
    cast(features.revenue_last_90_days as double) * rates.kept_rate as carried_revenue_90_days,
    outlook.pareto_nbd_purchases_365_days * outlook.expected_purchase_amount * rates.kept_rate
        as pareto_nbd_revenue_365_days,
    outlook.bg_nbd_purchases_365_days * outlook.expected_purchase_amount * rates.kept_rate as bg_nbd_revenue_365_days,
    cast(features.revenue_last_365_days as double) * rates.kept_rate as carried_revenue_365_days
from features
inner join outlook
    on
        features.cut_off_date = outlook.cut_off_day
        and features.customer_key = outlook.customer_key
inner join rates
    on features.cut_off_date = rates.cut_off_date
