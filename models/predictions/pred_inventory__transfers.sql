with

points as (

    select
        points.*,
        warehouses.warehouse_id,
        warehouses.country_code
    from {{ ref('pred_inventory__reorder_points') }} as points
    inner join {{ ref('dim_warehouse') }} as warehouses
        on points.warehouse_key = warehouses.warehouse_key

),

-- Spare pieces go to the warehouse that lacks most of them, and to one alone; fewer than spare it an order are left where they are.
transfers as (

    select
        receivers.product_key,
        receivers.warehouse_key,
        donors.warehouse_key as from_warehouse_key,
        donors.warehouse_id as from_warehouse_id,
        case
            when receivers.missing_quantity < donors.spare_quantity then receivers.missing_quantity
            else donors.spare_quantity
        end as quantity
    from points as receivers
    inner join points as donors
        on
            receivers.product_key = donors.product_key
            and receivers.country_code = donors.country_code
            and receivers.warehouse_key <> donors.warehouse_key
    where
        receivers.missing_quantity > 0
        and donors.spare_quantity > 0
        and donors.spare_quantity >= receivers.reorder_point - receivers.position_quantity
    qualify row_number() over (
        partition by donors.product_key, donors.warehouse_key
        order by receivers.missing_quantity desc nulls last, receivers.warehouse_key asc
    ) = 1

)

select *
from transfers
qualify row_number() over (
    partition by product_key, warehouse_key
    order by quantity desc nulls last, from_warehouse_key asc
) = 1
