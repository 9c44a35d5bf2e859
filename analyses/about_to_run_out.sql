-- What is about to run out, and is more on its way?
select
    product_name,
    warehouse_id,
    stock_status,
    on_hand_quantity,
    sold_per_day,
    days_of_cover,
    runs_out_on,
    on_order_quantity,
    next_expected_on,
    supplier_name
from {{ ref('stock_outlook') }}
where stock_status in ('stocked_out', 'order_now', 'low_but_ordered')
order by days_of_cover asc nulls first, sold_per_day desc
limit 50
