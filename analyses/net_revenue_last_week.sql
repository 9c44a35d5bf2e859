-- What was net revenue last week, and how does it compare with the weeks before?
-- Whole weeks before the newest day only: a week that still runs reads as a bad one.
select
    calendar.iso_week_start,
    {{ null_propagating_sum('sales.order_count') }} as orders,
    {{ null_propagating_sum('sales.net_revenue_amount') }} as net_revenue,
    {{ null_propagating_sum('sales.gross_margin_amount') }} as gross_margin,
    max(sales.currency_code) as currency_code
from {{ ref('daily_sales') }} as sales
inner join {{ ref('dim_date') }} as calendar
    on sales.date_day = calendar.date_day
where
    sales.date_day < (
        select max(newest.date_day)
        from {{ ref('daily_sales') }} as newest
    )
group by calendar.iso_week_start
having count(distinct sales.date_day) = 7
order by calendar.iso_week_start desc
