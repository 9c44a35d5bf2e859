-- One row per line of a credit note. It names no invoice, so there is no order.
select
    document || '-' || line_number as refund_id,
    document as document_number,
    customer_id,
    case when not is_postage then product_id end as product_id,
    country_code,
    -amount as amount,
    'GBP' as currency_code,
    booked_at as refunded_at,
    'c' as _op,
    booked_at as _committed_at
from new_lines
where kind = 'credit_note'
