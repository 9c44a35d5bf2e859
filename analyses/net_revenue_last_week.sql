-- What was net revenue last week, and how does it compare with the week before?
select
    calendar.iso_week_start,
    sum(kpis.order_count) as orders,
    sum(kpis.net_revenue_amount) as net_revenue,
    sum(kpis.margin_amount) as margin,
    max(kpis.currency_code) as currency_code
from {{ ref('daily_sales_kpis') }} as kpis
inner join {{ ref('dim_date') }} as calendar
    on kpis.date_day = calendar.date_day
group by calendar.iso_week_start
order by calendar.iso_week_start desc
limit 8
