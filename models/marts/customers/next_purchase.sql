with

customers as (

    select customer_key
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

expectations as (

    select expectations.*
    from {{ ref('pred_customer__expectations') }} as expectations
    inner join {{ ref('agg_prediction__cut_offs') }} as cut_offs
        on expectations.cut_off_date = cut_offs.cut_off_date
    where cut_offs.cut_off_number = 0

),

-- One row, of one column for each prediction, so that the model in use is chosen once and not for each customer.
models_in_use as (

    select
        max(case when target_name = 'purchase_30_days' then model_name end) as purchase_model_name,
        max(case when target_name = 'orders_90_days' then model_name end) as order_model_name,
        max(case when target_name = 'revenue_90_days' then model_name end) as revenue_model_name,
        max(case when target_name = 'gone_90_days' then model_name end) as left_model_name
    from {{ ref('pred_model__choices') }}

)

select
    ---------- key
    customers.customer_key,

    ---------- attributes
    expectations.cut_off_date as predicted_as_of_date,
    case when expectations.customer_key is not null then models_in_use.purchase_model_name end as purchase_model_name,
    case when expectations.customer_key is not null then models_in_use.order_model_name end as order_model_name,
    case when expectations.customer_key is not null then models_in_use.revenue_model_name end as revenue_model_name,
    case when expectations.customer_key is not null then models_in_use.left_model_name end as left_model_name,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- measures
    case models_in_use.purchase_model_name
        when 'boosting' then expectations.boosting_purchase_probability_30_days
        else expectations.recency_purchase_probability_30_days
    end as purchase_probability_30_days,
    case models_in_use.order_model_name
        when 'pareto_nbd' then expectations.pareto_nbd_order_count_90_days
        when 'bg_nbd' then expectations.bg_nbd_order_count_90_days
        else expectations.carried_order_count_90_days
    end as expected_order_count_90_days,
    cast(case models_in_use.revenue_model_name
        when 'pareto_nbd' then expectations.pareto_nbd_revenue_90_days
        when 'bg_nbd' then expectations.bg_nbd_revenue_90_days
        else expectations.carried_revenue_90_days
    end as decimal(18, 3)) as expected_revenue_90_days_reporting,
    case models_in_use.left_model_name
        when 'pareto_nbd' then expectations.pareto_nbd_left_probability
        else expectations.recency_left_probability
    end as left_probability
from customers
left join expectations
    on customers.customer_key = expectations.customer_key
cross join models_in_use
