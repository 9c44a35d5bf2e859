with

customers as (

    select customer_key
    from {{ ref('dim_customer') }}
    where
        customer_key <> 'unknown'
        and not is_deleted

),

sales as (

    select *
    from {{ ref('agg_customer__sales') }}

),

expectations as (

    select expectations.*
    from {{ ref('pred_customer__expectations') }} as expectations
    inner join {{ ref('agg_prediction__cut_offs') }} as cut_offs
        on expectations.cut_off_date = cut_offs.cut_off_date
    where cut_offs.cut_off_number = 0

),

model_in_use as (

    select model_name
    from {{ ref('pred_model__choices') }}
    where target_name = 'revenue_90_days'

),

customers_with_value as (

    select
        customers.customer_key,
        sales.first_order_date,
        coalesce(sales.order_count, 0) as order_count,
        case when sales.customer_key is null then 0 else sales.net_revenue_reporting end as historical_revenue,
        case when sales.customer_key is null then 0 else sales.contribution_margin_reporting end
            as historical_contribution_margin,
        expectations.cut_off_date,
        case when expectations.customer_key is not null then model_in_use.model_name end as model_name,
        case model_in_use.model_name
            when 'pareto_nbd' then expectations.pareto_nbd_revenue_365_days
            when 'bg_nbd' then expectations.bg_nbd_revenue_365_days
            else expectations.carried_revenue_365_days
        end as expected_revenue_365_days
    from customers
    cross join model_in_use
    left join sales
        on customers.customer_key = sales.customer_key
    left join expectations
        on customers.customer_key = expectations.customer_key

)

select
    ---------- key
    customer_key,

    ---------- attributes
    first_order_date,
    cut_off_date as predicted_as_of_date,
    model_name as revenue_model_name,
    '{{ var("reporting_currency") }}' as currency_code,

    ---------- measures
    cast(order_count as bigint) as order_count,
    cast(historical_revenue as decimal(18, 3)) as historical_revenue_reporting,
    cast(historical_contribution_margin as decimal(18, 3)) as historical_contribution_margin_reporting,
    cast(expected_revenue_365_days as decimal(18, 3)) as expected_revenue_365_days_reporting,
    cast(cast(historical_revenue as double) + expected_revenue_365_days as decimal(18, 3))
        as lifetime_revenue_reporting
from customers_with_value
