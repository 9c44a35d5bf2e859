{{ config(severity='warn', store_failures=true) }}

-- An order of which no line has come is among them, unless no line has ever landed of any.
select
    order_id,
    order_status,
    currency_code,
    line_count,
    net_amount,
    shipping_amount,
    total_amount,
    total_amount - net_amount - coalesce(shipping_amount, 0) as difference
from {{ ref('fct_order') }}
where
    total_amount <> net_amount + coalesce(shipping_amount, 0)
    and {{ has_landed('shop', 'order_items') }}
