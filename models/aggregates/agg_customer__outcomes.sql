with

customers as (

    select
        features.cut_off_date,
        features.customer_key,
        cut_offs.is_known_90_days
    from {{ ref('agg_customer__features') }} as features
    inner join {{ ref('agg_prediction__cut_offs') }} as cut_offs
        on features.cut_off_date = cut_offs.cut_off_date
    where cut_offs.is_known_30_days

),

orders as (

    select
        customers.cut_off_date,
        customers.customer_key,
        coalesce(count_if({{ days_between('customers.cut_off_date', 'orders.order_date') }} <= 30), 0)
            as order_count_30_days,
        count(*) as order_count,
        {{ null_propagating_sum('orders.net_revenue_amount_reporting') }} as revenue_amount
    from customers
    inner join {{ ref('fct_order') }} as orders
        on
            customers.customer_key = orders.customer_key
            and customers.cut_off_date < orders.order_date
            and {{ add_days('customers.cut_off_date', 90) }} >= orders.order_date
    where orders.is_purchase
    group by customers.cut_off_date, customers.customer_key

),

visits as (

    select distinct
        customers.cut_off_date,
        customers.customer_key
    from customers
    inner join {{ ref('fct_web_session') }} as sessions
        on
            customers.customer_key = sessions.customer_key
            and customers.cut_off_date < sessions.session_date
            and {{ add_days('customers.cut_off_date', 90) }} >= sessions.session_date

)

select
    ---------- keys
    customers.cut_off_date,
    customers.customer_key,

    ---------- within 30 days
    coalesce(orders.order_count_30_days, 0) > 0 as is_purchased_30_days,

    ---------- within 90 days, where they are known
    cast(case when customers.is_known_90_days then coalesce(orders.order_count, 0) end as bigint)
        as order_count_90_days,
    cast(
        case
            when not customers.is_known_90_days then null
            when orders.customer_key is null then 0
            else orders.revenue_amount
        end as decimal(18, 3)
    ) as revenue_90_days,
    case when customers.is_known_90_days then orders.customer_key is null and visits.customer_key is null end
        as is_gone_90_days
from customers
left join orders
    on
        customers.cut_off_date = orders.cut_off_date
        and customers.customer_key = orders.customer_key
left join visits
    on
        customers.cut_off_date = visits.cut_off_date
        and customers.customer_key = visits.customer_key
