with

movements as (

    select *
    from {{ ref('fct_inventory_movement') }}
    where movement_date <= {{ as_of() }}

)

select
    product_key,
    warehouse_key,
    movement_date,
    cast(sum(quantity) as bigint) as net_quantity,
    cast(sum(case when movement_type = 'opening' then quantity else 0 end) as bigint)
        as initial_quantity,
    cast(sum(case when movement_type = 'receipt' then quantity else 0 end) as bigint)
        as received_quantity,
    cast(-sum(case when movement_type = 'sale' then quantity else 0 end) as bigint)
        as sold_quantity,
    cast(sum(case when movement_type = 'return' then quantity else 0 end) as bigint)
        as returned_quantity,
    cast(sum(
        case
            when movement_type in ('transfer_in', 'transfer_out') then quantity
            else 0
        end
    ) as bigint) as transferred_quantity,
    cast(sum(
        case
            when movement_type = 'adjustment' and reference_type is distinct from 'stock_count' then quantity
            else 0
        end
    ) as bigint) as adjusted_quantity,
    cast(sum(
        case
            when movement_type = 'write_off' or (movement_type = 'adjustment' and reference_type = 'stock_count')
                then quantity
            else 0
        end
    ) as bigint) as shrinkage_quantity,
    min(case when quantity > 0 and movement_type <> 'sale' then moved_at end) as first_inbound_at
from movements
group by product_key, warehouse_key, movement_date
