{{ config(severity='warn') }}

select
    order_id,
    order_status,
    currency_code,
    net_amount,
    shipping_amount,
    total_amount,
    total_amount - net_amount - coalesce(shipping_amount, 0) as difference
from {{ ref('fct_order') }}
where
    line_count > 0
    and total_amount <> net_amount + coalesce(shipping_amount, 0)
