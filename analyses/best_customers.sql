-- Who are our best customers, and who of them must we not lose?
select
    customer_key,
    segment_name,
    country_code,
    order_count,
    net_amount_reporting,
    recency_days
from {{ ref('customer_segments') }}
where segment_name in ('champion', 'must_not_lose')
order by net_amount_reporting desc nulls last, customer_key asc
