with

demand_by_day as (

    select
        product_key,
        order_date as date_day,
        quantity as ordered_quantity,
        0 as lost_quantity
    from {{ ref('fct_order_line') }}
    where
        quantity > 0
        and order_date <= {{ complete_up_to(['sales']) }}

    union all

    select
        product_key,
        date_day,
        0 as ordered_quantity,
        lost_quantity
    from {{ ref('agg_inventory__lost_sales') }}

)

select
    demand_by_day.product_key,
    calendar.iso_week_start as week_start,
    cast(sum(demand_by_day.ordered_quantity) as bigint) as ordered_quantity,
    -- In whole pieces, so that a week in which a part of one was lost does not count as a week with demand.
    cast(sum(demand_by_day.ordered_quantity) + round(sum(demand_by_day.lost_quantity), 0) as bigint) as demand_quantity
from demand_by_day
inner join {{ ref('dim_date') }} as calendar
    on demand_by_day.date_day = calendar.date_day
group by demand_by_day.product_key, calendar.iso_week_start
