-- How long do orders wait in each status, by country?
select
    orders.shipping_country_code,
    statuses.order_status,
    count(*) as orders,
    avg(statuses.seconds_in_status) / 3600.0 as mean_hours
from {{ ref('fct_order_status') }} as statuses
inner join {{ ref('fct_order') }} as orders
    on statuses.order_id = orders.order_id
where not statuses.is_current
group by orders.shipping_country_code, statuses.order_status
order by orders.shipping_country_code asc, mean_hours desc
