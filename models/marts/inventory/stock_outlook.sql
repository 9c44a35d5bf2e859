{#- The last day on which both what is there and what is coming are known. -#}
{% set outlook_day = complete_up_to(['stock', 'purchases']) %}

with

positions as (

    select *
    from {{ ref('daily_inventory_position') }}
    where date_day = {{ outlook_day }}

),

products as (

    select *
    from {{ ref('dim_product') }}

),

purchases as (

    select
        product_key,
        warehouse_key,
        sum(open_quantity) as on_order_quantity,
        min(expected_on) as next_expected_on
    from {{ ref('fct_purchase_order_line') }}
    where
        open_quantity > 0
        -- Of a line whose order has not come nobody knows the day, nor the warehouse: it is shown as of the unknown one.
        and (order_date <= {{ outlook_day }} or order_date is null)
    group by product_key, warehouse_key

),

-- What lies where, and what is to come to where it never was.
places as (

    select
        coalesce(positions.product_key, purchases.product_key) as product_key,
        coalesce(positions.warehouse_key, purchases.warehouse_key) as warehouse_key,
        coalesce(positions.closing_quantity, 0) as closing_quantity,
        coalesce(positions.sold_per_day, 0) as sold_per_day,
        positions.days_of_cover,
        coalesce(purchases.on_order_quantity, 0) as on_order_quantity,
        purchases.next_expected_on,
        positions.product_key is null as is_awaited
    from positions
    full join purchases
        on
            positions.product_key = purchases.product_key
            and positions.warehouse_key = purchases.warehouse_key

),

stock_with_orders as (

    select
        places.*,
        products.product_id,
        products.product_name,
        products.category_code,
        products.product_status,
        products.reorder_point,
        warehouses.warehouse_id,
        warehouses.country_code,
        suppliers.supplier_name,
        suppliers.lead_time_days,
        places.days_of_cover <= suppliers.lead_time_days
        or places.closing_quantity < products.reorder_point as is_low
    from places
    left join products
        on places.product_key = products.product_key
    left join {{ ref('dim_warehouse') }} as warehouses
        on places.warehouse_key = warehouses.warehouse_key
    left join {{ ref('dim_supplier') }} as suppliers
        on products.supplier_key = suppliers.supplier_key

)

select
    ---------- keys
    product_key,
    warehouse_key,
    {{ outlook_day }} as as_of_date,

    ---------- attributes
    product_id,
    product_name,
    category_code,
    product_status,
    warehouse_id,
    country_code,
    supplier_name,
    lead_time_days,
    reorder_point,

    ---------- quantities
    cast(closing_quantity as bigint) as on_hand_quantity,
    cast(on_order_quantity as bigint) as on_order_quantity,
    next_expected_on,
    cast(sold_per_day as decimal(18, 4)) as sold_per_day,
    cast(days_of_cover as decimal(18, 1)) as days_of_cover,

    ---------- what to do; the first line that fits counts
    case
        when product_status = 'discontinued' then 'run_down'
        when is_awaited then 'awaited'
        when closing_quantity <= 0 then 'stocked_out'
        when is_low and on_order_quantity = 0 then 'order_now'
        when is_low then 'low_but_ordered'
        else 'enough'
    end as stock_status,
    case
        -- Later than in a hundred years is no day to plan for.
        when days_of_cover <= 36500
            then {{ add_days(outlook_day, 'floor(days_of_cover)') }}
    end as runs_out_on
from stock_with_orders
