with

movements as (

    select
        product_key,
        warehouse_key,
        movement_date,
        movement_type,
        reference_type,
        reference_id,
        abs(sum(quantity)) as quantity
    from {{ ref('fct_inventory_movement') }}
    where
        movement_type in ('receipt', 'transfer_out', 'transfer_in')
        and movement_date <= {{ as_of() }}
        and reference_id is not null
    group by product_key, warehouse_key, movement_date, movement_type, reference_type, reference_id
    -- What was booked back the same day has not moved.
    having sum(case when movement_type = 'transfer_out' then -quantity else quantity end) > 0

),

purchased as (

    select
        purchase_order_id,
        product_key,
        warehouse_key,
        order_date,
        sum(open_quantity) as open_quantity
    from {{ ref('fct_purchase_order_line') }}
    where order_date <= {{ as_of() }}
    group by purchase_order_id, product_key, warehouse_key, order_date

),

-- The warehouse system names the receiving warehouse when the goods arrive, so they count where they came from.
transfers as (

    select
        sent.product_key,
        sent.warehouse_key,
        sent.quantity,
        sent.movement_date as begins_on,
        min(arrived.movement_date) as ends_on
    from movements as sent
    left join movements as arrived
        on
            sent.reference_id = arrived.reference_id
            and sent.product_key = arrived.product_key
            and arrived.movement_type = 'transfer_in'
    where sent.movement_type = 'transfer_out'
    group by sent.product_key, sent.warehouse_key, sent.quantity, sent.movement_date, sent.reference_id

),

-- Pieces on their way, and the day from which they are not any more.
shipments as (

    select
        movements.product_key,
        movements.warehouse_key,
        movements.quantity as purchased_quantity,
        0 as transferred_quantity,
        purchased.order_date as begins_on,
        movements.movement_date as ends_on
    from movements
    inner join purchased
        on
            movements.reference_id = purchased.purchase_order_id
            and movements.product_key = purchased.product_key
    where
        movements.movement_type = 'receipt'
        and movements.reference_type = 'purchase_order'

    union all

    select
        product_key,
        warehouse_key,
        open_quantity as purchased_quantity,
        0 as transferred_quantity,
        order_date as begins_on,
        null as ends_on
    from purchased
    where open_quantity > 0

    union all

    select
        product_key,
        warehouse_key,
        0 as purchased_quantity,
        quantity as transferred_quantity,
        begins_on,
        ends_on
    from transfers

),

changes as (

    select
        product_key,
        warehouse_key,
        begins_on as date_day,
        purchased_quantity as purchased_change,
        transferred_quantity as transferred_change
    from shipments
    where begins_on < ends_on or ends_on is null

    union all

    select
        product_key,
        warehouse_key,
        ends_on as date_day,
        -purchased_quantity as purchased_change,
        -transferred_quantity as transferred_change
    from shipments
    where begins_on < ends_on

)

select
    product_key,
    warehouse_key,
    date_day,
    cast(sum(purchased_change) as bigint) as purchased_change,
    cast(sum(transferred_change) as bigint) as transferred_change
from changes
group by product_key, warehouse_key, date_day
