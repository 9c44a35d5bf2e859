with

positions as (

    select
        positions.*,
        coalesce(products.category_code, 'unknown') as category_code,
        case when positions.is_discontinued then 0 else 1 end as offered
    from {{ ref('daily_inventory_position') }} as positions
    left join {{ ref('dim_product') }} as products
        on positions.product_key = products.product_key

)

-- Measures of the positions are null together, from the first day on that was not delivered.
select
    ---------- keys
    date_day,
    warehouse_key,
    category_code,

    ---------- stock when the day ended
    cast(sum(closing_quantity) as bigint) as closing_quantity,
    cast({{ null_propagating_sum('stock_value_reporting') }} as decimal(18, 3)) as stock_value_amount,
    cast(sum(case when is_stocked_out is not null then offered end) as bigint) as product_count,
    cast(sum(case when is_stocked_out then offered when not is_stocked_out then 0 end) as bigint)
        as stocked_out_product_count,

    ---------- what the day sold, and could have sold
    cast(sum(sold_quantity) as bigint) as sold_quantity,
    cast({{ null_propagating_sum('cost_of_goods_sold_reporting') }} as decimal(18, 3)) as cost_of_goods_sold_amount,
    cast(sum(lost_quantity) as decimal(18, 4)) as lost_unit_count,
    cast({{ null_propagating_sum('lost_sales_reporting') }} as decimal(18, 3)) as lost_sales_amount,

    '{{ var("reporting_currency") }}' as currency_code
from positions
group by date_day, warehouse_key, category_code
