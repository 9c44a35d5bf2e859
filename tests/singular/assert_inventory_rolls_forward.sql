-- Positions, of the days whose movements were delivered, that do not close: on a row, from one day to the next, or against the warehouse system's movements: of each day, and of all days.
with

positions as (

    select *
    from {{ ref('daily_inventory_position') }}
    where date_day <= {{ complete_up_to(['stock']) }}

),

rows_that_do_not_add_up as (

    select
        'opening + movements = closing' as rule,
        date_day,
        product_key,
        warehouse_key,
        opening_quantity + initial_quantity + received_quantity - sold_quantity
        + returned_quantity + transferred_quantity + adjusted_quantity + shrinkage_quantity
            as expected_quantity,
        closing_quantity as actual_quantity
    from positions

),

promises_that_do_not_add_up as (

    select
        'closing - reserved = available' as rule,
        date_day,
        product_key,
        warehouse_key,
        closing_quantity - reserved_quantity as expected_quantity,
        available_quantity as actual_quantity
    from positions

),

-- The first day begins with nothing; after it no day is missing, so every other row has a day before.
first_days as (

    select
        product_key,
        warehouse_key,
        min(date_day) as first_day
    from positions
    group by product_key, warehouse_key

),

days_that_do_not_follow as (

    select
        'opening = closing of the day before' as rule,
        positions.date_day,
        positions.product_key,
        positions.warehouse_key,
        case
            when positions.date_day = first_days.first_day then 0
            else days_before.closing_quantity
        end as expected_quantity,
        positions.opening_quantity as actual_quantity
    from positions
    inner join first_days
        on
            positions.product_key = first_days.product_key
            and positions.warehouse_key = first_days.warehouse_key
    left join positions as days_before
        on
            positions.product_key = days_before.product_key
            and positions.warehouse_key = days_before.warehouse_key
            and {{ add_days('positions.date_day', -1) }} = days_before.date_day

),

moved_by_day as (

    select
        products.product_key,
        warehouses.warehouse_key,
        {{ business_date('movements.moved_at') }} as date_day,
        sum(movements.quantity) as quantity
    from {{ ref('stg_wms__inventory_movements') }} as movements
    inner join {{ ref('dim_product') }} as products
        on movements.product_id = products.product_id
    inner join {{ ref('dim_warehouse') }} as warehouses
        on movements.warehouse_id = warehouses.warehouse_id
    where {{ business_date('movements.moved_at') }} <= {{ complete_up_to(['stock']) }}
    group by products.product_key, warehouses.warehouse_key, date_day

),

days_that_do_not_match as (

    select
        'closing - opening = movements of the day' as rule,
        coalesce(positions.date_day, moved_by_day.date_day) as date_day,
        coalesce(positions.product_key, moved_by_day.product_key) as product_key,
        coalesce(positions.warehouse_key, moved_by_day.warehouse_key) as warehouse_key,
        coalesce(moved_by_day.quantity, 0) as expected_quantity,
        positions.closing_quantity - positions.opening_quantity as actual_quantity
    from positions
    full join moved_by_day
        on
            positions.product_key = moved_by_day.product_key
            and positions.warehouse_key = moved_by_day.warehouse_key
            and positions.date_day = moved_by_day.date_day

),

moved as (

    select
        product_key,
        warehouse_key,
        sum(quantity) as quantity
    from moved_by_day
    group by product_key, warehouse_key

),

last_positions as (

    select *
    from positions
    where date_day = {{ complete_up_to(['stock']) }}

),

ends_that_do_not_match as (

    select
        'closing of the last day = sum of all movements' as rule,
        last_positions.date_day,
        coalesce(last_positions.product_key, moved.product_key) as product_key,
        coalesce(last_positions.warehouse_key, moved.warehouse_key)
            as warehouse_key,
        moved.quantity as expected_quantity,
        last_positions.closing_quantity as actual_quantity
    from last_positions
    full join moved
        on
            last_positions.product_key = moved.product_key
            and last_positions.warehouse_key = moved.warehouse_key

),

compared as (

    select * from rows_that_do_not_add_up
    union all
    select * from promises_that_do_not_add_up
    union all
    select * from days_that_do_not_follow
    union all
    select * from days_that_do_not_match
    union all
    select * from ends_that_do_not_match

)

select *
from compared
where expected_quantity is distinct from actual_quantity
