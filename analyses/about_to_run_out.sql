-- What is about to run out, and is more on its way?
-- What has run out already is not here, nor what is not bought any more.
select
    product_name,
    warehouse_id,
    on_hand_quantity,
    days_of_cover,
    on_order_quantity,
    next_expected_on
from {{ ref('stock_outlook') }}
where
    on_hand_quantity > 0
    and stock_status in ('order_now', 'low_but_ordered')
-- A product that sold nothing lately has no days of cover.
order by days_of_cover asc nulls last, sold_per_day desc nulls last, product_id asc
