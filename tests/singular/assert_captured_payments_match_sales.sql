{{ config(severity='warn', store_failures=true) }}

-- Sales whose captured payments are not their total; none where no payment has ever landed.
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

)

select
    orders.order_id,
    orders.order_date,
    orders.order_status,
    orders.currency_code,
    orders.total_amount,
    orders.captured_amount,
    payments.captured_amount as captured_in_staging,
    coalesce(payments.captured_amount, 0) - orders.total_amount as difference
from {{ ref('fct_order') }} as orders
left join payments
    on orders.order_id = payments.order_id
where
    orders.is_sale
    and {{ has_landed('shop', 'payments') }}
    and (
        orders.captured_amount <> orders.total_amount
        or coalesce(payments.captured_amount, 0) <> orders.total_amount
    )
