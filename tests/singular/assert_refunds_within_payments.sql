{{ config(severity='warn', store_failures=true) }}

-- Orders that gave back more than they took; none where no payment has ever landed.
with

payments as (

    select
        order_id,
        sum(amount) as captured_amount
    from {{ ref('stg_shop__payments') }}
    where
        payment_status = 'captured'
        and not is_deleted
    group by order_id

),

refunds as (

    select
        order_id,
        sum(amount) as refunded_amount
    from {{ ref('stg_shop__refunds') }}
    where not is_deleted
    group by order_id

)

select
    orders.order_id,
    orders.order_date,
    orders.order_status,
    orders.currency_code,
    orders.captured_amount,
    orders.refunded_amount,
    payments.captured_amount as captured_in_staging,
    refunds.refunded_amount as refunded_in_staging
from {{ ref('fct_order') }} as orders
left join payments
    on orders.order_id = payments.order_id
left join refunds
    on orders.order_id = refunds.order_id
where
    {{ has_landed('shop', 'payments') }}
    and (
        orders.refunded_amount > orders.captured_amount
        or coalesce(refunds.refunded_amount, 0)
        > coalesce(payments.captured_amount, 0)
    )
