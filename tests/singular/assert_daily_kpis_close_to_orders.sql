with

kpis as (

    select *
    from {{ ref('daily_sales_kpis') }}

),

orders as (

    select
        order_date,
        count(*) as order_count,
        sum(unit_count) as unit_count,
        sum(gross_amount_reporting) as gross_sales_amount,
        sum(discount_amount_reporting) as discount_amount,
        sum(tax_amount_reporting) as tax_amount,
        sum(shipping_amount_reporting) as shipping_amount,
        sum(cost_amount_reporting) as cost_amount,
        count_if(is_guest) as guest_order_count,
        count(distinct case when customer_key <> 'unknown' then customer_key end)
            as customer_count
    from {{ ref('fct_order') }}
    where
        is_sale
        and order_date <= {{ as_of() }}
    group by order_date

),

refunds as (

    select
        refund_date,
        sum(amount_reporting) as refund_amount
    from {{ ref('fct_refund') }}
    where
        order_id in (select order_id from {{ ref('fct_order') }} where is_sale)
        and refund_date between
        (select min(order_date) from orders) and {{ as_of() }}
    group by refund_date

),

sessions as (

    select
        session_date,
        count(*) as session_count,
        sum(case when has_purchase then 1 else 0 end) as converted_session_count
    from {{ ref('fct_web_session') }}
    where
        session_date between
        (select min(order_date) from orders) and {{ as_of() }}
    group by session_date

)

select
    coalesce(kpis.date_day, orders.order_date, refunds.refund_date, sessions.session_date)
        as date_day,
    kpis.order_count,
    orders.order_count as order_count_of_orders,
    kpis.gross_sales_amount,
    orders.gross_sales_amount as gross_sales_amount_of_orders,
    kpis.refund_amount,
    refunds.refund_amount as refund_amount_of_refunds,
    kpis.session_count,
    sessions.session_count as session_count_of_sessions
from kpis
full join orders
    on kpis.date_day = orders.order_date
full join refunds
    on coalesce(kpis.date_day, orders.order_date) = refunds.refund_date
full join sessions
    on coalesce(kpis.date_day, orders.order_date, refunds.refund_date) = sessions.session_date
where
    -- A day of a fact that the KPIs do not have.
    kpis.date_day is null
    or kpis.order_count <> coalesce(orders.order_count, 0)
    or kpis.unit_count <> coalesce(orders.unit_count, 0)
    or kpis.guest_order_count <> coalesce(orders.guest_order_count, 0)
    or kpis.new_customer_count + kpis.returning_customer_count
    <> coalesce(orders.customer_count, 0)
    or kpis.session_count <> coalesce(sessions.session_count, 0)
    or kpis.converted_session_count <> coalesce(sessions.converted_session_count, 0)

    -- Unknown amounts are null in the KPIs, and no comparison finds them; assert_no_missing_exchange_rate does.
    or kpis.gross_sales_amount <> coalesce(orders.gross_sales_amount, 0)
    or kpis.discount_amount <> coalesce(orders.discount_amount, 0)
    or kpis.tax_amount <> coalesce(orders.tax_amount, 0)
    or kpis.shipping_amount <> coalesce(orders.shipping_amount, 0)
    or kpis.cost_amount <> coalesce(orders.cost_amount, 0)
    or kpis.refund_amount <> coalesce(refunds.refund_amount, 0)
