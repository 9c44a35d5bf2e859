with

purchases as (

    select
        customer_key,
        order_date,
        shipping_country_code,
        row_number() over (partition by customer_key order by ordered_at, order_id) as purchase_number
    from {{ ref('fct_order') }}
    where
        is_purchase
        and has_customer
        and order_date <= {{ complete_up_to(['sales']) }}

)

select
    ---------- keys
    customer_key,
    order_date as date_day,
    coalesce(shipping_country_code, 'unknown') as country_code,

    ---------- attributes
    min(purchase_number) = 1 as is_first_purchase,
    max(purchase_number) > 1 as is_repeat_purchase
from purchases
group by customer_key, order_date, coalesce(shipping_country_code, 'unknown')
