with

features as (

    select *
    from {{ ref('agg_customer__features') }}

),

rates as (

    select *
    from {{ ref('pred_cut_off__rates') }}

),

outlook as (

    select
        cast(cut_off_date as date) as cut_off_date,
        customer_key,
        cast(purchase_probability_30_days as double) as purchase_probability_30_days,
        cast(recency_purchase_probability_30_days as double) as recency_purchase_probability_30_days,
        cast(left_probability as double) as left_probability,
        cast(recency_gone_probability_90_days as double) as recency_gone_probability_90_days,
        cast(pareto_nbd_purchases_90_days as double) as pareto_nbd_purchases_90_days,
        cast(pareto_nbd_purchases_365_days as double) as pareto_nbd_purchases_365_days,
        cast(bg_nbd_purchases_90_days as double) as bg_nbd_purchases_90_days,
        cast(bg_nbd_purchases_365_days as double) as bg_nbd_purchases_365_days,
        cast(expected_purchase_amount as double) as expected_purchase_amount
    from {{ ref('pred_customer__outlook') }}

),

-- Days with a purchase at the level that the model is found to be at.
levelled as (

    select
        outlook.cut_off_date,
        outlook.customer_key,
        outlook.purchase_probability_30_days,
        outlook.recency_purchase_probability_30_days,
        outlook.left_probability,
        outlook.recency_gone_probability_90_days,
        rates.orders_per_purchase_day,
        rates.kept_rate,
        outlook.expected_purchase_amount * rates.kept_rate as purchase_revenue,
        outlook.pareto_nbd_purchases_90_days * rates.pareto_nbd_level as pareto_nbd_purchases_90_days,
        outlook.pareto_nbd_purchases_365_days * rates.pareto_nbd_level as pareto_nbd_purchases_365_days,
        outlook.bg_nbd_purchases_90_days * rates.bg_nbd_level as bg_nbd_purchases_90_days,
        outlook.bg_nbd_purchases_365_days * rates.bg_nbd_level as bg_nbd_purchases_365_days
    from outlook
    inner join rates
        on outlook.cut_off_date = rates.cut_off_date

)

select
    ---------- keys
    features.cut_off_date,
    features.customer_key,

    ---------- whether the customer buys within 30 days, or has left
    levelled.purchase_probability_30_days as boosting_purchase_probability_30_days,
    levelled.recency_purchase_probability_30_days,
    levelled.left_probability as pareto_nbd_left_probability,
    levelled.recency_gone_probability_90_days as recency_left_probability,

    ---------- orders
    levelled.pareto_nbd_purchases_90_days * levelled.orders_per_purchase_day as pareto_nbd_order_count_90_days,
    levelled.bg_nbd_purchases_90_days * levelled.orders_per_purchase_day as bg_nbd_order_count_90_days,
    cast(features.order_count_last_90_days as double) as carried_order_count_90_days,

    ---------- net revenue
    levelled.pareto_nbd_purchases_90_days * levelled.purchase_revenue as pareto_nbd_revenue_90_days,
    levelled.bg_nbd_purchases_90_days * levelled.purchase_revenue as bg_nbd_revenue_90_days,
    cast(features.revenue_last_90_days as double) * levelled.kept_rate as carried_revenue_90_days,
    levelled.pareto_nbd_purchases_365_days * levelled.purchase_revenue as pareto_nbd_revenue_365_days,
    levelled.bg_nbd_purchases_365_days * levelled.purchase_revenue as bg_nbd_revenue_365_days,
    cast(features.revenue_last_365_days as double) * levelled.kept_rate as carried_revenue_365_days
from features
inner join levelled
    on
        features.cut_off_date = levelled.cut_off_date
        and features.customer_key = levelled.customer_key
