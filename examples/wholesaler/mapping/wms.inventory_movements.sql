-- One row per line that books stock and sells nothing.
select
    document || '-' || line_number as movement_id,
    'MAIN' as warehouse_id,
    product_id,
    case when quantity < 0 then 'write_off' else 'adjustment' end
        as movement_type,
    quantity,
    booked_at as moved_at
from new_lines
where kind = 'stock'
