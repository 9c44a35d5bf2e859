-- One row per line of an invoice, but for postage.
select
    document || '-' || line_number as order_item_id,
    document as order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    'c' as _op,
    booked_at as _committed_at
from new_lines
where
    kind = 'invoice'
    and not is_postage
