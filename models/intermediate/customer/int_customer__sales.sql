{{ config(materialized='table') }}

with

sales as (

    select *
    from {{ ref('fct_order') }}
    where
        is_sale
        and customer_key <> 'unknown'
        and order_date <= {{ complete_up_to(['sales']) }}

),

refunds as (

    select
        order_id,
        {{ complete_sum('amount_reporting') }} as refund_amount_reporting
    from {{ ref('fct_refund') }}
    where refund_date <= {{ complete_up_to(['sales']) }}
    group by order_id

),

per_customer as (

    select
        sales.customer_key,
        count(*) as order_count,
        sum(sales.unit_count) as unit_count,
        min(sales.order_date) as first_order_date,
        max(sales.order_date) as last_order_date,
        {{ complete_sum('sales.net_amount_reporting') }}
            as sales_amount_reporting,
        {{
            complete_sum(
                'case when refunds.order_id is null then 0 else refunds.refund_amount_reporting end'
            )
        }} as refund_amount_reporting,
        coalesce(count_if(sales.discount_amount > 0), 0) as discounted_order_count
    from sales
    left join refunds
        on sales.order_id = refunds.order_id
    group by sales.customer_key

),

-- Refunds that have come for fewer days than orders are not known.
complete as (

    select
        * exclude (refund_amount_reporting),
        case
            when {{ complete_up_to(['refunds']) }} >= {{ complete_up_to(['sales']) }}
                then refund_amount_reporting
        end as refund_amount_reporting
    from per_customer

)

select
    customer_key,
    cast(order_count as bigint) as order_count,
    cast(unit_count as bigint) as unit_count,
    first_order_date,
    last_order_date,
    cast(sales_amount_reporting as decimal(18, 2)) as sales_amount_reporting,
    cast(refund_amount_reporting as decimal(18, 2)) as refund_amount_reporting,
    cast(sales_amount_reporting - refund_amount_reporting as decimal(18, 2))
        as net_amount_reporting,
    cast(discounted_order_count as bigint) as discounted_order_count
from complete
