-- One row per product, seller and price of an order. The files repeat a row
-- for every piece.
select
    order_id || '-' || min(order_item_id) as order_item_id,
    order_id,
    min(order_item_id) as line_number,
    product_id,
    count(*) as quantity,
    price as unit_price,
    'c' as _op,
    min(ordered_at) as _committed_at
from items
group by order_id, product_id, seller_id, price
