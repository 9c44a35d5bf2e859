-- One row per item that this file is the first to name; postage is none.
select
    product_id,
    arg_min(description, booked_at) as product_name,
    'GBP' as currency_code,
    'c' as _op,
    min(booked_at) as _committed_at
from lines
where not is_postage
group by product_id
having min(day) = (select max(day) from lines)
