with

-- What was shipped lately: a warehouse that opened last month may serve a country that another one served before.
shipped as (

    select
        orders.shipping_country_code as country_code,
        movements.warehouse_key,
        -sum(movements.quantity) as shipped_quantity
    from {{ ref('fct_inventory_movement') }} as movements
    inner join {{ ref('fct_order') }} as orders
        on movements.reference_id = orders.order_id
    where
        movements.movement_type = 'sale'
        and movements.reference_type = 'order'
        and movements.movement_date between {{ add_days(as_of(), -90) }} and {{ as_of() }}
    group by orders.shipping_country_code, movements.warehouse_key

),

-- A warehouse in the country itself, where nothing was shipped to it yet.
candidates as (

    select
        country_code,
        warehouse_key,
        shipped_quantity
    from shipped

    union all

    select
        country_code,
        warehouse_key,
        0 as shipped_quantity
    from {{ ref('dim_warehouse') }}

)

select
    country_code,
    warehouse_key
from candidates
where country_code is not null
qualify row_number() over (partition by country_code order by shipped_quantity desc nulls last, warehouse_key asc) = 1
