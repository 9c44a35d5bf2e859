-- What was net revenue last week, and how does it compare with the weeks before?
-- Whole weeks before the newest day only: a week that still runs reads as a bad one.
select
    calendar.iso_week_start,
    {{ null_propagating_sum('kpis.order_count') }} as orders,
    {{ null_propagating_sum('kpis.net_revenue_amount') }} as net_revenue,
    {{ null_propagating_sum('kpis.margin_amount') }} as margin,
    max(kpis.currency_code) as currency_code
from {{ ref('daily_sales_kpis') }} as kpis
inner join {{ ref('dim_date') }} as calendar
    on kpis.date_day = calendar.date_day
where
    kpis.date_day < (
        select max(newest.date_day)
        from {{ ref('daily_sales_kpis') }} as newest
    )
group by calendar.iso_week_start
having count(*) = 7
order by calendar.iso_week_start desc
