{#- The last day on which both stock and orders are known; weeks that are over by then are whole. -#}
{% set last_day = complete_up_to(['stock', 'sales']) %}

select
    ---------- keys
    balances.product_key,
    balances.warehouse_key,
    calendar.iso_week_start as week_start,

    ---------- attributes
    products.category_code,
    -- At the end of the week.
    count_if(
        balances.date_day = {{ add_days('calendar.iso_week_start', 6) }} and not balances.is_discontinued
    ) > 0 as is_offered,

    ---------- measures
    count(*) as day_count,
    cast(sum(balances.ordered_quantity + coalesce(lost_sales.lost_quantity, 0)) as decimal(18, 4)) as demand_quantity
from {{ ref('agg_inventory__daily_balances') }} as balances
inner join {{ ref('dim_product') }} as products
    on balances.product_key = products.product_key
inner join {{ ref('dim_date') }} as calendar
    on balances.date_day = calendar.date_day
left join {{ ref('agg_inventory__lost_sales') }} as lost_sales
    on
        balances.product_key = lost_sales.product_key
        and balances.warehouse_key = lost_sales.warehouse_key
        and balances.date_day = lost_sales.date_day
where {{ add_days('calendar.iso_week_start', 6) }} <= {{ last_day }}
group by balances.product_key, balances.warehouse_key, calendar.iso_week_start, products.category_code
