-- One row per invoice.
select
    document as order_id,
    any_value(customer_id) as customer_id,
    'phone' as sales_channel,
    'shipped' as order_status,
    any_value(country_code) as shipping_country_code,
    'GBP' as currency_code,
    sum(case when is_postage then 0 else amount end) as items_amount,
    sum(case when is_postage then amount else 0 end) as shipping_amount,
    sum(amount) as total_amount,
    min(booked_at) as ordered_at,
    'c' as _op,
    min(booked_at) as _committed_at
from new_lines
where kind = 'invoice'
group by document
