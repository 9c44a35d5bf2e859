with

ordered as (

    select
        order_id,
        product_key,
        shipping_country_code,
        order_date,
        max(ordered_at) as ordered_at,
        sum(quantity) as quantity
    from {{ ref('fct_order_line') }}
    where
        quantity > 0
        and order_date <= {{ as_of() }}
    group by order_id, product_key, shipping_country_code, order_date

),

-- A sale that is booked back comes back to stock; its order waits for nothing any more.
sales as (

    select
        product_key,
        warehouse_key,
        movement_date,
        reference_id,
        max(moved_at) as moved_at,
        -sum(quantity) as quantity
    from {{ ref('fct_inventory_movement') }}
    where
        movement_type = 'sale'
        and quantity < 0
        and movement_date <= {{ as_of() }}
    group by product_key, warehouse_key, movement_date, reference_id

),

-- A sale whose order nobody knows was asked for when it left, and reserved nothing.
shipped as (

    select
        sales.product_key,
        sales.warehouse_key,
        sales.quantity,
        ordered.order_id,
        coalesce(ordered.order_date, sales.movement_date) as begins_on,
        sales.movement_date as ends_on,
        coalesce(ordered.ordered_at, sales.moved_at) as ordered_at
    from sales
    left join ordered
        on
            sales.reference_id = ordered.order_id
            and sales.product_key = ordered.product_key

),

shipped_by_order as (

    select
        order_id,
        product_key,
        sum(quantity) as quantity
    from shipped
    where order_id is not null
    group by order_id, product_key

),

-- An order waits until it is pending or paid for the last time.
closed_orders as (

    select
        order_id,
        case
            when count_if(order_status in ('pending', 'paid') and valid_to is null) = 0
                then coalesce(
                    max(case when order_status in ('pending', 'paid') then {{ business_date('valid_to') }} end),
                    min({{ business_date('valid_from') }})
                )
        end as closed_on
    from {{ ref('fct_order_status') }}
    group by order_id

),

not_shipped as (

    select
        ordered.product_key,
        served.warehouse_key,
        ordered.quantity - coalesce(shipped_by_order.quantity, 0) as quantity,
        ordered.order_date as begins_on,
        closed_orders.closed_on as ends_on,
        ordered.ordered_at
    from ordered
    inner join {{ ref('agg_warehouse__served_countries') }} as served
        on ordered.shipping_country_code = served.country_code
    left join shipped_by_order
        on
            ordered.order_id = shipped_by_order.order_id
            and ordered.product_key = shipped_by_order.product_key
    left join closed_orders
        on ordered.order_id = closed_orders.order_id
    where ordered.quantity > coalesce(shipped_by_order.quantity, 0)

),

-- Pieces that an order waits for, and the day from which it does not any more.
reservations as (

    select
        product_key,
        warehouse_key,
        quantity,
        begins_on,
        ends_on,
        ordered_at
    from shipped

    union all

    select
        product_key,
        warehouse_key,
        quantity,
        begins_on,
        ends_on,
        ordered_at
    from not_shipped

),

changes as (

    select
        product_key,
        warehouse_key,
        begins_on as date_day,
        ordered_at,
        quantity as ordered_quantity,
        case when begins_on < ends_on or ends_on is null then quantity else 0 end as reserved_change
    from reservations

    union all

    select
        product_key,
        warehouse_key,
        ends_on as date_day,
        null as ordered_at,
        0 as ordered_quantity,
        -quantity as reserved_change
    from reservations
    where begins_on < ends_on

)

select
    product_key,
    warehouse_key,
    date_day,
    cast(sum(ordered_quantity) as bigint) as ordered_quantity,
    max(ordered_at) as last_ordered_at,
    cast(sum(reserved_change) as bigint) as reserved_change
from changes
where date_day <= {{ as_of() }}
group by product_key, warehouse_key, date_day
