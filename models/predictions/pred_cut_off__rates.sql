with

features as (

    select *
    from {{ ref('agg_customer__features') }}

),

totals as (

    select
        cut_off_date,
        cast(sum(order_count) as double) / nullif(sum(purchase_day_count), 0) as orders_per_purchase_day,
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

-- What was expected of the customers of 90 days before, and what they have ordered since; both are known at the cut-off.
earlier_expectations as (

    select
        features.cut_off_date,
        sum(features.order_count_last_90_days) as order_count,
        sum(earlier.pareto_nbd_purchases_90_days * totals.orders_per_purchase_day) as pareto_nbd_order_count,
        sum(earlier.bg_nbd_purchases_90_days * totals.orders_per_purchase_day) as bg_nbd_order_count
    from features
    inner join {{ ref('pred_customer__outlook') }} as earlier
        on
            features.customer_key = earlier.customer_key
            and {{ add_days('features.cut_off_date', -90) }} = cast(earlier.cut_off_date as date)
    inner join totals
        on cast(earlier.cut_off_date as date) = totals.cut_off_date
    group by features.cut_off_date

)

select
    ---------- key
    totals.cut_off_date,

    ---------- measures
    totals.orders_per_purchase_day,
    1 - coalesce(cast(refunds.refund_amount as double) / nullif(totals.net_amount, 0), 0) as kept_rate,
    -- Half of what the model was off by is put right, as the rest may be a season that it missed: of two thirds of the
    -- cut-offs of the simulated company totals come nearer, and no nearer with more.
    coalesce(sqrt(cast(earlier.order_count as double) / nullif(earlier.pareto_nbd_order_count, 0)), 1)
        as pareto_nbd_level,
    coalesce(sqrt(cast(earlier.order_count as double) / nullif(earlier.bg_nbd_order_count, 0)), 1) as bg_nbd_level
from totals
left join refunds
    on totals.cut_off_date = refunds.cut_off_date
left join earlier_expectations as earlier
    on totals.cut_off_date = earlier.cut_off_date
