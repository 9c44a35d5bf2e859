with

-- Of several counts of a day the last one counts.
counts as (

    select *
    from {{ ref('fct_stock_count') }}
    where count_date <= {{ as_of() }}
    qualify row_number() over (
        partition by product_key, warehouse_key, count_date
        order by counted_at desc nulls last, stock_count_id desc nulls last
    ) = 1

),

movements as (

    select *
    from {{ ref('fct_inventory_movement') }}
    where movement_date <= {{ as_of() }}

),

-- A movement at the moment of the count belongs to what was found; the adjustment that the count led to does not.
moved_before as (

    select
        counts.stock_count_id,
        sum(movements.quantity) as quantity
    from counts
    inner join movements
        on
            counts.product_key = movements.product_key
            and counts.warehouse_key = movements.warehouse_key
            and counts.count_date = movements.movement_date
            and counts.counted_at >= movements.moved_at
    where
        movements.reference_type is distinct from 'stock_count'
        or movements.reference_id is distinct from counts.stock_count_id
    group by counts.stock_count_id

),

adjustments as (

    select
        counts.stock_count_id,
        sum(movements.quantity) as quantity,
        sum(case when movements.movement_date < counts.count_date then movements.quantity else 0 end)
            as quantity_of_days_before
    from counts
    inner join movements
        on
            counts.stock_count_id = movements.reference_id
            and counts.product_key = movements.product_key
            and counts.warehouse_key = movements.warehouse_key
    where movements.reference_type = 'stock_count'
    group by counts.stock_count_id

)

select
    ---------- keys
    counts.product_key,
    counts.warehouse_key,
    counts.count_date,

    ---------- quantities
    cast(
        counts.counted_quantity
        - coalesce(balances.closing_quantity - balances.net_quantity, 0)
        - coalesce(moved_before.quantity, 0)
        + coalesce(adjustments.quantity_of_days_before, 0)
        - coalesce(adjustments.quantity, 0) as bigint
    ) as unbooked_quantity
from counts
left join {{ ref('agg_inventory__daily_balances') }} as balances
    on
        counts.product_key = balances.product_key
        and counts.warehouse_key = balances.warehouse_key
        and counts.count_date = balances.date_day
left join moved_before
    on counts.stock_count_id = moved_before.stock_count_id
left join adjustments
    on counts.stock_count_id = adjustments.stock_count_id
