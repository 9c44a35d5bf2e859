with

lines as (

    select
        served.warehouse_key,
        cast(extract(hour from {{ business_time('order_lines.ordered_at') }}) as bigint) as hour_of_day,
        sum(order_lines.quantity) as quantity
    from {{ ref('fct_order_line') }} as order_lines
    inner join {{ ref('agg_warehouse__served_countries') }} as served
        on order_lines.shipping_country_code = served.country_code
    where
        order_lines.quantity > 0
        and order_lines.order_date <= {{ as_of() }}
    group by served.warehouse_key, hour_of_day

),

warehouses as (

    select distinct warehouse_key
    from lines

),

hours as (
    {% for hour in range(24) %}
        {{ 'union all' if not loop.first }}
        select {{ hour }} as hour_of_day
    {% endfor %}
),

hours_with_orders as (

    select
        warehouses.warehouse_key,
        hours.hour_of_day,
        coalesce(lines.quantity, 0) as quantity,
        sum(coalesce(lines.quantity, 0)) over (partition by warehouses.warehouse_key) as quantity_of_all_hours,
        sum(coalesce(lines.quantity, 0)) over (
            partition by warehouses.warehouse_key
            order by hours.hour_of_day
            rows between unbounded preceding and current row
        ) as quantity_so_far
    from warehouses
    cross join hours
    left join lines
        on
            warehouses.warehouse_key = lines.warehouse_key
            and hours.hour_of_day = lines.hour_of_day

)

select
    ---------- keys
    warehouse_key,
    cast(hour_of_day as bigint) as hour_of_day,

    ---------- shares of all pieces
    cast(quantity as double) / nullif(quantity_of_all_hours, 0) as share_of_day,
    cast(quantity_so_far - quantity as double) / nullif(quantity_of_all_hours, 0) as share_before
from hours_with_orders
