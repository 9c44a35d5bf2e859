{% set reporting_currency = "'" ~ var('reporting_currency') ~ "'" %}

with

-- Guests are many people, and nobody knows whether they come back.
orders as (

    select
        *,
        gross_amount_reporting - discount_amount_reporting - tax_amount_reporting as revenue_amount
    from {{ ref('fct_order') }}
    where
        is_sale
        and has_customer

),

refunds as (

    select
        orders.customer_key,
        refunds.refund_date,
        -(
            refunds.amount_reporting
            - {{ refund_tax('refunds.amount_reporting', 'refunds.tax_amount_reporting', reporting_currency) }}
        ) as revenue_amount
    from {{ ref('fct_refund') }} as refunds
    inner join orders
        on refunds.order_id = orders.order_id

),

-- As in daily_sales: what a sale earned on its own day, what is given back on the day of the refund.
bookings as (

    select
        customer_key,
        order_date as booked_on,
        case when is_purchase then customer_key end as buyer_key,
        revenue_amount,
        revenue_amount - cost_amount_reporting + shipping_amount_reporting - shipping_tax_amount_reporting
        - shipping_cost_amount_reporting - payment_fee_amount_reporting as margin_amount
    from orders

    union all

    select
        customer_key,
        refund_date as booked_on,
        cast(null as varchar) as buyer_key,
        revenue_amount,
        revenue_amount as margin_amount
    from refunds

),

-- A reversal may be all that is known of a customer, or come before the first purchase: its cohort is its own month, so that no money is lost.
bookings_with_cohorts as (

    select
        bookings.*,
        cast(date_trunc('month', bookings.booked_on) as date) as month_start,
        cast(date_trunc('month', case
            when customers.first_order_date < bookings.booked_on then customers.first_order_date
            else bookings.booked_on
        end) as date) as cohort_month
    from bookings
    left join {{ ref('agg_customer__sales') }} as customers
        on bookings.customer_key = customers.customer_key
    where bookings.booked_on <= {{ complete_up_to(['sales']) }}

)

select
    ---------- keys
    cohort_month,
    month_start,

    ---------- measures
    cast(count(distinct buyer_key) as bigint) as active_customer_count,
    cast(count(buyer_key) as bigint) as order_count,
    cast({{ null_propagating_sum('revenue_amount') }} as decimal(18, 3)) as net_revenue_amount,
    cast({{ null_propagating_sum('margin_amount') }} as decimal(18, 3)) as contribution_margin_amount
from bookings_with_cohorts
group by cohort_month, month_start
